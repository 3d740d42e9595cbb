/**
 * @file fuseEpilogues: bias, activation and factors move into the kernel that makes the sum.
 *
 * An element-wise node that is the only reader of a result whose op takes an epilogue (a convolution, a matrix
 * product) becomes it: the sum is finished in registers and stored once. Runs last, on whole element-wise chains.
 */
import { at } from '../../base/lists.ts';
import { sameShape } from '../../base/shape.ts';
import { createNode, type Graph, isSource, type Node } from '../../graph/node.ts';
import { expressionOf } from '../../ops/elementwise.ts';
import { epilogueOf, readingOf } from '../../ops/epilogue.ts';
import { input, substitute } from '../../ops/expression.ts';
import { opOf } from '../../ops/index.ts';
import { rewrite, useCounts } from '../rewrite.ts';

export function fuseEpilogues(graph: Graph): Graph {
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
  const sum = node.inputs.find(
    (i) =>
      !isSource(i) &&
      opOf(i.op).takesEpilogue === true &&
      epilogueOf(i) === undefined &&
      readers.get(i) === 1 &&
      sameShape(i.shape, node.shape),
  );
  if (sum === undefined || node.inputs.some((i) => i !== sum && readingOf(i, node) === undefined))
    return node;
  const others = node.inputs.filter((i) => i !== sum);
  const epilogue = substitute(expression, (index) => {
    const read = at(node.inputs, index, 'input');
    return input(read === sum ? 0 : 1 + others.indexOf(read));
  });
  return createNode({
    ...sum,
    inputs: [...sum.inputs, ...others],
    attrs: { ...sum.attrs, epilogue },
    name: node.name,
  });
}
