/**
 * @file What a kernel is here: a plan (plain data, decided without a machine) and dispatches in WGSL.
 *
 * A dispatch reads and writes values; one waits for the one before it. Its text names no buffer: the program
 * declares what it binds and hands over how it is reached, since a new state may lie where the old one does.
 * Next stops: `defineKernel.ts`, and a record, `emit/moves/moves.ts`.
 */
import { unreachable } from '../../base/errors.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import type { WinogradUse } from '../../compile/winograd/variants.ts';
import { createNode, type DType, type Node } from '../../graph/node.ts';

/** What the adapter gives and plans choose by. */
export interface Target {
  /** Invocations of a workgroup where nothing speaks for another number. */
  readonly workgroupSize: number;
  /** The most invocations of a workgroup. */
  readonly maxWorkgroupSize: number;
  /** Bytes that the invocations of a workgroup share. */
  readonly workgroupMemory: number;
  /** The most workgroups along each dimension. */
  readonly maxGroups: number;
  /** The most buffers that a dispatch reads and writes. */
  readonly maxBuffers: number;
  /** The most bytes of a buffer that a dispatch reaches; larger values lie in several. */
  readonly maxBinding: number;
  /** Where convolutions may be Winograd's. */
  readonly winograd: WinogradUse;
}

/** What the standard has every adapter give. */
export const LEAST: Target = {
  workgroupSize: 256,
  maxWorkgroupSize: 256,
  workgroupMemory: 16_384,
  maxGroups: 65_535,
  maxBuffers: 8,
  maxBinding: 2 ** 27,
  winograd: 'auto',
};

/** How a kernel's text sees a value's numbers: one by one, or by fours. Those of half precision are f32 to it. */
export type Elements = 'f32' | 'i32' | 'vec4<f32>';

/** Some in a row: `to` is the first one after them. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The numbers of a value that are read or written where some of a dispatch's items are done, and perhaps a few more. */
export type Reach = (items: Span) => Span;

/** A value that a dispatch reads or writes. */
export interface Binding {
  readonly node: Node;
  readonly elements: Elements;
  /** Undefined: whichever items are done, all numbers may be asked for. */
  readonly reach?: Reach | undefined;
}

/** One by one, by the value's own type. */
export const scalars = (node: Node, reach?: Reach): Binding => ({
  node,
  elements: node.dtype === 'i32' ? 'i32' : 'f32',
  reach,
});

/** By fours; where the size is no multiple of 4, the last one holds what is left and more. */
export const vectors = (node: Node, reach?: Reach): Binding => ({
  node,
  elements: 'vec4<f32>',
  reach,
});

/** The text that reads the number at an index, which is a text too. */
export type Read = (index: string) => string;

/** The statement that stores a value at an index. */
export type Write = (index: string, value: string) => string;

/** How a text reaches what is bound, in the order of the dispatch. */
export interface Variables {
  readonly inputs: readonly Read[];
  readonly outputs: readonly Write[];
  /** The items that are done. */
  readonly items: Span;
}

export type Groups = readonly [x: number, y: number, z: number];

/** What a dispatch does, as items in a row, be they numbers, rows or tiles: some of them can be done by themselves. */
export interface Work {
  readonly items: number;
  groups(items: Span): Groups;
}

export interface Dispatch {
  readonly inputs: readonly Binding[];
  /** Every number of a value must be written by the dispatches of its kernel. */
  readonly outputs: readonly Binding[];
  readonly work: Work;
  /** The module without its bindings; the entry point is `main`. */
  code(variables: Variables): string;
}

/** A dispatch that makes one value of another; `text`: its module, given how to read, to store, and the items. */
export function oneToOne(
  from: Binding,
  to: Binding,
  work: Work,
  text: (x: Read, y: Write, items: Span) => string,
): Dispatch {
  return {
    inputs: [from],
    outputs: [to],
    work,
    code: ({ inputs: [x = unreachable], outputs: [y = unreachable], items }) => text(x, y, items),
  };
}

export interface Kernel {
  /** Kernel family: "conv2d", "matmul", "elementwise"... */
  readonly family: string;
  /** The node it computes, for people. */
  readonly name: string;
  /** Nodes computed. */
  readonly outputs: readonly Node[];
  readonly dispatches: readonly Dispatch[];
  readonly multiplyAdds: number;
  /** The decisions, for `inspect`. */
  readonly plan: Readonly<Record<string, unknown>>;
}

export interface PlanContext {
  readonly target: Target;
}

const TEMPORARY = 'temporary';

/** What one dispatch of a kernel hands to a later one; the program gives it memory. */
export function temporary(shape: Shape, name: string): Node {
  return createNode({ op: TEMPORARY, inputs: [], attrs: {}, shape, dtype: 'f32', name });
}

export const isTemporary = ({ op }: Node): boolean => op === TEMPORARY;

/** Bytes of a value: whole fours, so that any value may be read by fours. */
export function bytesOf({ shape, dtype }: Pick<Node, 'shape' | 'dtype'>): number {
  return Math.ceil(sizeOf(shape) / 4) * 4 * bytesPerNumber(dtype);
}

const bytesPerNumber = (dtype: DType): number => (dtype === 'f16' ? 2 : 4);

/** Whether a value is stored as half precision: written by fours, since two numbers share 32 bits. */
export const isStoredHalf = ({ dtype }: Pick<Node, 'dtype'>): boolean => dtype === 'f16';

/** Numbers of a value that one buffer holds: whole fours. */
export const numbersPerPiece = (
  { maxBinding }: Pick<Target, 'maxBinding'>,
  dtype: DType = 'f32',
): number => (Math.floor(maxBinding / 16) * 16) / bytesPerNumber(dtype);

/** Bytes that a kernel reads and writes, each value of the graph once. */
export function trafficOf({ dispatches }: Kernel): number {
  const values = new Set(dispatches.flatMap((d) => [...d.inputs, ...d.outputs].map((b) => b.node)));
  return [...values]
    .filter((node) => !isTemporary(node))
    .reduce((sum, { shape, dtype }) => sum + bytesPerNumber(dtype) * sizeOf(shape), 0);
}
