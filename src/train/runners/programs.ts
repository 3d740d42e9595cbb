/**
 * @file The programs of one task (a training run, an evaluation), closed together when it is over.
 */
import type { Executable, HostArray, MemoryNeed, Scope } from '../../backends/backend.ts';
import type { Graph } from '../../graph/node.ts';

export class Programs {
  readonly #scope: Scope;
  readonly #opened: Executable[] = [];

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  compile(graph: Graph): Executable {
    const program = this.#scope.compile(graph);
    this.#opened.push(program);
    return program;
  }

  memoryFor(graph: Graph): MemoryNeed | undefined {
    return this.#scope.memoryFor(graph);
  }

  readState(name: string): Promise<HostArray> {
    return this.#scope.readState(name);
  }

  close(): void {
    for (const program of this.#opened.splice(0)) program.close();
  }
}
