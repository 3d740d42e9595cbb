/**
 * @file The steps of a training run: the loop that runs them back to back and reads their results once a turn.
 *
 * A loss that is no number is found when it is read, and named by its step. Next stops: `runners/runner.ts`,
 * what runs a step; `runners/fused.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { RandomStream } from '../base/random.ts';
import { shareOf } from '../data/batches/batches.ts';
import type { BatchSource } from '../data/batches/batchSource.ts';
import { isStreamed } from '../data/streamed.ts';
import { defaultOptimizerOf } from '../models/recipes.ts';
import type { ChosenLosses } from '../nn/losses/objectives.ts';
import { optimizerOf } from '../nn/optimizers/index.ts';
import { withLearningRates } from '../nn/optimizers/layerRates.ts';
import type { Optimizer } from '../nn/optimizers/optimizer.ts';
import {
  float32,
  LEAST_SCALE,
  LOSS_SCALE,
  SKIPPED,
  type StepPrecision,
} from '../nn/precision/precision.ts';
import { initialStates, preparationGraph } from '../nn/programs/programs.ts';
import type { Schedule } from '../nn/schedules.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { diverged } from './divergence.ts';
import type { FitOptions } from './events.ts';
import { Feed } from './feed.ts';
import type { Progress } from './progress.ts';
import type { RowSplit } from './rows.ts';
import type { RowTreatment } from './rowTreatment.ts';
import { fusedRunner } from './runners/fused.ts';
import type { Programs } from './runners/programs.ts';
import type { StepResults, StepRunner, Wishes } from './runners/runner.ts';

export class Steps {
  readonly spec: ModelSpec;
  readonly source: BatchSource;
  readonly optimizer: Optimizer;
  /** Bytes of memory planned for a step, parameters included, where the backend plans. */
  readonly bytes: number | undefined;
  readonly #seed: number;
  readonly #precision: StepPrecision;
  readonly #split: RowSplit;
  readonly #runner: StepRunner;
  /** What this process asks for after a step. */
  wishes: () => Wishes = () => ({ stop: false, save: false });
  /** What the optimizer measures before each pass, if it does. */
  readonly #preparation: Feed | undefined;

  /** `source` gives the batches of `split`. */
  constructor(
    programs: Programs,
    spec: ModelSpec,
    split: RowSplit,
    source: BatchSource,
    options: Pick<
      FitOptions,
      'seed' | 'optimizer' | 'learningRates' | 'runner' | 'share' | 'metrics'
    > & {
      readonly losses: ChosenLosses;
      readonly treatment: RowTreatment;
      readonly precision?: StepPrecision | undefined;
    },
  ) {
    const { seed = 0, losses, metrics, treatment, precision = float32 } = options;
    const { optimizer = defaultOptimizerOf(spec) } = options;
    const { batchSize } = source;
    this.source = source;
    this.optimizer = withLearningRates(asOptimizer(optimizer), spec, options.learningRates);
    this.spec = spec;
    this.#seed = seed;
    this.#precision = precision;
    this.#split = split;
    const { preparation } = this.optimizer;
    if (preparation !== undefined) {
      if (isStreamed(split)) throw needsMemory(this.optimizer);
      const patterns = Math.min(preparation.patterns, split.count);
      const graph = preparationGraph(spec, { optimizer: this.optimizer, seed, losses }, patterns);
      this.#preparation = new Feed(graph, programs.compile(graph), spec);
    }
    const { runner = fusedRunner, share } = options;
    const whole = Math.min(batchSize, split.count);
    const rest = split.count % whole;
    this.#runner = runner({
      programs,
      spec,
      optimizer: this.optimizer,
      precision,
      losses,
      metrics,
      treatment,
      seed,
      wishes: () => this.wishes(),
      batches: (rest === 0 ? [whole] : [whole, rest]).map((rows) => shareOf(rows, share)),
    });
    this.bytes = this.#runner.bytes;
  }

  /** First values of every state the programs move. */
  firstStates(): ReadonlyMap<string, { readonly data: Float32Array }> {
    const { optimizer } = this;
    const how = { optimizer, seed: this.#seed, precision: this.#precision };
    const values = initialStates(this.spec, how);
    return new Map([...values].map(([name, data]) => [name, { data }]));
  }

  /** What is to happen now: where ranks train together, on all of them. */
  get agreed(): Wishes {
    return this.#runner.agreed ?? this.wishes();
  }

  /** Of `StepRunner`. */
  get sent(): ReadonlyMap<string, number> | undefined {
    return this.#runner.sent;
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
    const began = performance.now();
    while (!(await this.#stretch(progress, schedule, turnIsOver)));
    progress.seconds += (performance.now() - began) / 1000;
  }

  /** As many steps as the runner keeps the results of, which are then read. Says whether the turn is over. */
  async #stretch(
    progress: Progress,
    schedule: Schedule,
    turnIsOver: () => boolean,
  ): Promise<boolean> {
    const runner = this.#runner;
    const { source } = this;
    const { step, batch } = progress;
    let isOver = false;
    runner.bind();
    while (!isOver && progress.step < step + runner.most) {
      if (progress.batch === 0) this.#prepare(progress.epoch, progress.step);
      const rate = schedule.rate(progress.step, source.batchesPerEpoch);
      const waiting = runner.run(source, progress, rate);
      if (waiting !== undefined) await waiting;
      progress.step++;
      progress.batch++;
      const isLast = progress.batch === source.batchesPerEpoch;
      const { agreed } = runner;
      const isAsked = agreed !== undefined && (agreed.stop || agreed.save);
      isOver = turnIsOver() || isAsked || isLast || !source.isReady(progress.epoch, progress.batch);
    }
    await this.#collect(progress, schedule, { step, batch });
    return isOver;
  }

  /** Adds the results of the steps since `from` to the sums of the epoch, in the order of steps. */
  async #collect(
    progress: Progress,
    schedule: Schedule,
    from: Pick<Progress, 'step' | 'batch'>,
  ): Promise<void> {
    const { batchSize, count, batchesPerEpoch } = this.source;
    const { losses, measures } = await this.#runner.read();
    for (let i = 0; i < progress.step - from.step; i++) {
      const step = from.step + i;
      const batch = from.batch + i;
      const lost = lostAt(i, losses, measures);
      if (lost !== undefined) {
        const rate = schedule.rate(step, batchesPerEpoch);
        const place = `step ${step + 1} (epoch ${progress.epoch + 1}, batch ${batch + 1} of ${batchesPerEpoch})`;
        throw diverged(`${lost} at ${place}`, rate);
      }
      const rows = Math.min(batchSize, count - batch * batchSize);
      progress.lossSum += losses[i] * rows;
      for (const name in measures) addMeasure(progress, name, measures[name][i], rows);
      progress.rows += rows;
    }
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

/** Why a step's numbers lead nowhere, where they do. */
function lostAt(i: number, losses: ArrayLike<number>, measures: StepResults['measures']) {
  if (!Number.isFinite(losses[i])) return `the loss became ${losses[i]}`;
  const { skipped, lossScale } = measures;
  const isLost = skipped?.[i] === 1 && lossScale !== undefined && lossScale[i] <= LEAST_SCALE;
  return isLost ? 'a gradient became larger than half precision holds' : undefined;
}

/** To the sums over the epoch: means of losses times the rows, the others as they are. */
function addMeasure(progress: Progress, name: string, value: number, rows: number): void {
  if (name === 'correct') progress.correct += value;
  else if (name === SKIPPED || name === LOSS_SCALE) addScaling(progress, name, value);
  else addSum(progress, name, value, rows);
}

function addScaling(progress: Progress, name: string, value: number): void {
  const { skipped, scale } = progress.lossScaling ?? { skipped: 0, scale: 1 };
  progress.lossScaling =
    name === SKIPPED ? { skipped: skipped + value, scale } : { skipped, scale: value };
}

function addSum(progress: Progress, name: string, value: number, rows: number): void {
  progress.sums ??= {};
  const times = name.startsWith('loss/') ? rows : 1;
  progress.sums[name] = (progress.sums[name] ?? 0) + value * times;
}

/** The optimizer itself, or made from its name or spec. */
export function asOptimizer(given: NonNullable<FitOptions['optimizer']>): Optimizer {
  return typeof given === 'object' && 'updates' in given
    ? (given as Optimizer)
    : optimizerOf(given);
}

function needsMemory({ spec }: Optimizer): FoveaError {
  return new FoveaError({
    problem: `${spec.kind} measures curvatures on pictures in memory; these are read from files`,
    expected: 'a data set of the table, or another optimizer',
  });
}
