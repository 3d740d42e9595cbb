/**
 * @file An epilogue: an expression that a fused op applies to its own result before storing it.
 *
 * Fusion gives a node whose op takes one the attribute `epilogue`: in it $0 is the op's own sum and $1.. are
 * extra inputs, which stand after the op's own and broadcast against the result (a bias, say). Nothing
 * in the op file changes; the shape comes from the first `arity` inputs.
 */
import { sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { Expression } from './expression.ts';

export function epilogueOf(node: Pick<Node, 'attrs'>): Expression | undefined {
  return node.attrs.epilogue as Expression | undefined;
}

/** How a fused input is read beside a result: one number, one per last-axis position, one per element. */
export type Reading = 'scalar' | 'column' | 'element';

/** Undefined where the broadcast is not that simple. */
export function readingOf(input: Node, result: Pick<Node, 'shape'>): Reading | undefined {
  const size = sizeOf(input.shape);
  if (size === 1) return 'scalar';
  if (size === sizeOf(result.shape)) return 'element';
  const columns = result.shape[result.shape.length - 1];
  return size === columns && input.shape[input.shape.length - 1] === columns ? 'column' : undefined;
}
