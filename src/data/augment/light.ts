/**
 * @file Brightness and contrast, each by a random part of the amount.
 *
 *   y = mean + (x - mean) (1 + contrast) + 255 brightness,   contrast and brightness uniform in +-amount
 */
import type { TransformDefinition } from './transform.ts';

export const light: TransformDefinition = {
  name: 'light',
  says: 'brighter or darker, with more contrast or less',
  amount: { means: 'most change, as a share', least: 0, most: 1, fallback: 0.2 },
  apply: (most) => (plane, random) => {
    const added = 255 * random.uniform(-most, most);
    const gain = 1 + random.uniform(-most, most);
    const values = new Float32Array(plane.values);
    let sum = 0;
    for (const value of values) sum += value;
    const mean = sum / values.length;
    for (let i = 0; i < values.length; i++) values[i] = mean + (values[i] - mean) * gain + added;
    return { ...plane, values };
  },
};
