/**
 * @file What happens to a sum before it is stored, as a function of WGSL.
 *
 * Previous stop: `../../language/epilogue.ts`.
 */
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import { type Epilogue, loadAt } from '../../language/epilogue.ts';
import { openScope, writeExpression } from '../../language/expression.ts';
import { library } from '../../language/functions.ts';
import type { FinishFunction } from './maps.ts';

/** Whether an input of an epilogue has a number of its own for each result. */
export const isBeside = (input: Node, node: Node): boolean =>
  sizeOf(input.shape) === sizeOf(node.shape) && input.dtype === 'f32';

/** What is stored of a sum. */
export function finishFunction(
  node: Node,
  { expression, inputs }: Epilogue,
  names: readonly string[],
): FinishFunction {
  const scope = openScope();
  const named = inputs.map((input, k) => ({ input, name: names[k] ?? '' }));
  const beside = named.filter(({ input }) => isBeside(input, node));
  const values = named.map(({ input, name }) => {
    const k = beside.findIndex((other) => other.name === name);
    return k >= 0 ? `beside${k}` : loadAt(input, name, node, 'at');
  });
  const { statements, value } = writeExpression(scope, expression, ['sum', ...values]);
  const parameters = ['sum: f32', 'at: u32', ...beside.map((_, k) => `beside${k}: f32`)];
  return {
    beside: beside.map(({ name }) => name),
    text: [
      library(scope.functions),
      `fn finished(${parameters.join(', ')}) -> f32 {`,
      ...statements.map((line) => `  ${line}`),
      `  return ${value};`,
      '}',
    ].join('\n'),
  };
}
