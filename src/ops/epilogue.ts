/**
 * @file An epilogue: an expression that a fused op applies to its own result before storing it.
 *
 * Fusion gives a `conv2d` or `matmul` the attribute `epilogue`: in it $0 is the op's own sum and $1.. are
 * extra inputs, which stand after the op's own and broadcast against the result (a bias, say). Nothing
 * in the op file changes; the shape comes from the first `arity` inputs.
 */
import type { Node } from '../graph/node.ts';
import type { Expression } from './expression.ts';

export function epilogueOf(node: Pick<Node, 'attrs'>): Expression | undefined {
  return node.attrs.epilogue as Expression | undefined;
}
