/**
 * @file Graph nodes as plain data. A node is one operation and its one result.
 *
 * A training step is one graph: forward, loss, gradients and updates alike are nodes. Nothing here knows
 * what an op means; that is `ops/`. Before: `ops/elementwise.ts`. Next stop: `nn/programs/programs.ts`, which makes
 * the graph of a step; `print.ts` to look at a graph, `compile/verify.ts` to check one.
 */
import { FoveaError, unreachable } from '../base/errors.ts';
import { first } from '../base/lists.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';

/** Graphs are built of the first two; a backend may store numbers that are half precision as such. */
export type DType = 'f32' | 'i32' | 'f16';

/** Attributes of an op: plain JSON values; a constant's numbers may be a typed array. */
export type Attrs = Readonly<Record<string, unknown>>;

/**
 * Ops without inputs that the outside provides:
 * `input` is written before each run, `state` lives across runs (parameters, optimizer moments),
 * `constant` never changes (its numbers are in `attrs.data`).
 */
export type SourceOp = 'input' | 'state' | 'constant';

export interface Node {
  /** Unique within the process; creation order, so inputs always have smaller ids. */
  readonly id: number;
  readonly op: string;
  readonly inputs: readonly Node[];
  readonly attrs: Attrs;
  readonly shape: Shape;
  readonly dtype: DType;
  /** For people: "conv2d_1/kernel", "loss". Unique for inputs and states, a hint elsewhere. */
  readonly name: string;
}

/** After a run, `state` holds what `value` computed during it. */
export interface Update {
  readonly state: Node;
  readonly value: Node;
}

export interface Graph {
  readonly outputs: Readonly<Record<string, Node>>;
  readonly updates: readonly Update[];
}

let nextId = 0;

export function createNode(fields: Omit<Node, 'id'>): Node {
  return { ...fields, id: nextId++ };
}

export function inputNode(name: string, shape: Shape, dtype: DType = 'f32'): Node {
  return createNode({ op: 'input', inputs: [], attrs: {}, shape, dtype, name });
}

/**
 * An input whose leading axis is the batch: row n of all such inputs belongs to image n. Those of one graph have
 * equally many rows.
 */
export function batchInput(name: string, shape: Shape, dtype: DType = 'f32'): Node {
  return createNode({ op: 'input', inputs: [], attrs: { batch: true }, shape, dtype, name });
}

export function isBatchInput(node: Node): boolean {
  return node.op === 'input' && node.attrs.batch === true;
}

export function stateNode(name: string, shape: Shape, dtype: DType = 'f32'): Node {
  return createNode({ op: 'state', inputs: [], attrs: {}, shape, dtype, name });
}

/** One repeated value, or all numbers, row-major. Large ones are best a typed array: it is kept as it is. */
export type ConstantData = number | readonly number[] | Float32Array | Int32Array;

/** A constant of one repeated value or of given numbers; i32 where these are an `Int32Array`. */
export function constantNode(value: ConstantData, shape: Shape = [], name = ''): Node {
  if (typeof value !== 'number' && value.length !== sizeOf(shape)) {
    throw new FoveaError({
      problem: `a constant of shape ${formatShape(shape)} received ${value.length} numbers`,
      expected: `${sizeOf(shape)}`,
    });
  }
  const label = name !== '' ? name : typeof value === 'number' ? String(value) : 'constant';
  return createNode({
    op: 'constant',
    inputs: [],
    attrs: { data: value },
    shape,
    dtype: value instanceof Int32Array ? 'i32' : 'f32',
    name: label,
  });
}

/** Writes a constant's numbers into memory of its size. */
export function writeConstant({ attrs }: Node, to: Float32Array | Float64Array | Int32Array): void {
  const data = attrs.data as ConstantData;
  if (typeof data === 'number') to.fill(data);
  else to.set(data);
}

/** The one input of an op that reads one, the first of one that reads more. */
export function firstInput({ inputs }: Pick<Node, 'inputs'>): Node {
  return first(inputs, 'input');
}

/** The inputs of an op that reads two, with those of its epilogue. */
export function twoInputs({ inputs }: Pick<Node, 'inputs'>): readonly [Node, Node, ...Node[]] {
  const [x, y, ...rest] = inputs;
  return x === undefined || y === undefined
    ? unreachable('fewer than two inputs')
    : [x, y, ...rest];
}

export function isSource(node: Node): boolean {
  return node.op === 'input' || node.op === 'state' || node.op === 'constant';
}

/** One text for equal attributes alone: JSON that tells infinities, NaN and -0 apart. */
export function attrsKey(attrs: unknown): string {
  return JSON.stringify(attrs, (_, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? { number: Object.is(value, -0) ? '-0' : String(value) }
      : value,
  );
}

/** Every node the graph needs, inputs before users; independent nodes in creation order. */
export function topologicalOrder(roots: Iterable<Node>): Node[] {
  const seen = new Set<Node>();
  const stack: Node[] = [...roots];
  while (stack.length > 0) {
    const node = stack.pop() as Node;
    if (seen.has(node)) continue;
    seen.add(node);
    stack.push(...node.inputs);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** The rows of a graph's batch; undefined where no input is one. */
export function batchSizeOf(graph: Graph): number | undefined {
  return topologicalOrder(rootsOf(graph)).find(isBatchInput)?.shape[0];
}

/** The nodes a graph must compute: its outputs and the new values of its states. */
export function rootsOf(graph: Graph): Node[] {
  const roots = new Set<Node>(Object.values(graph.outputs));
  for (const { state, value } of graph.updates) {
    roots.add(state);
    roots.add(value);
  }
  return [...roots];
}
