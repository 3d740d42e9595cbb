/**
 * @file The steps of a training run: a program for the whole batch and one for the last, smaller batch,
 * and the loop that runs them back to back.
 *
 * `run` allocates nothing of its own per step. Next stop: `nn/programs.ts`, what a step computes.
 */
import type { HostArray, Session } from '../backends/backend.ts';
import { RandomStream } from '../base/random.ts';
import { BatchOrder } from '../data/batches.ts';
import type { Split } from '../data/dataset.ts';
import { optimizerOf } from '../nn/optimizers/index.ts';
import type { Optimizer } from '../nn/optimizers/optimizer.ts';
import { initialStates, preparationGraph, trainingGraph } from '../nn/programs.ts';
import type { Schedule } from '../nn/schedules.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { diverged } from './divergence.ts';
import type { FitOptions } from './events.ts';
import { Feed } from './feed.ts';
import type { Progress } from './progress.ts';

export class Steps {
  readonly order: BatchOrder;
  readonly optimizer: Optimizer;
  readonly #spec: ModelSpec;
  readonly #seed: number;
  readonly #split: Split;
  readonly #whole: StepProgram;
  /** For the last batch of an epoch; the same program where the split divides evenly. */
  readonly #last: StepProgram;
  /** What the optimizer measures before each pass, if it does. */
  readonly #preparation: Feed | undefined;

  constructor(session: Session, spec: ModelSpec, split: Split, options: FitOptions) {
    const { batchSize = 128, seed = 0, shuffle = true, loss, optimizer = 'adam' } = options;
    this.order = new BatchOrder({
      count: split.count,
      batchSize,
      ...(shuffle === false ? {} : { seed, once: shuffle === 'once' }),
    });
    this.optimizer = asOptimizer(optimizer);
    this.#spec = spec;
    this.#seed = seed;
    this.#split = split;
    const chosen = loss === undefined ? {} : { loss };
    const program = (rows: number) => {
      const graph = trainingGraph(spec, { optimizer: this.optimizer, seed, ...chosen }, rows);
      const feed = new Feed(graph, session.compile(graph), spec.preprocessing);
      return new StepProgram(feed, this.optimizer);
    };
    const { preparation } = this.optimizer;
    if (preparation !== undefined) {
      const patterns = Math.min(preparation.patterns, split.count);
      const graph = preparationGraph(
        spec,
        { optimizer: this.optimizer, seed, ...chosen },
        patterns,
      );
      this.#preparation = new Feed(graph, session.compile(graph), spec.preprocessing);
    }
    const rest = split.count % batchSize;
    this.#whole = program(Math.min(batchSize, split.count));
    this.#last = rest === 0 || split.count < batchSize ? this.#whole : program(rest);
  }

  /** First values of every state the programs move. */
  firstStates(): ReadonlyMap<string, { readonly data: Float32Array }> {
    const { optimizer } = this;
    const values = initialStates(this.#spec, { optimizer, seed: this.#seed });
    return new Map([...values].map(([name, data]) => [name, { data }]));
  }

  /** Runs at least one step, until `turnIsOver` says so or the epoch ends. Keeps `progress`. */
  run(progress: Progress, schedule: Schedule, turnIsOver: () => boolean): void {
    const { order } = this;
    this.#whole.bind();
    this.#last.bind();
    const began = performance.now();
    while (progress.batch < order.batchesPerEpoch) {
      if (progress.batch === 0) this.#prepare(progress.epoch, progress.step);
      const rows = order.indices(progress.epoch, progress.batch);
      const program = rows.length === this.#whole.rows ? this.#whole : this.#last;
      const rate = schedule.rate(progress.step / order.batchesPerEpoch);
      program.run(this.#split, rows, progress.step, rate);
      const loss = program.loss[0];
      progress.step++;
      progress.batch++;
      if (!Number.isFinite(loss)) throw divergedAt(progress, order.batchesPerEpoch, loss, rate);
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
    if (feed === undefined) return;
    const random = new RandomStream(this.#seed, `preparation/${epoch}`);
    feed.bind();
    feed.fill(
      this.#split,
      Int32Array.from(random.permutation(this.#split.count).subarray(0, feed.batchSize)),
    );
    if (feed.inputs.has('step')) feed.executable.input('step')[0] = step;
    feed.executable.run();
  }
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

  bind(): void {
    const { executable, inputs } = this.#feed;
    this.#feed.bind();
    this.#scalars = this.#scalarNames.map((name) => executable.input(name));
    if (inputs.has('step')) this.#step = executable.input('step');
    this.loss = executable.output('loss');
    this.correct = executable.output('correct');
  }

  run(split: Split, rows: Int32Array, step: number, learningRate: number): void {
    this.#feed.fill(split, rows);
    const scalars = this.#optimizer.scalars(step, learningRate);
    for (let i = 0; i < this.#scalars.length; i++) {
      this.#scalars[i][0] = scalars[this.#scalarNames[i]];
    }
    this.#step[0] = step;
    this.#feed.executable.run();
  }
}

function divergedAt({ step, epoch, batch }: Progress, batches: number, loss: number, rate: number) {
  const place = `step ${step} (epoch ${epoch + 1}, batch ${batch} of ${batches})`;
  return diverged(`the loss became ${loss} at ${place}`, rate);
}
