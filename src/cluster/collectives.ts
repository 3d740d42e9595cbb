/**
 * @file What ranks do together: processes, numbered from 0, that train one network on several machines.
 *
 * Every rank calls the same operations in the same order. Members: `oneRank.ts`; `inProcess.ts`, ranks that are
 * tasks of one process; `mpi/openMpi.node.ts`, processes under an MPI library. Next stop: `agreement.ts`.
 */
import { first } from '../base/lists.ts';

export type Numbers = Float32Array | Float64Array | Int32Array;

/** How numbers travel; float16 halves the bytes and rounds every addend and every sum to 11 bits. */
export type WireFormat = 'float32' | 'float16';

/** Ranks that take sums among themselves. */
export interface Group {
  readonly rank: number;
  readonly size: number;
  /**
   * Begins to put the sums over all ranks in place of the numbers, which may lie anywhere in memory and must
   * be left alone until the promise resolves. Every rank ends with the same bits.
   */
  allReduce(numbers: Numbers, wire?: WireFormat): Promise<void>;
}

export interface Collectives extends Group {
  /** What carries the numbers, e.g. "Open MPI 4.1.4"; for people. */
  readonly name: string;
  /** Of the ranks that say the same, numbered in their order. */
  group(colour: number): Promise<Group>;
  /** Sends to another rank and receives as many numbers from it. */
  sendReceive(sent: Numbers, received: Numbers, other: number): Promise<void>;
  /** Copies the numbers of rank 0 into those of all others. */
  broadcast(numbers: Numbers | Uint8Array): Promise<void>;
  /** The bytes of every rank, in the order of ranks; they may differ in length. On every rank. */
  gather(bytes: Uint8Array): Promise<readonly Uint8Array[]>;
  /** Resolves when all ranks have come here. */
  barrier(): Promise<void>;
  /** Ends all ranks at once, with this exit code. */
  abort(code: number): void;
  /** Lets this process end whatever is under way, which ends all ranks. */
  abandon(): void;
  /** To be called by every rank at the end; nothing may be called after it. */
  close(): Promise<void>;
}

/** Bytes of any length from rank 0 to all. */
export async function broadcastBytes(
  ranks: Collectives,
  bytes: Uint8Array | undefined,
): Promise<Uint8Array> {
  const length = Float64Array.of(bytes?.length ?? 0);
  await ranks.broadcast(length);
  const all = bytes ?? new Uint8Array(first(length, 'length'));
  await ranks.broadcast(all);
  return all;
}
