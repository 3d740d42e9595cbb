/**
 * @file Flatten: the numbers of an image in one row, in (height, width, channel) order as Keras does.
 */
import * as z from 'zod/mini';
import { nonEmpty } from '../../../base/lists.ts';
import { sizeOf } from '../../../base/shape.ts';
import { defineLayer } from '../layer.ts';

export const flatten = defineLayer({
  kind: 'flatten',
  says: 'the image as one row of numbers',
  options: z.object({}),
  outputShape: ([input]) => [sizeOf(input)],
  call: ({ build, name, inputs: [x] }) => {
    const [N, ...image] = nonEmpty(x.shape, 'axes');
    return build('reshape', [x], { shape: [N, sizeOf(image)] }, name);
  },
});
