/**
 * @file fuseElementwise: chains of element-wise nodes become one node with a composed expression.
 *
 * A producer of the same shape whose only reader is the consumer is substituted into it, so that its numbers
 * never reach memory. A producer with several readers is computed once and stored. Runs before
 * `fuseEpilogues`, which then moves whole chains into the kernel before them.
 */
import { at } from '../../base/lists.ts';
import { sameShape } from '../../base/shape.ts';
import type { Graph, Node } from '../../graph/node.ts';
import { expressionOf } from '../../ops/elementwise.ts';
import { type Expression, input, keepUsedInputs, substitute } from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';
import { rewrite, useCounts } from '../rewrite.ts';

/** More inputs than this at once would run out of registers and cache ways. */
const MOST_INPUTS = 8;

export function fuseElementwise(graph: Graph): Graph {
  // A rebuilt node has as many readers as the one it stands for.
  const readers = useCounts(graph);
  return rewrite(graph, (node, original) => {
    const fused = fuse(node, readers);
    readers.set(fused, readers.get(original) ?? 0);
    return fused;
  });
}

function fuse(node: Node, readers: ReadonlyMap<Node, number>): Node {
  const expression = expressionOf(node);
  if (expression === undefined) return node;
  const inputs: Node[] = [];
  const slot = (n: Node): Expression => {
    const known = inputs.indexOf(n);
    return input(known >= 0 ? known : inputs.push(n) - 1);
  };
  const composed = substitute(expression, (index) => {
    const producer = at(node.inputs, index, 'input');
    const inner = expressionOf(producer);
    if (
      inner === undefined ||
      readers.get(producer) !== 1 ||
      !sameShape(producer.shape, node.shape)
    ) {
      return slot(producer);
    }
    return substitute(inner, (i) => slot(at(producer.inputs, i, 'input')));
  });
  if (inputs.length > MOST_INPUTS) return node;
  const used = keepUsedInputs(composed, inputs);
  return build(
    'elementwise',
    used.inputs,
    { expression: used.expression, label: node.attrs.label ?? node.op },
    node.name,
  );
}
