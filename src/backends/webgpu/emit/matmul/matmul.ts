/**
 * @file Matrix product, one invocation per number of the result.
 */
import { twoAxes } from '../../../../base/shape.ts';
import { twoInputs } from '../../../../graph/node.ts';
import { matmul } from '../../../../ops/matmul.ts';
import { defineKernel } from '../../defineKernel.ts';
import { scalars } from '../../kernel.ts';
import { epilogueOf, finished } from '../../language/epilogue.ts';
import { openScope } from '../../language/expression.ts';
import { library } from '../../language/functions.ts';
import { flat } from '../../language/indexing.ts';

export const matmulKernel = defineKernel({
  op: matmul,
  finishesInPlace: true,
  plan: (node, { transposeA = false, transposeB = false }) => {
    const [a] = twoInputs(node);
    const [M, N] = twoAxes(node.shape);
    const [rows, columns] = twoAxes(a.shape);
    const K = transposeA ? rows : columns;
    return { multiplyAdds: M * N * K, plan: { M, N, K, transposeA, transposeB } };
  },
  emit: (node, { M, N, K, transposeA, transposeB }, { target }) => {
    const [a, b] = twoInputs(node);
    const epilogue = epilogueOf(node, 2);
    const { workgroups, open } = flat(M * N, target);
    return [
      {
        inputs: [scalars(a), scalars(b), ...(epilogue?.bindings ?? [])],
        outputs: [scalars(node)],
        workgroups,
        code: ({ inputs: [A, B, ...beside], outputs: [to] }) => {
          const scope = openScope();
          const { statements, value } = finished(scope, node, epilogue, beside, {
            sum: 'sum',
            index: 'i',
          });
          return `${library(scope.functions)}
${open}
  let row = i / ${N}u;
  let column = i % ${N}u;
  var sum = 0f;
  for (var k = 0u; k < ${K}u; k++) {
    sum += ${A}[${transposeA ? `k * ${M}u + row` : `row * ${K}u + k`}]
         * ${B}[${transposeB ? `column * ${K}u + k` : `k * ${N}u + column`}];
  }
  ${statements.join('\n  ')}
  ${to}[i] = ${value};
}
`;
        },
      },
    ];
  },
});
