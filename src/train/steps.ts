/**
 * @file The steps of a training run: a program for the whole batch and one for the last, smaller batch,
 * and the loop that runs them back to back.
 *
 * `run` allocates nothing of its own per step. Next stop: `nn/programs.ts`, what a step computes.
 */
import type { HostArray } from '../backends/backend.ts';
import { FoveaError } from '../base/errors.ts';
import { RandomStream } from '../base/random.ts';
import { formatBytes } from '../base/units.ts';
import type { BatchSource } from '../data/batchSource.ts';
import { type AnySplit, isStreamed } from '../data/streamed.ts';
import type { Graph } from '../graph/node.ts';
import { defaultOptimizerOf } from '../models/recipes.ts';
import { optimizerOf } from '../nn/optimizers/index.ts';
import type { Optimizer } from '../nn/optimizers/optimizer.ts';
import { initialStates, preparationGraph, trainingGraph } from '../nn/programs.ts';
import type { Schedule } from '../nn/schedules.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { diverged } from './divergence.ts';
import type { FitOptions } from './events.ts';
import { Feed } from './feed.ts';
import type { Programs } from './programs.ts';
import type { Progress } from './progress.ts';

export class Steps {
  readonly source: BatchSource;
  readonly optimizer: Optimizer;
  /** Bytes of memory planned for a step, parameters included, where the backend plans. */
  readonly bytes: number | undefined;
  readonly #spec: ModelSpec;
  readonly #seed: number;
  readonly #split: AnySplit;
  readonly #whole: StepProgram;
  /** For the last batch of an epoch; the same program where the split divides evenly. */
  readonly #last: StepProgram;
  /** What the optimizer measures before each pass, if it does. */
  readonly #preparation: Feed | undefined;

  /** `source` gives the batches of `split`. */
  constructor(
    programs: Programs,
    spec: ModelSpec,
    split: AnySplit,
    source: BatchSource,
    options: FitOptions,
  ) {
    const { seed = 0, loss, optimizer = defaultOptimizerOf(spec) } = options;
    const { batchSize } = source;
    this.source = source;
    this.optimizer = asOptimizer(optimizer);
    this.#spec = spec;
    this.#seed = seed;
    this.#split = split;
    const chosen = loss === undefined ? {} : { loss };
    const graphFor = (rows: number) =>
      trainingGraph(spec, { optimizer: this.optimizer, seed, ...chosen }, rows);
    const program = (rows: number) => {
      const graph = graphFor(rows);
      const feed = new Feed(graph, programs.compile(graph), spec.preprocessing);
      return new StepProgram(feed, this.optimizer);
    };
    const { preparation } = this.optimizer;
    if (preparation !== undefined) {
      if (isStreamed(split)) throw needsMemory(this.optimizer);
      const patterns = Math.min(preparation.patterns, split.count);
      const graph = preparationGraph(
        spec,
        { optimizer: this.optimizer, seed, ...chosen },
        patterns,
      );
      this.#preparation = new Feed(graph, programs.compile(graph), spec.preprocessing);
    }
    const rest = split.count % batchSize;
    this.bytes = checkedBytes(programs, Math.min(batchSize, split.count), graphFor);
    this.#whole = program(Math.min(batchSize, split.count));
    this.#last = rest === 0 || split.count < batchSize ? this.#whole : program(rest);
  }

  /** First values of every state the programs move. */
  firstStates(): ReadonlyMap<string, { readonly data: Float32Array }> {
    const { optimizer } = this;
    const values = initialStates(this.#spec, { optimizer, seed: this.#seed });
    return new Map([...values].map(([name, data]) => [name, { data }]));
  }

  /** Waits until the batch that comes next can be taken. */
  async ready({ epoch, batch }: Progress): Promise<void> {
    if (!this.source.isReady(epoch, batch)) await this.source.ready(epoch, batch);
  }

  /**
   * Runs steps until `turnIsOver` says so, the epoch ends, or a batch has to be waited for. Keeps
   * `progress`. The first batch must be ready.
   */
  async run(progress: Progress, schedule: Schedule, turnIsOver: () => boolean): Promise<void> {
    const { source } = this;
    await this.#whole.bind();
    await this.#last.bind();
    const began = performance.now();
    while (progress.batch < source.batchesPerEpoch) {
      if (!source.isReady(progress.epoch, progress.batch)) break;
      if (progress.batch === 0) this.#prepare(progress.epoch, progress.step);
      const rows = source.indices(progress.epoch, progress.batch);
      const program = rows.length === this.#whole.rows ? this.#whole : this.#last;
      const rate = schedule.rate(progress.step / source.batchesPerEpoch);
      program.run(source, progress, rate);
      const loss = program.loss[0];
      progress.step++;
      progress.batch++;
      if (!Number.isFinite(loss)) throw divergedAt(progress, source.batchesPerEpoch, loss, rate);
      progress.lossSum += loss * rows.length;
      progress.correct += program.correct[0];
      progress.rows += rows.length;
      if (turnIsOver()) break;
    }
    progress.seconds += (performance.now() - began) / 1000;
  }

  /** On training rows that the seed and the epoch choose. */
  #prepare(epoch: number, step: number): void {
    const feed = this.#preparation;
    const split = this.#split;
    if (feed === undefined || isStreamed(split)) return;
    const random = new RandomStream(this.#seed, `preparation/${epoch}`);
    feed.bind();
    feed.fillRows(
      split,
      Int32Array.from(random.permutation(split.count).subarray(0, feed.batchSize)),
    );
    if (feed.inputs.has('step')) feed.executable.input('step')[0] = step;
    feed.executable.run();
  }
}

/** The memory a step of that many rows takes; throws where it does not fit, saying how many rows do. */
function checkedBytes(
  programs: Programs,
  rows: number,
  graphFor: (rows: number) => Graph,
): number | undefined {
  const need = (count: number) => programs.memoryFor(graphFor(count));
  const needed = need(rows);
  if (needed === undefined || needed.bytes <= needed.limit) return needed?.bytes;
  const fits = (count: number): boolean => (need(count)?.bytes ?? 0) <= needed.limit;
  let fitting = 0;
  for (let tooMany = rows; tooMany - fitting > 1; ) {
    const middle = Math.floor((fitting + tooMany) / 2);
    if (fits(middle)) fitting = middle;
    else tooMany = middle;
  }
  throw new FoveaError({
    problem: `a step of ${rows} rows needs ${formatBytes(needed.bytes)} of memory`,
    expected: `at most ${formatBytes(needed.limit)}`,
    fix: fitting > 0 ? `a batch size of at most ${fitting} fits` : 'use a smaller model',
  });
}

/** The optimizer itself, or made from its name or spec. */
export function asOptimizer(given: NonNullable<FitOptions['optimizer']>): Optimizer {
  return typeof given === 'object' && 'updates' in given
    ? (given as Optimizer)
    : optimizerOf(given);
}

/** One compiled training step with the memory of its inputs and outputs at hand. */
class StepProgram {
  readonly rows: number;
  loss: HostArray = new Float32Array();
  correct: HostArray = new Float32Array();
  readonly #feed: Feed;
  readonly #optimizer: Optimizer;
  /** Names of the optimizer's inputs, and their memory. */
  readonly #scalarNames: readonly string[];
  #scalars: readonly HostArray[] = [];
  #step: HostArray = new Int32Array(1);

  constructor(feed: Feed, optimizer: Optimizer) {
    this.rows = feed.batchSize;
    this.#feed = feed;
    this.#optimizer = optimizer;
    this.#scalarNames = Object.keys(optimizer.scalars(0, optimizer.spec.learningRate));
  }

  async bind(): Promise<void> {
    const { executable, inputs } = this.#feed;
    this.#feed.bind();
    this.#scalars = this.#scalarNames.map((name) => executable.input(name));
    if (inputs.has('step')) this.#step = executable.input('step');
    this.loss = await executable.output('loss');
    this.correct = await executable.output('correct');
  }

  run(source: BatchSource, { epoch, batch, step }: Progress, learningRate: number): void {
    this.#feed.fill(source, epoch, batch);
    const scalars = this.#optimizer.scalars(step, learningRate);
    for (let i = 0; i < this.#scalars.length; i++) {
      this.#scalars[i][0] = scalars[this.#scalarNames[i]];
    }
    this.#step[0] = step;
    this.#feed.executable.run();
  }
}

function needsMemory({ spec }: Optimizer): FoveaError {
  return new FoveaError({
    problem: `${spec.kind} measures curvatures on pictures in memory; these are read from files`,
    expected: 'a data set of the table, or another optimizer',
  });
}

function divergedAt({ step, epoch, batch }: Progress, batches: number, loss: number, rate: number) {
  const place = `step ${step} (epoch ${epoch + 1}, batch ${batch} of ${batches})`;
  return diverged(`the loss became ${loss} at ${place}`, rate);
}
