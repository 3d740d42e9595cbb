/**
 * @file What sessions of all backends do alike: scopes with their tables of states, open programs, closing.
 *
 * A backend extends `ScopedSession` by what it alone knows: memory for a state, a program from a graph.
 * Previous stop: `backend.ts`. Next stop: `reference/index.ts`, then `wasm/session.ts`.
 */
import { FoveaError, unknownName } from '../base/errors.ts';
import { formatShape, sameShape, sizeOf } from '../base/shape.ts';
import { type Graph, type Node, rootsOf, topologicalOrder } from '../graph/node.ts';
import type { Executable, HostArray, MemoryNeed, Scope, Session, StateInfo } from './backend.ts';

/** A state, and where a backend keeps its numbers. */
export interface State<Place> extends StateInfo {
  readonly place: Place;
}

/** The states that a program finds by name. */
export type StatesByName<Place> = ReadonlyMap<string, State<Place>>;

export abstract class ScopedSession<Place> implements Session {
  abstract readonly backend: string;
  abstract readonly threads: number;
  readonly plan: string;
  readonly #own = new StateScope<Place>(this);
  readonly #owned = new WeakMap<object, StateScope<Place>>();
  /** Scopes that hold something. */
  readonly #filled = new Set<StateScope<Place>>();
  #closed = false;

  constructor(plan: string, passedOver: readonly string[] = []) {
    this.plan = [plan, ...passedOver].join('; ');
  }

  /** Zeroed memory for a state. */
  abstract allocateState(node: Node): Place;
  abstract releaseState(state: State<Place>): void;
  /** A copy of the numbers. */
  abstract readPlace(state: State<Place>): HostArray | Promise<HostArray>;
  abstract writePlace(state: State<Place>, data: ArrayLike<number>): void;
  /** All states of the graph are in `states`. What fails half-way must leave nothing reserved. */
  abstract compileProgram(graph: Graph, states: StatesByName<Place>): Executable;
  abstract needOf(graph: Graph, states: StatesByName<Place>): MemoryNeed | undefined;
  protected abstract closeBackend(): Promise<void>;

  compile(graph: Graph): Executable {
    return this.#own.compile(graph);
  }

  memoryFor(graph: Graph): MemoryNeed | undefined {
    return this.#own.memoryFor(graph);
  }

  readState(name: string): Promise<HostArray> {
    return this.#own.readState(name);
  }

  writeState(name: string, data: ArrayLike<number>): void {
    this.#own.writeState(name, data);
  }

  states(): readonly StateInfo[] {
    return this.#own.states();
  }

  scopeOf(owner?: object): Scope {
    this.checkOpen();
    if (owner === undefined) return new StateScope<Place>(this);
    const known = this.#owned.get(owner);
    if (known !== undefined) return known;
    const scope = new StateScope<Place>(this);
    this.#owned.set(owner, scope);
    return scope;
  }

  /** Told by a scope whether it holds anything, so that `close` finds it. */
  note(scope: StateScope<Place>, isFilled: boolean): void {
    if (isFilled) this.#filled.add(scope);
    else this.#filled.delete(scope);
  }

  /** Whether a model's scope knows this state. */
  isOfModel(name: string): boolean {
    return [...this.#filled].some((scope) => scope !== this.#own && scope.has(name));
  }

  checkOpen(): void {
    if (!this.#closed) return;
    throw new FoveaError({
      problem: 'the session was closed',
      expected: 'an open session',
      fix: 'open another with openSession(), or close this one later',
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    for (const scope of [...this.#filled]) scope.free();
    this.#closed = true;
    await this.closeBackend();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

class StateScope<Place> implements Scope {
  readonly #session: ScopedSession<Place>;
  readonly #states = new Map<string, State<Place>>();
  /** Open programs, and the names of their states. */
  readonly #programs = new Map<Executable, readonly string[]>();

  constructor(session: ScopedSession<Place>) {
    this.#session = session;
  }

  has(name: string): boolean {
    return this.#states.has(name);
  }

  compile(graph: Graph): Executable {
    this.#session.checkOpen();
    const nodes = topologicalOrder(rootsOf(graph)).filter(({ op }) => op === 'state');
    const made: string[] = [];
    try {
      for (const node of nodes) if (this.#declare(node)) made.push(node.name);
      const program = this.#session.compileProgram(graph, this.#states);
      const executable = this.#guarded(program);
      this.#programs.set(
        executable,
        nodes.map(({ name }) => name),
      );
      this.#noteFilled();
      return executable;
    } catch (error) {
      this.#release(made);
      throw error;
    }
  }

  memoryFor(graph: Graph): MemoryNeed | undefined {
    this.#session.checkOpen();
    return this.#session.needOf(graph, this.#states);
  }

  async readState(name: string): Promise<HostArray> {
    return this.#session.readPlace(this.#stateOf(name));
  }

  writeState(name: string, data: ArrayLike<number>): void {
    const state = this.#stateOf(name);
    const size = sizeOf(state.shape);
    if (data.length !== size) {
      throw new FoveaError({
        problem: `received ${data.length} numbers for state ${name} of shape ${formatShape(state.shape)}`,
        expected: `${size} numbers`,
      });
    }
    this.#session.writePlace(state, data);
  }

  states(): readonly StateInfo[] {
    return [...this.#states.values()].map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  }

  free(names?: Iterable<string>): void {
    if (names === undefined) for (const program of [...this.#programs.keys()]) program.close();
    const used = new Set([...this.#programs.values()].flat());
    this.#release([...(names ?? this.#states.keys())].filter((name) => !used.has(name)));
  }

  #stateOf(name: string): State<Place> {
    this.#session.checkOpen();
    const state = this.#states.get(name);
    if (state !== undefined) return state;
    const known = [...this.#states.keys()];
    if (!this.#session.isOfModel(name)) throw unknownName('state', name, known);
    throw new FoveaError({
      problem: `the session's own programs have no state "${name}"`,
      expected: known.length === 0 ? 'a state of a program compiled before' : known.join(', '),
      fix: 'a model has states of its own: session.scopeOf(spec), with the spec it was trained by',
    });
  }

  /** The state of that name, made at first sight; says whether it is new. */
  #declare(node: Node): boolean {
    const { name, shape, dtype } = node;
    const known = this.#states.get(name);
    if (known === undefined) {
      this.#states.set(name, { name, shape, dtype, place: this.#session.allocateState(node) });
      return true;
    }
    if (sameShape(known.shape, shape) && known.dtype === dtype) return false;
    throw new FoveaError({
      problem: `state ${name} is ${known.dtype} ${formatShape(known.shape)} in one program and ${dtype} ${formatShape(shape)} in another`,
      expected: 'one shape and one type per name within a model',
      fix: 'compile the other in a scope of its own: session.scopeOf(spec)',
    });
  }

  #release(names: Iterable<string>): void {
    for (const name of names) {
      const state = this.#states.get(name);
      if (state === undefined) continue;
      this.#states.delete(name);
      this.#session.releaseState(state);
    }
    this.#noteFilled();
  }

  #noteFilled(): void {
    this.#session.note(this, this.#states.size > 0 || this.#programs.size > 0);
  }

  /** The program as its user sees it: closed once, and of no use after. */
  #guarded(program: Executable): Executable {
    const { profile, profileOnDevice, ready, newKernels, finished } = program;
    let isOpen = true;
    const checkOpen = (): void => {
      if (isOpen) return;
      this.#session.checkOpen();
      throw new FoveaError({
        problem: 'the program was closed',
        expected: 'an open program',
        fix: 'compile its graph again, or close it later',
      });
    };
    const whileOpen = <T>(task: () => T): T => {
      checkOpen();
      return task();
    };
    const executable: Executable = {
      arenaBytes: program.arenaBytes,
      input: (name) => whileOpen(() => program.input(name)),
      output: async (name) => whileOpen(() => program.output(name)),
      run: () => {
        checkOpen();
        program.run();
      },
      runAcross: async (exchange) => {
        checkOpen();
        await program.runAcross(exchange);
      },
      ...(profile === undefined ? {} : { profile: () => whileOpen(profile) }),
      ...(newKernels === undefined ? {} : { newKernels }),
      ...(ready === undefined ? {} : { ready: () => whileOpen(ready) }),
      ...(finished === undefined ? {} : { finished: () => whileOpen(finished) }),
      ...(profileOnDevice === undefined
        ? {}
        : { profileOnDevice: (budgetMs) => whileOpen(() => profileOnDevice(budgetMs)) }),
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        this.#programs.delete(executable);
        program.close();
        this.#noteFilled();
      },
    };
    return executable;
  }
}
