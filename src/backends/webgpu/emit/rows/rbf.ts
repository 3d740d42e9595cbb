/**
 * @file Squared distances to centres and their gradients: one invocation per result, its terms in their order.
 */
import { unreachable } from '../../../../base/errors.ts';
import { at } from '../../../../base/lists.ts';
import { sizeOf, twoAxes } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import type { OpSignature } from '../../../../ops/op.ts';
import { rbf, rbfCentersGradient, rbfInputGradient } from '../../../../ops/scores/rbf.ts';
import { defineKernel, type KernelRecord } from '../../defineKernel.ts';
import { type Read, scalars } from '../../kernel.ts';
import { flat } from '../../language/indexing.ts';
import { inStep } from '../../language/reach.ts';

interface SumPlan {
  /** Rows and columns of the result, and addends of each. */
  readonly rows: number;
  readonly columns: number;
  readonly terms: number;
}

/** result[row, column] = finish(sum over k of the term). */
function defineSums(
  op: OpSignature<Record<string, never>>,
  termsOf: (inputs: readonly Node[]) => number,
  termOf: (inputs: readonly Read[], plan: SumPlan) => readonly string[],
  finish = 'sum',
): KernelRecord {
  return defineKernel<Record<string, never>, SumPlan>({
    op,
    plan: (node) => {
      const [rows, columns] = twoAxes(node.shape);
      const terms = termsOf(node.inputs);
      return { plan: { rows, columns, terms }, multiplyAdds: rows * columns * terms };
    },
    emit: (node, plan, { target }) => {
      const work = flat(sizeOf(node.shape), target);
      return [
        {
          inputs: node.inputs.map((input) => scalars(input)),
          outputs: [scalars(node, inStep)],
          work,
          code: ({ inputs, outputs: [y = unreachable], items }) => `${work.open(items)}
  let row = i / ${plan.columns}u;
  let column = i % ${plan.columns}u;
  var sum = 0f;
  for (var k = 0u; k < ${plan.terms}u; k++) {
    ${termOf(inputs, plan).join('\n    ')}
  }
  ${y('i', finish)}
}
`,
        },
      ];
    },
  });
}

const extentOf = (inputs: readonly Node[], input: number, axis: 0 | 1): number =>
  twoAxes(at(inputs, input, 'input').shape)[axis];

export const rbfKernel = defineSums(
  rbf,
  (inputs) => extentOf(inputs, 0, 1),
  ([x = unreachable, centers = unreachable], { terms }) => [
    `let difference = ${x(`row * ${terms}u + k`)} - ${centers(`column * ${terms}u + k`)};`,
    'sum = fma(difference, difference, sum);',
  ],
);

export const rbfInputGradientKernel = defineSums(
  rbfInputGradient,
  (inputs) => extentOf(inputs, 1, 0),
  ([x = unreachable, centers = unreachable, dy = unreachable], { columns, terms }) => [
    `sum += ${dy(`row * ${terms}u + k`)} * (${x('i')} - ${centers(`k * ${columns}u + column`)});`,
  ],
  '2f * sum',
);

export const rbfCentersGradientKernel = defineSums(
  rbfCentersGradient,
  (inputs) => extentOf(inputs, 0, 0),
  ([x = unreachable, centers = unreachable, dy = unreachable], { rows, columns }) => [
    `sum += ${dy(`k * ${rows}u + row`)} * (${centers('i')} - ${x(`k * ${columns}u + column`)});`,
  ],
  '2f * sum',
);
