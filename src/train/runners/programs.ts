/**
 * @file The programs of one task (a training run, an evaluation), made ready together and closed together.
 */
import type { Executable, HostArray, MemoryNeed, Scope } from '../../backends/backend.ts';
import { OutOfMemory } from '../../backends/outOfMemory.ts';
import { FoveaError } from '../../base/errors.ts';
import { formatBytes } from '../../base/units.ts';
import type { Graph } from '../../graph/node.ts';

/** A step, and what it would be on other numbers of rows. */
interface Sized {
  readonly rows: number;
  graphFor(rows: number): Graph;
}

export class Programs {
  readonly #scope: Scope;
  readonly #opened: Executable[] = [];
  #step: Sized | undefined;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  compile(graph: Graph): Executable {
    const program = this.#scope.compile(graph);
    this.#opened.push(program);
    return program;
  }

  /**
   * The memory that a step of that many rows takes, where the backend plans; throws where it does not fit, saying how
   * many rows do.
   */
  stepBytes(rows: number, graphFor: Sized['graphFor']): number | undefined {
    this.#step = { rows, graphFor };
    const need = this.#scope.memoryFor(graphFor(rows));
    if (need !== undefined) this.#checkWithin(need.limit);
    return need?.bytes;
  }

  /** Kernels that no program of the session had before: `prepared` takes long where they are many. */
  get newKernels(): number {
    return this.#opened.reduce((sum, { newKernels = 0 }) => sum + newKernels, 0);
  }

  /** Resolves when all are ready to run and have their memory; rejects with what was refused. No state is touched. */
  async prepared(): Promise<void> {
    try {
      await Promise.all(this.#opened.map((program) => program.ready?.()));
    } catch (error) {
      if (error instanceof OutOfMemory) {
        this.close();
        this.#checkWithin(error.limit, error);
      }
      throw error;
    }
  }

  readState(name: string): Promise<HostArray> {
    return this.#scope.readState(name);
  }

  close(): void {
    for (const program of this.#opened.splice(0)) program.close();
  }

  /** @param cause what told the limit */
  #checkWithin(limit: number, cause?: Error): void {
    if (this.#step === undefined) return;
    const { rows, graphFor } = this.#step;
    const needOf = (count: number): Omit<MemoryNeed, 'limit'> =>
      this.#scope.memoryFor(graphFor(count)) ?? { bytes: 0 };
    const { bytes: needed } = needOf(rows);
    if (needed <= limit) return;
    const fits = (count: number): boolean => {
      // Beside it stands the step of the last batch of an epoch, which may be nearly as large.
      const { bytes, ofProgram = 0 } = needOf(count);
      return bytes + ofProgram <= limit;
    };
    let fitting = 0;
    for (let tooMany = rows; tooMany - fitting > 1; ) {
      const middle = Math.floor((fitting + tooMany) / 2);
      if (fits(middle)) fitting = middle;
      else tooMany = middle;
    }
    const [given, most] =
      cause === undefined ? ['', 'at most '] : [', which is what the device gave', ''];
    throw new FoveaError(
      {
        problem: `a step of ${rows} rows needs ${formatBytes(needed)} of memory`,
        expected: `at most ${formatBytes(limit)}${given}`,
        fix: fitting > 0 ? `a batch size of ${most}${fitting} fits` : 'use a smaller model',
      },
      { cause },
    );
  }
}
