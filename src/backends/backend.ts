/**
 * @file What a backend is: something that compiles a graph to a program and runs it.
 *
 * A session owns the memory. Programs compiled in one session share the states of the same name: the
 * training step and the evaluation program read the same parameters. Nothing is freed by hand.
 */
import type { Shape } from '../base/shape.ts';
import type { DType, Graph } from '../graph/node.ts';

export type HostArray = Float32Array | Int32Array;

export interface SessionOptions {
  /** Worker threads including the caller's; default: all cores. */
  readonly threads?: number;
  /** WASM: 'auto' probes for fused pairs and falls back; 'off' keeps to 128-bit operations. */
  readonly revectorize?: 'auto' | 'off';
  /** WASM: 'auto' takes Winograd's convolution where the plan counts a gain. */
  readonly winograd?: WinogradUse;
}

/** 'off': never; 'always': wherever a variant fits, for tests and comparisons. */
export type WinogradUse = 'auto' | 'off' | 'always';

export interface Backend {
  readonly name: string;
  open(options?: SessionOptions): Promise<Session>;
}

export interface Session {
  readonly backend: string;
  readonly threads: number;
  /** One line: which plan runs and why, e.g. "wasm, 2 threads, 256-bit pairs (self-check passed)". */
  readonly plan: string;
  compile(graph: Graph): Executable;
  /**
   * Bytes the session would hold with this program in it too, and the most it can hold, where the backend
   * plans its memory. Nothing is reserved.
   */
  memoryFor?(graph: Graph): { readonly bytes: number; readonly limit: number };
  /** A state's numbers, copied out. States start as zeros. Unknown names throw. */
  readState(name: string): HostArray;
  writeState(name: string, data: ArrayLike<number>): void;
  /** Name, shape and type of every state of the programs compiled so far. */
  states(): readonly { readonly name: string; readonly shape: Shape; readonly dtype: DType }[];
  close(): Promise<void>;
}

export interface Executable {
  /**
   * The live memory of an input: fill it, then run. Ask again after another `compile` on the same
   * session: memory may have grown and the old view be stale.
   */
  input(name: string): HostArray;
  /** The live memory of an output, valid until the next run. */
  output(name: string): HostArray;
  run(): void;
  /** The kernels one by one, each on the calling thread, where the backend has such a thing: for profiles. */
  profile?(): readonly ProfiledKernel[];
  /** Bytes of planned memory: activations and temporaries, without states. */
  readonly arenaBytes: number;
}

export interface ProfiledKernel {
  readonly family: string;
  readonly name: string;
  readonly multiplyAdds: number;
  /** Bytes read and written, each value once. */
  readonly bytes: number;
  /** The kernel's decisions. */
  readonly plan: Readonly<Record<string, unknown>>;
  /** Does all of its work once. */
  run(): void;
}
