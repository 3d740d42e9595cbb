/**
 * @file Upsampling: each pixel repeated (nearest neighbour). (H, W, C) -> (H fh, W fw, C)
 */
import * as z from 'zod/mini';
import { positivePair, type Size } from '../../options.ts';
import { defineLayer, imageOf, type OptionalLayerBuilder } from '../layer.ts';

export interface Upsampling2dOptions {
  /** How often each pixel is repeated: one number, or [down, across]; default 2. */
  readonly size?: Size | undefined;
}

export const upsampling2d: OptionalLayerBuilder<Upsampling2dOptions> = defineLayer({
  kind: 'upsampling2d',
  says: 'each pixel repeated',
  options: z.object({ size: z.prefault(positivePair, 2) }),
  outputShape: (inputs, { size }) => {
    const [H, W, C] = imageOf(inputs);
    return [H * size[0], W * size[1], C];
  },
  call: ({ build, name, inputs: [x], options: { size } }) =>
    build('upsample2d', [x], { factors: size }, name),
  reception: (_, { size }) => ({
    kernel: [1, 1],
    strides: [1 / size[0], 1 / size[1]],
    dilation: [1, 1],
    before: [0, 0],
  }),
});
