/**
 * @file Element-wise expressions: one invocation per element, any broadcast read in place.
 *
 * Nodes of one shape that read the same values, or each other's, are one kernel: an optimizer's update reads and
 * writes each number once. All loads come before the first store, so a new state may be written over the old one.
 * Next stop: `../../language/expression.ts`.
 */
import { unreachable } from '../../../../base/errors.ts';
import { at, first } from '../../../../base/lists.ts';
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import { expressionOf } from '../../../../ops/elementwise.ts';
import type { Expression } from '../../../../ops/expression.ts';
import { type Kernel, type PlanContext, scalars, type Variables } from '../../kernel.ts';
import { loadAt } from '../../language/epilogue.ts';
import { openScope, writeExpression } from '../../language/expression.ts';
import { library } from '../../language/functions.ts';
import { flat } from '../../language/indexing.ts';
import { beside, inStep } from '../../language/reach.ts';

/** The kernel of element-wise nodes of one shape, in the order in which they read each other. */
export function elementwiseKernel(nodes: readonly Node[], { target }: PlanContext): Kernel {
  const node = first(nodes, 'node');
  const inputs = readsOf(nodes);
  const size = sizeOf(node.shape);
  const work = flat(size, target);
  return {
    family: 'elementwise',
    name: nodes.map(({ name }) => name).join(', '),
    outputs: nodes,
    multiplyAdds: nodes.reduce((sum, n) => sum + size * operationsOf(written(n)), 0) / 2,
    plan: { size, nodes: nodes.length, inputs: inputs.length },
    dispatches: [
      {
        inputs: inputs.map((input) => beside(input, node)),
        outputs: nodes.map((n) => scalars(n, inStep)),
        work,
        code: (variables) => codeOf(nodes, inputs, variables, work.open(variables.items)),
      },
    ],
  };
}

/** What a kernel of these nodes reads from memory. */
export function readsOf(nodes: readonly Node[]): Node[] {
  return [...new Set(nodes.flatMap(({ inputs }) => inputs))].filter((n) => !nodes.includes(n));
}

function codeOf(
  nodes: readonly Node[],
  inputs: readonly Node[],
  variables: Variables,
  open: string,
): string {
  const scope = openScope();
  const node = first(nodes, 'node');
  const values = new Map<Node, string>();
  const lines = inputs.map((input, k) => {
    const value = scope.fresh('x');
    values.set(input, value);
    return `let ${value} = ${loadAt(input, variables.inputs[k] ?? unreachable, node, 'i')};`;
  });
  const stores = nodes.map((n, k) => {
    const operands = n.inputs.map((input) => values.get(input) ?? '');
    const { statements, value } = writeExpression(scope, written(n), operands);
    lines.push(...statements);
    values.set(n, value);
    return at(variables.outputs, k, 'output')('i', value);
  });
  return `${library(scope.functions)}
${open}
  ${[...lines, ...stores].join('\n  ')}
}
`;
}

function written(node: Node): Expression {
  const expression = expressionOf(node);
  if (expression === undefined) throw new Error(`internal error: ${node.op} is not element-wise`);
  return expression;
}

function operationsOf(e: Expression): number {
  switch (e.kind) {
    case 'input':
    case 'constant':
      return 0;
    case 'unary':
      return 1 + operationsOf(e.a);
    case 'binary':
      return 1 + operationsOf(e.a) + operationsOf(e.b);
    case 'select':
      return 1 + operationsOf(e.condition) + operationsOf(e.yes) + operationsOf(e.no);
  }
}
