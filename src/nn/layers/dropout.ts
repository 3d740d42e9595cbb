/**
 * @file Dropout: in training, each number is put to 0 with probability `rate`.
 *
 *   'inverted' (today's): the others grow by 1 / (1 - rate); nothing happens when testing
 *   '2012' (AlexNet's):   the others stay; when testing, all are multiplied by 1 - rate
 *
 * In expectation the two are the same. The random numbers depend on seed, layer name and step alone.
 */
import * as z from 'zod/mini';
import { constantNode } from '../../graph/node.ts';
import { dropout as dropoutNodes } from '../../ops/composites.ts';
import { defineLayer, type LayerBuilder } from './layer.ts';

export interface DropoutOptions {
  /** Share of the numbers put to 0 in training: from 0 to less than 1. */
  readonly rate: number;
  /** Whether the others grow in training, or, as in 2012, all shrink in use; default 'inverted'. */
  readonly mode?: 'inverted' | '2012' | undefined;
}

export const dropout: LayerBuilder<DropoutOptions> = defineLayer({
  kind: 'dropout',
  says: 'numbers left out at random while training',
  options: z.object({
    rate: z.number().check(z.minimum(0), z.lt(1)),
    mode: z._default(z.enum(['inverted', '2012']), 'inverted'),
  }),
  outputShape: ([input]) => input,
  call: ({ build, name, inputs: [x], options: { rate, mode }, training, random }) => {
    if (rate === 0) return x;
    if (training) {
      return dropoutNodes(build, x, random(x.shape), { rate, inverted: mode === 'inverted' });
    }
    return mode === 'inverted' ? x : build('mul', [x, constantNode(1 - rate)], {}, name);
  },
});
