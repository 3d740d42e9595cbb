/**
 * @file What a backend is: something that compiles a graph to a program and runs it.
 *
 * A session owns memory and threads. In it each model instance has a scope: programs compiled in one scope
 * share the states of the same name (the training step and the evaluation read the same parameters), and no
 * other scope sees them. What is alike in all backends is in `scopedSession.ts`.
 */
import type { Shape } from '../base/shape.ts';
import type { DType, Graph } from '../graph/node.ts';

export type HostArray = Float32Array | Int32Array;

/** `Options` are the backend's own; what a backend does not know it leaves unread. */
export interface Backend<Options extends object = object> {
  readonly name: string;
  /** `passedOver` says why better backends did not open; the session's plan line repeats it. */
  open(options?: Options, passedOver?: readonly string[]): Promise<Session>;
  /** What a session with these options would make of the graph, to be read; where programs can be. Nothing runs. */
  explain?(graph: Graph, options?: Options): Promise<Explanation>;
}

/** The views of a program by name: "schedule", "memory", or the language it is written in, such as "wat". */
export type Explanation = Readonly<Record<string, () => ProgramView>>;

export interface ProgramView {
  readonly text: string;
  /** The same for programs. */
  readonly data: object;
}

export interface StateInfo {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Bytes that a session would hold, and the most it can hold. */
export interface MemoryNeed {
  readonly bytes: number;
  /** Of these, what the program takes beside states; absent where it is not told apart. */
  readonly ofProgram?: number;
  readonly limit: number;
}

/** Programs, and the states that they share by name. */
export interface States {
  /** The program is open until `close()` of it, of its scope or of the session. */
  compile(graph: Graph): Executable;
  /**
   * What the session would hold with this program in it too; undefined where the backend does not plan its
   * memory. Nothing is reserved.
   */
  memoryFor(graph: Graph): MemoryNeed | undefined;
  /** A state's numbers, copied out. States start as zeros. Unknown names are refused. */
  readState(name: string): Promise<HostArray>;
  writeState(name: string, data: ArrayLike<number>): void;
  /** Every state of the programs compiled so far. */
  states(): readonly StateInfo[];
}

/** The states of one model instance. They outlive the programs that made them. */
export interface Scope extends States {
  /**
   * Gives back the memory of the states named, but for those that an open program uses. Without names:
   * closes the scope's programs and gives back everything; the scope is empty then and can be used anew.
   */
  free(names?: Iterable<string>): void;
}

/** A session is a scope too, for graphs that belong to no model. */
export interface Session extends States {
  readonly backend: string;
  readonly threads: number;
  /** One line: which plan runs and why, e.g. "wasm, 2 threads, 256-bit pairs (self-check passed)". */
  readonly plan: string;
  /**
   * The scope of a model instance. `fit`, `evaluate` and `openPredictor` take the spec object itself as
   * `owner`, so the same object means the same weights; another object, if equal, is another instance.
   * Without an owner: a new scope that nobody else can ask for.
   */
  scopeOf(owner?: object): Scope;
  /** Ends the threads and gives back all memory; may be called twice. Programs cannot be run after it. */
  close(): Promise<void>;
  /** `await using session = await openSession()` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A value that ranks exchange, as one rank sees it: numbers of equal length in live memory. */
export interface Exchanged {
  readonly name: string;
  /**
   * 'sum': over all ranks that hold the same, in place (`received` is `sent`). 'pairSum': of a pair, in place. 'swap':
   * between the two of a pair.
   */
  readonly kind: 'sum' | 'pairSum' | 'swap';
  readonly sent: HostArray;
  readonly received: HostArray;
}

/** Begins the exchange of values that are ready, and resolves when they have arrived. */
export type Exchange = (values: readonly Exchanged[]) => Promise<void>;

export interface Executable {
  /**
   * The live memory of an input: fill it, then run. Ask again after another `compile` on the same
   * session: memory may have grown and the old view be stale.
   */
  input(name: string): HostArray;
  /** The numbers of an output after the last run: live memory or a copy, valid until the next run. */
  output(name: string): Promise<HostArray>;
  /** Starts the program on what the inputs hold; whoever reads outputs or states waits for it. */
  run(): void;
  /**
   * Of a device that works on its own, asked before a run. The first time, a promise that the program is compiled and
   * has its memory; later one where so many runs are under way that another had better wait; undefined otherwise.
   * Rejects with what was refused (`outOfMemory.ts`), or went wrong in a run.
   */
  ready?(): Promise<void> | undefined;
  /** Of such a device: kernels that no program of the session had before, which are to be compiled. */
  readonly newKernels?: number;
  /** Of such a device: resolves when all runs are done; rejects with what went wrong in one. */
  finished?(): Promise<void>;
  /**
   * Runs the program together with other ranks (`ops/ranks.ts`); `run` is one rank alone. It goes on while an
   * exchange is under way until it needs what is exchanged.
   */
  runAcross(exchange: Exchange): Promise<void>;
  /** The program in parts that can be timed, where the backend has such a thing. */
  profile?(): ProfiledProgram;
  /** The same where a device times its parts itself, in about so many milliseconds. */
  profileOnDevice?(budgetMs: number): Promise<DeviceProfile>;
  /** Bytes of planned memory: activations and temporaries, without states. */
  readonly arenaBytes: number;
  /** Gives its memory back; states stay with the scope. May be called twice. */
  close(): void;
}

export interface ProfiledProgram {
  /** One by one, each on the calling thread. */
  readonly kernels: readonly ProfiledKernel[];
  /** What to judge them by, made at each call. */
  readonly peaks: () => { readonly arithmetic: ArithmeticLoop; readonly memory: MemoryLoop };
}

/** Kernels with their times, and what the device reaches at most. */
export interface DeviceProfile {
  readonly kernels: readonly (Omit<ProfiledKernel, 'run'> & { readonly medianMs: number })[];
  /** Multiply-adds per millisecond of float32 on registers alone. */
  readonly peakMultiplyAdds: number;
  /** Bytes per millisecond, read and written, of a copy that no cache holds. */
  readonly peakBytes: number;
}

/** The most arithmetic that one thread does. */
export interface ArithmeticLoop {
  /** Floating-point operations (a multiply and an add are two) of one call. */
  readonly flops: number;
  run(): void;
}

/** The most that one thread moves. */
export interface MemoryLoop {
  /** Bytes read and written by one call. */
  readonly bytes: number;
  run(): void;
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
