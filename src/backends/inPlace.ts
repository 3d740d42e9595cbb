/**
 * @file Which values share memory in every backend: new states written over the old ones, once nobody reads those.
 *
 * Previous stops: `wasm/program/schedule.ts`, `webgpu/program/schedule.ts`, which place what is decided here in order.
 */
import type { Graph, Node } from '../graph/node.ts';
import { expressionOf } from '../ops/elementwise.ts';
import type { OpSignature } from '../ops/op.ts';

/** A node to be placed, after those that it waits for. */
export interface Placeable<T> {
  readonly node: Node;
  readonly waitsFor: Set<T>;
}

/** Of a backend's record of an op. */
export interface Finishing {
  readonly op: Pick<OpSignature, 'arity'>;
  /** Reads what an epilogue reads at an element just before it writes there. */
  readonly finishesInPlace: boolean;
}

/** The node that owns the numbers. */
export function storageOf(node: Node, aliases: ReadonlyMap<Node, Node>): Node {
  let owner = node;
  for (let next = aliases.get(owner); next !== undefined; next = aliases.get(owner)) owner = next;
  return owner;
}

/**
 * A new state that is computed element by element is written over the old one, once everything else that
 * reads the old one is done. Where that order is impossible the value keeps memory of its own, and the
 * program copies it at the end.
 */
export function writeInPlace<T extends Placeable<T>>(
  graph: Graph,
  tasks: ReadonlyMap<Node, T>,
  aliases: Map<Node, Node>,
  recordOf: (op: string) => Finishing | undefined,
): void {
  const shown = new Set(Object.values(graph.outputs).map((node) => storageOf(node, aliases)));
  for (const { state, value } of graph.updates) {
    const task = tasks.get(value);
    if (task === undefined || aliases.has(value) || shown.has(value)) continue;
    if (!readsAsItWrites(value, state, aliases, recordOf)) continue;
    const readers = [...tasks.values()].filter(
      (t) => t !== task && t.node.inputs.some((i) => storageOf(i, aliases) === state),
    );
    if (readers.some((reader) => reaches(reader, task))) continue;
    for (const reader of readers) task.waitsFor.add(reader);
    aliases.set(value, state);
  }
}

/** Reads each of the state's numbers just before it writes the new one there, and no others. */
function readsAsItWrites(
  value: Node,
  state: Node,
  aliases: ReadonlyMap<Node, Node>,
  recordOf: (op: string) => Finishing | undefined,
): boolean {
  if (expressionOf(value) !== undefined) return true;
  // A sum with the update as its epilogue; its own inputs are read whole.
  const record = recordOf(value.op);
  if (record?.finishesInPlace !== true) return false;
  const { arity } = record.op;
  const own = arity === 'any' ? value.inputs : value.inputs.slice(0, arity);
  return own.every((input) => storageOf(input, aliases) !== state);
}

/** Whether `from` waits, directly or not, for `to`. */
function reaches<T extends Placeable<T>>(from: T, to: T, seen = new Set<T>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return [...from.waitsFor].some((t) => reaches(t, to, seen));
}
