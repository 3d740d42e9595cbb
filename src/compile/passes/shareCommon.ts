/**
 * @file shareCommon: nodes that compute the same thing become one.
 *
 * Runs after `simplify` and before fusion, which counts readers.
 */
import type { Graph, Node } from '../../graph/node.ts';
import { attrsKey, isSource } from '../../graph/node.ts';
import { rewrite } from '../rewrite.ts';

export function shareCommon(graph: Graph): Graph {
  const known = new Map<string, Node>();
  return rewrite(graph, (node) => {
    if (isSource(node)) return node;
    const key = `${node.op} ${node.inputs.map((i) => i.id).join()} ${attrsKey(node.attrs)}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, node);
    return node;
  });
}
