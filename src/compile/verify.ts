/**
 * @file Checks a graph at both ends of every pass: shapes, types and attributes as the ops say, one batch, updates
 * that fit, names once. A backend checks what it lowered by the same rules, its own ops among them.
 *
 * A failure here is a bug of the compiler, so it is an internal error that names the pass.
 */
import { formatShape, sameShape } from '../base/shape.ts';
import {
  batchSizeOf,
  type Graph,
  isBatchInput,
  isSource,
  type Node,
  rootsOf,
  topologicalOrder,
} from '../graph/node.ts';
import { wrongAttribute } from '../ops/attributes.ts';
import { epilogueOf, readingOf } from '../ops/epilogue.ts';
import { opOf } from '../ops/index.ts';
import { dtypeOf, type OpSignature } from '../ops/op.ts';

/** `signatureOf`: what a node of an op is; a backend adds those that only its lowering makes. */
export function verify(
  graph: Graph,
  after: string,
  signatureOf: (op: string) => OpSignature = opOf,
): void {
  const fail = (node: Node, what: string): never => {
    throw new Error(`internal error: after ${after}, ${node.op} "${node.name}" ${what}`);
  };
  const named = new Map<string, Node>();
  const rows = batchSizeOf(graph);
  for (const node of topologicalOrder(rootsOf(graph))) {
    if (isSource(node)) {
      if (node.op === 'constant') continue;
      if (isBatchInput(node) && node.shape[0] !== rows)
        fail(node, `has ${node.shape[0]} rows where the batch has ${rows}`);
      const twin = named.get(`${node.op} ${node.name}`);
      if (twin !== undefined && twin !== node) fail(node, 'shares its name with another node');
      named.set(`${node.op} ${node.name}`, node);
      continue;
    }
    if (node.inputs.some((i) => i.id >= node.id)) fail(node, 'reads a node made after it');
    const wrong = contradiction(node, signatureOf(node.op));
    if (wrong !== undefined) fail(node, wrong);
  }
  for (const { state, value } of graph.updates) {
    if (state.op !== 'state') fail(state, 'is updated but is no state');
    if (!sameShape(state.shape, value.shape))
      fail(value, `does not fit state ${state.name} ${formatShape(state.shape)}`);
  }
}

/** What of a node is not as its op says; undefined where all is. */
function contradiction(node: Node, op: OpSignature): string | undefined {
  const { inputs, attrs } = node;
  const own = op.arity === 'any' ? inputs : inputs.slice(0, op.arity);
  if (op.arity !== 'any' && own.length < op.arity)
    return `has ${own.length} inputs, its op takes ${op.arity}`;
  const wrong = undeclared(node, op);
  if (wrong !== undefined) return wrong;
  const shape = op.shape(
    own.map((input) => input.shape),
    attrs,
  );
  if (!sameShape(shape, node.shape))
    return `is ${formatShape(node.shape)}, its op says ${formatShape(shape)}`;
  const dtype = dtypeOf(op, inputs);
  if (dtype !== node.dtype) return `is ${node.dtype}, its op says ${dtype}`;
  return wrongEpilogue(node, op, own.length);
}

function wrongEpilogue(node: Node, op: OpSignature, arity: number): string | undefined {
  const extra = node.inputs.slice(arity);
  const fused = epilogueOf(node) !== undefined;
  if (fused && op.takesEpilogue !== true) return 'has an epilogue, its op takes none';
  if (!fused && extra.length > 0) return `has ${node.inputs.length} inputs, its op takes ${arity}`;
  const unread = extra.find((input) => readingOf(input, node) === undefined);
  return unread && `has an epilogue that cannot read ${unread.name} ${formatShape(unread.shape)}`;
}

function undeclared({ attrs }: Node, { attributes }: OpSignature): string | undefined {
  if (attributes === undefined) return undefined;
  const { epilogue: _, ...own } = attrs;
  const name = wrongAttribute(own, attributes);
  return name && `has ${name} = ${JSON.stringify(own[name])}, not what its op declares`;
}
