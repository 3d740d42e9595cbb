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
import type { Kernel, PlanContext, Variables } from '../../kernel.ts';
import { loadAt } from '../../language/epilogue.ts';
import { openScope, writeExpression } from '../../language/expression.ts';
import { library } from '../../language/functions.ts';
import { beside } from '../../language/reach.ts';
import { type Results, results } from '../../language/results.ts';

/**
 * The kernel of element-wise nodes of one shape, in the order in which they read each other.
 *
 * @param stored those of them that others read; the rest never reaches memory
 */
export function elementwiseKernel(
  nodes: readonly Node[],
  stored: readonly Node[],
  { target }: PlanContext,
): Kernel {
  const node = first(stored, 'node');
  const inputs = readsOf(nodes);
  const size = sizeOf(node.shape);
  const work = results(stored, target);
  return {
    family: 'elementwise',
    name: nodes.map(({ name }) => name).join(', '),
    outputs: stored,
    multiplyAdds: nodes.reduce((sum, n) => sum + size * operationsOf(written(n)), 0) / 2,
    plan: { size, nodes: nodes.length, inputs: inputs.length },
    dispatches: [
      {
        inputs: inputs.map((input) => work.beside(beside(input, node))),
        outputs: stored.map(work.bound),
        work,
        code: (variables) => codeOf(nodes, stored, inputs, variables, work),
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
  stored: readonly Node[],
  inputs: readonly Node[],
  variables: Variables,
  work: Results,
): string {
  const scope = openScope();
  const node = first(nodes, 'node');
  const values = new Map<Node, string>();
  const lines = inputs.map((input, k) => {
    const value = scope.fresh('x');
    values.set(input, value);
    return `let ${value} = ${loadAt(input, variables.inputs[k] ?? unreachable, node, 'i')};`;
  });
  for (const n of nodes) {
    const operands = n.inputs.map((input) => values.get(input) ?? '');
    const { statements, value } = writeExpression(scope, written(n), operands);
    lines.push(...statements);
    values.set(n, value);
  }
  const made = stored.map((n, k) => {
    const value = values.get(n) ?? unreachable(`no value of ${n.name}`);
    return { node: n, value, to: at(variables.outputs, k, 'output') };
  });
  return `${library(scope.functions)}
${work.open(variables.items)}
  ${[...lines, ...work.stores(made)].join('\n  ')}
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
