/**
 * @file The step as one program: forward, backward, update. What training runs unless told otherwise.
 *
 * `run` makes nothing but the optimizer's few scalars. Next stop: `nn/programs/programs.ts`, what a step computes.
 */
import type { Executable, HostArray } from '../../backends/backend.ts';
import { FoveaError } from '../../base/errors.ts';
import type { BatchSource } from '../../data/batches/batchSource.ts';
import type { Optimizer } from '../../nn/optimizers/optimizer.ts';
import { trainingGraph } from '../../nn/programs/programs.ts';
import { RECORD_PLACE, RECORD_STEPS, recorded, recordOf } from '../../nn/programs/stepRecord.ts';
import { Feed } from '../feed.ts';
import type { Progress } from '../progress.ts';
import { rowOptionsOf } from '../rowTreatment.ts';
import type { Programs } from './programs.ts';
import type { RunnerRequest, StepResults, StepRunner } from './runner.ts';

export function fusedRunner(request: RunnerRequest): StepRunner {
  return new FusedRunner(request);
}

class FusedRunner implements StepRunner {
  readonly bytes: number | undefined;
  readonly most = RECORD_STEPS;
  readonly #programs: Programs;
  readonly #steps: readonly CompiledStep[];
  /** What the step measures beside the loss. */
  #measures: readonly string[] = [];
  /** Steps since the last reading. */
  #taken = 0;

  constructor({ programs, spec, optimizer, treatment, batches, ...request }: RunnerRequest) {
    const options = { optimizer, ...request, ...rowOptionsOf(treatment) };
    const graphFor = (rows: number) => recorded(trainingGraph(spec, options, rows));
    this.#programs = programs;
    this.bytes = programs.stepBytes(batches[0].count, graphFor);
    this.#steps = batches.map(({ count, of }) => {
      if (count !== of) throw sharesAlone();
      const graph = graphFor(count);
      this.#measures = Object.keys(graph.outputs).filter((name) => name !== 'loss');
      return new CompiledStep(new Feed(graph, programs.compile(graph), spec, treatment), optimizer);
    });
  }

  bind(): void {
    for (const step of this.#steps) step.bind();
  }

  run(
    source: BatchSource,
    progress: Readonly<Progress>,
    learningRate: number,
  ): Promise<void> | undefined {
    const rows = source.indices(progress.epoch, progress.batch).length;
    const steps = this.#steps;
    // Taken by number: taking an array apart by `[a, b]` makes objects.
    const step = rows === steps[0].rows ? steps[0] : steps[1];
    const waiting = step.executable.ready?.();
    // A function made here would keep these names in an object, made anew by every step.
    if (waiting !== undefined) return this.#runAfter(waiting, source, progress, learningRate);
    step.fill(source, progress, learningRate, this.#taken++);
    step.executable.run();
    return undefined;
  }

  async #runAfter(
    waiting: Promise<void>,
    source: BatchSource,
    progress: Readonly<Progress>,
    learningRate: number,
  ): Promise<void> {
    await waiting;
    await this.run(source, progress, learningRate);
  }

  async read(): Promise<StepResults> {
    this.#taken = 0;
    return readRecords(this.#programs, this.#measures);
  }
}

/** What the last steps recorded of these, and their losses. */
export async function readRecords(
  programs: Programs,
  names: readonly string[],
): Promise<StepResults> {
  const losses = await programs.readState(recordOf('loss'));
  const measures: Record<string, HostArray> = {};
  for (const name of names) measures[name] = await programs.readState(recordOf(name));
  return { losses, measures };
}

/** One compiled training step with the memory of its inputs at hand. */
export class CompiledStep {
  readonly rows: number;
  readonly executable: Executable;
  readonly #feed: Feed;
  readonly #optimizer: Optimizer;
  /** Names of the optimizer's inputs, and their memory. */
  readonly #scalarNames: readonly string[];
  #scalars: readonly HostArray[] = [];
  #step: HostArray = new Int32Array(1);
  #place: HostArray = new Float32Array(1);

  constructor(feed: Feed, optimizer: Optimizer) {
    this.rows = feed.batchSize;
    this.executable = feed.executable;
    this.#feed = feed;
    this.#optimizer = optimizer;
    this.#scalarNames = Object.keys(optimizer.scalars(0, optimizer.spec.learningRate));
  }

  bind(): void {
    const { executable, inputs } = this.#feed;
    this.#feed.bind();
    this.#scalars = this.#scalarNames.map((name) => executable.input(name));
    if (inputs.has('step')) this.#step = executable.input('step');
    this.#place = executable.input(RECORD_PLACE);
  }

  /** Everything that the program reads; `place`: where it records what it measures. */
  fill(
    source: BatchSource,
    { epoch, batch, step }: Readonly<Progress>,
    learningRate: number,
    place: number,
  ): void {
    this.#feed.fill(source, epoch, batch);
    const scalars = this.#optimizer.scalars(step, learningRate);
    for (let i = 0; i < this.#scalars.length; i++) {
      this.#scalars[i][0] = scalars[this.#scalarNames[i]];
    }
    this.#step[0] = step;
    this.#place[0] = place;
  }
}

function sharesAlone(): FoveaError {
  return new FoveaError({
    problem: 'a share of each batch, and a step that updates by it alone',
    expected:
      'the ranks that have the other shares (cluster), or a runner that adds up the gradients of all',
  });
}
