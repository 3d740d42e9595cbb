/**
 * @file Euclidean output units: how far the layer below is from the code of each class. The smallest wins.
 *
 *   (D) -> (classes);  y[i] = sum over d of (x[d] - centers[i, d])^2
 *
 * The codes are drawn by hand and stay fixed (`nn/bitmaps.ts`, 7x12 pixels), or are given as numbers. `rubbish`
 * is j of eq. 9 of LeCun et al. 1998: a class of its own at the constant distance j, for what is none of the
 * others. Next stop: `ops/scores/rbf.ts`, and `nn/losses/losses.ts` for what is made of the distances.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../../base/errors.ts';
import type { NonEmpty } from '../../base/lists.ts';
import type { Shape } from '../../base/shape.ts';
import { codeOf } from '../bitmaps.ts';
import { defineLayer, type OptionalLayerBuilder, rowLengthOf } from './layer.ts';

/** j where nothing else is said; the paper asks for a positive number and gives none. */
export const RUBBISH_DISTANCE = 1;

export interface RbfOptions {
  /** One character per class, whose 7x12 bitmap is its code: '0123456789'. */
  readonly codes?: string | undefined;
  /** Instead of characters: a list of numbers per class. */
  readonly centers?: number[][] | undefined;
  /** Distance of the rubbish class in the criterion 'map' of 1998; default 1. */
  readonly rubbish?: number | undefined;
}

const options = z.object({
  codes: z.optional(z.string().check(z.minLength(1))),
  centers: z.optional(z.array(z.array(z.number())).check(z.minLength(1))),
  rubbish: z._default(z.number().check(z.positive()), RUBBISH_DISTANCE),
});

type Options = z.output<typeof options>;

function centersOf({ codes, centers }: Options): readonly (readonly number[])[] {
  if ((codes === undefined) === (centers === undefined)) {
    throw new FoveaError({
      problem: codes === undefined ? 'no class has a code' : 'received both codes and centers',
      expected: "one of codes: '0123456789' (characters) or centers: a list of numbers per class",
    });
  }
  return centers ?? [...(codes ?? '')].map(codeOf);
}

/** The codes, each as long as the row that is compared with them. */
function centersFor(inputs: NonEmpty<Shape>, o: Options) {
  const centers = centersOf(o);
  const numbers = rowLengthOf(inputs, 'a flatten or a dense layer');
  for (const [i, { length }] of centers.entries()) {
    if (length === numbers) continue;
    throw new FoveaError({
      problem: `the code of class ${i} has ${length} numbers, the layer before gives ${numbers}`,
      expected: `codes of ${numbers} numbers`,
      fix: `a dense layer of ${length} units before it`,
    });
  }
  return { centers, numbers };
}

export const rbf: OptionalLayerBuilder<RbfOptions> = defineLayer({
  kind: 'rbf',
  says: 'the squared distance to the code of each class',
  options,
  outputShape: (inputs, o) => [centersFor(inputs, o).centers.length],
  parameters: (inputs, o) => {
    const { centers, numbers } = centersFor(inputs, o);
    return [
      {
        name: 'centers',
        shape: [centers.length, numbers],
        initializer: { kind: 'values', values: centers.flat() },
        trainable: false,
      },
    ];
  },
  call: ({ build, name, inputs: [x], parameter }) =>
    build('rbf', [x, parameter('centers')], {}, name),
  accounting: (inputs, o) => {
    const { centers, numbers } = centersFor(inputs, o);
    const differences = centers.length * numbers;
    return { connections: differences, multiplyAdds: differences };
  },
  reception: () => 'whole',
  rubbishDistance: ({ rubbish }) => rubbish,
});
