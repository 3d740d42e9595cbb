/**
 * @file What happens to a sum before it is stored, as a function of WGSL.
 *
 * Previous stop: `../../language/epilogue.ts`.
 */
import { unreachable } from '../../../../base/errors.ts';
import type { Node } from '../../../../graph/node.ts';
import type { Read } from '../../kernel.ts';
import { type Epilogue, isBeside, loadAt } from '../../language/epilogue.ts';
import { openScope, writeExpression } from '../../language/expression.ts';
import { library } from '../../language/functions.ts';
import type { FinishFunction } from './maps.ts';

/** What is stored of a sum. */
export function finishFunction(
  node: Node,
  { expression, inputs }: Epilogue,
  reads: readonly Read[],
): FinishFunction {
  const scope = openScope();
  const bound = inputs.map((input, k) => ({ input, read: reads[k] ?? unreachable }));
  const beside = bound.filter(({ input }) => isBeside(input, node));
  const values = bound.map(({ input, read }) => {
    const k = beside.findIndex((other) => other.read === read);
    return k >= 0 ? `beside${k}` : loadAt(input, read, node, 'at');
  });
  const { statements, value } = writeExpression(scope, expression, ['sum', ...values]);
  const parameters = ['sum: f32', 'at: u32', ...beside.map((_, k) => `beside${k}: f32`)];
  return {
    beside: beside.map(({ read }) => read),
    text: [
      library(scope.functions),
      `fn finished(${parameters.join(', ')}) -> f32 {`,
      ...statements.map((line) => `  ${line}`),
      `  return ${value};`,
      '}',
    ].join('\n'),
  };
}
