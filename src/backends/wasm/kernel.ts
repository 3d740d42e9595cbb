/**
 * @file What a kernel is: a plan (plain data, decided without a machine) and an emitter without policy.
 *
 * A kernel does `units` equal pieces of work, any range of which can run on its own: threads take ranges.
 * Kernels over a batch count units per image, so that a run of them can hand whole slices of images from one
 * to the next within a thread, with no waiting between (`program/schedule.ts`).
 */
import { first } from '../../base/lists.ts';
import type { WinogradUse } from '../../compile/winograd/variants.ts';
import type { Node } from '../../graph/node.ts';
import type { FunctionBuilder, Local } from './assembler/function.ts';
import type { Pointer } from './assembler/lanes.ts';
import type { Arithmetic } from './emit/language/math.ts';
import type { Slicing } from './program/slicing.ts';

/** What the machine gives and the plans choose by. */
export interface Target {
  /** One rounding for multiply and add. */
  readonly relaxedMadd: boolean;
  /** V8 fuses neighbouring 128-bit operations to 256-bit ones: tiles are twice as wide. */
  readonly pairs: boolean;
  /** What the user says of Winograd's convolution; 'auto' where nothing is said. */
  readonly winograd?: WinogradUse | undefined;
}

export interface Partition {
  readonly units: number;
  /** Units below which a range costs more to begin than to do; 1 unless said. */
  readonly grain?: number;
  /** Present when units are counted along the batch: units / images each. */
  readonly images?: number;
}

export interface Kernel {
  /** Kernel family: "conv2d", "matmul", "elementwise"... */
  readonly family: string;
  /** The node it computes, for people. */
  readonly name: string;
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
  readonly partition: Partition;
  /** Bytes each thread needs to itself while the kernel runs. */
  readonly scratchBytes: number;
  readonly multiplyAdds: number;
  /** The decisions, for `inspect`. */
  readonly plan: Readonly<Record<string, unknown>>;
  emit(context: KernelContext): void;
}

export interface KernelContext {
  readonly f: FunctionBuilder;
  readonly m: Arithmetic;
  /** The range of units to do: [begin, end). */
  readonly begin: Local<'i32'>;
  readonly end: Local<'i32'>;
  /** Byte address of this thread's scratch. */
  readonly scratch: Pointer;
  /** Byte address of a node's numbers: a constant, since memory is planned before code is written. */
  address(node: Node): number;
}

/** What planners know of the graph around a node. */
export interface PlanContext {
  readonly target: Target;
  readonly slicing: Slicing | undefined;
  /** Whether the node's leading axis is the batch. */
  isBatched(node: Node): boolean;
}

/** The part of a partition that says that units are counted along the batch; empty where they are not. */
export function imagesOf(node: Node, context: PlanContext): Pick<Partition, 'images'> {
  return context.isBatched(node) ? { images: first(node.shape, 'axis') } : {};
}

/** The tile widths in vectors of four lanes for a row of `columns`: full ones, and what is left. */
export interface ColumnTiles {
  readonly full: number;
  /** Vectors of a full tile. */
  readonly vectors: number;
  /** Columns in the last, narrower tile; 0 when there is none. */
  readonly rest: number;
  /** Vectors of the last tile; even where pairs are fused. */
  readonly restVectors: number;
}

export function tileColumns(columns: number, { pairs }: Target): ColumnTiles {
  const vectors = pairs ? 4 : 2;
  const width = 4 * vectors;
  const rest = columns % width;
  const needed = Math.ceil(rest / 4);
  return {
    full: Math.floor(columns / width),
    vectors,
    rest,
    restVectors: pairs ? needed + (needed % 2) : needed,
  };
}

/** Rows that fit the 16 registers beside one row of B and the repeated number of A. */
export function mostRows(vectors: number, { pairs }: Target): number {
  const registersAcross = pairs ? Math.ceil(vectors / 2) : vectors;
  return registersAcross === 1
    ? 12
    : registersAcross === 2
      ? 6
      : Math.max(1, Math.floor(12 / registersAcross));
}
