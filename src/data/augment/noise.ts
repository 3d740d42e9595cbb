/**
 * @file Normal noise on every number of a picture.
 */
import type { TransformDefinition } from './transform.ts';

export const noise: TransformDefinition = {
  name: 'noise',
  says: 'normal noise on every number',
  amount: { means: 'standard deviation, in pixel values 0..255', least: 0, most: 255, fallback: 8 },
  apply: (deviation) => (plane, random) => {
    const values = new Float32Array(plane.values);
    for (let i = 0; i < values.length; i++) values[i] += deviation * random.normal();
    return { ...plane, values };
  },
};
