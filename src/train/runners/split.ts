/**
 * @file The step as two programs, gradients and update, so that others may add to the gradients in between.
 *
 * A runner of rank r computes the gradients of its rows of each batch; `combine` adds up those of all ranks; each
 * updates its own copy of the parameters by the same sums. Batch statistics are those of a rank's own rows.
 * Before: `fused.ts`, the same on one machine. Next stop: `nn/programs/programs.ts`.
 */
import type { Executable, HostArray } from '../../backends/backend.ts';
import { UsageError } from '../../base/errors.ts';
import type { BatchSource } from '../../data/batches/batchSource.ts';
import { parametersOf } from '../../nn/network.ts';
import { float32 } from '../../nn/precision/precision.ts';
import {
  gradientGraph,
  gradientName,
  trainingGraph,
  updateGraph,
} from '../../nn/programs/programs.ts';
import { Feed } from '../feed.ts';
import type { Progress } from '../progress.ts';
import { rowOptionsOf } from '../rowTreatment.ts';
import type { OpenRunner, RunnerRequest, StepResults, StepRunner } from './runner.ts';

/** This rank's part of a step, weighted by its rows: the sum over all ranks is the whole batch's. */
export interface StepSums {
  /** Gradient of the mean loss, by parameter; live memory. */
  readonly gradients: ReadonlyMap<string, HostArray>;
  /** Mean loss, right rows; or what else the step measures, in the order of its outputs. */
  readonly totals: Float64Array;
}

function checkFloat32({ precision = float32 }: RunnerRequest): void {
  if (precision === float32) return;
  throw new UsageError({
    option: 'precision',
    problem: 'a step in two programs, and gradients in between that are multiplied by a scale',
    expected: 'float32, or a step in one program',
  });
}

/** Puts the sums over all ranks in place of this rank's own. */
export type Combine = (sums: StepSums) => Promise<void> | undefined;

export function splitRunner(combine: Combine = () => undefined): OpenRunner {
  return (request) => new SplitRunner(request, combine);
}

/** Results are kept on this side, so any number would do: a turn of the loop is shorter. */
const MOST = 256;

class SplitRunner implements StepRunner {
  readonly bytes: number | undefined;
  readonly most = MOST;
  readonly #request: RunnerRequest;
  readonly #combine: Combine;
  /** Of each kind of batch; none where this rank has no rows of it. */
  readonly #feeds: readonly (Feed | undefined)[];
  readonly #update: Executable;
  readonly #parameters: readonly string[];
  #gradients: ReadonlyMap<string, HostArray> = new Map();
  #losses: number[] = [];
  /** What the step measures: the loss first. */
  readonly #outputs: readonly string[];
  #measures: Record<string, number[]> = {};

  constructor(request: RunnerRequest, combine: Combine) {
    const { programs, spec, optimizer, losses, metrics, seed, batches, treatment } = request;
    checkFloat32(request);
    this.#request = request;
    this.#combine = combine;
    const graphFor = (rows: number, firstRow = batches[0].first) =>
      gradientGraph(spec, { seed, firstRow, losses, metrics, ...rowOptionsOf(treatment) }, rows);
    const { outputs } = trainingGraph(spec, { optimizer, losses, metrics }, 1);
    this.#outputs = Object.keys(outputs);
    this.bytes = programs.stepBytes(Math.max(1, batches[0].count), graphFor);
    this.#feeds = batches.map(({ first, count }) => {
      if (count === 0) return undefined;
      const graph = graphFor(count, first);
      return new Feed(graph, programs.compile(graph), spec, treatment);
    });
    this.#update = programs.compile(updateGraph(spec, optimizer));
    this.#parameters = parametersOf(spec)
      .filter(({ trainable }) => trainable)
      .map(({ name }) => name);
  }

  bind(): void {
    for (const feed of this.#feeds) feed?.bind();
    this.#gradients = new Map(
      this.#parameters.map((name) => [name, this.#update.input(gradientName(name))]),
    );
  }

  async run(
    source: BatchSource,
    { epoch, batch, step }: Readonly<Progress>,
    learningRate: number,
  ): Promise<void> {
    const { batches, optimizer } = this.#request;
    const isLast = batch === source.batchesPerEpoch - 1 && batches.length > 1;
    const { count, of } = batches[isLast ? 1 : 0];
    const totals = new Float64Array(this.#outputs.length);
    const feed = this.#feeds[isLast ? 1 : 0];
    if (feed === undefined) for (const sum of this.#gradients.values()) sum.fill(0);
    else {
      feed.fill(source, epoch, batch);
      if (feed.inputs.has('step')) feed.executable.input('step')[0] = step;
      feed.executable.run();
      const weight = count / of;
      for (const [name, sum] of this.#gradients) {
        const own = await feed.executable.output(gradientName(name));
        for (let i = 0; i < sum.length; i++) sum[i] = own[i] * weight;
      }
      for (const [i, name] of this.#outputs.entries()) {
        const [value] = await feed.executable.output(name);
        // Losses are means over rows, the others sums.
        totals[i] = name.startsWith('loss') ? value * weight : value;
      }
    }
    await this.#combine({ gradients: this.#gradients, totals });
    for (const [name, value] of Object.entries(optimizer.scalars(step, learningRate)))
      this.#update.input(name)[0] = value;
    this.#update.run();
    this.#losses.push(totals[0]);
    for (let i = 1; i < totals.length; i++) {
      this.#measures[this.#outputs[i]] ??= [];
      this.#measures[this.#outputs[i]].push(totals[i]);
    }
  }

  async read(): Promise<StepResults> {
    const results = { losses: this.#losses, measures: this.#measures };
    this.#losses = [];
    this.#measures = {};
    return results;
  }
}
