/**
 * @file The step of one rank of several, as one program that exchanges with the others while it runs.
 *
 * Each takes its rows of the batch; all update their own parameters by the same sums, so that they stay equal to
 * the bit. With the sums travels what ranks must do together: stop, save. Before: `fused.ts`, one rank alone.
 * Next stop: `nn/programs/sharedStep.ts`, what the step computes; `wire.ts`, who carries it.
 */
import type { Collectives, WireFormat } from '../../cluster/collectives.ts';
import type { BatchSource } from '../../data/batches/batchSource.ts';
import type { Graph } from '../../graph/node.ts';
import { sharedTrainingGraph } from '../../nn/programs/sharedStep.ts';
import { RECORD_STEPS, recorded } from '../../nn/programs/stepRecord.ts';
import type { RowShare } from '../../nn/rowShare.ts';
import { Feed } from '../feed.ts';
import type { Progress } from '../progress.ts';
import { rowOptionsOf } from '../rowTreatment.ts';
import { CompiledStep, readRecords } from './fused.ts';
import type { Programs } from './programs.ts';
import type { OpenRunner, RunnerRequest, StepResults, StepRunner, Wishes } from './runner.ts';
import { Wire } from './wire.ts';

export interface RanksOptions {
  /** How gradients travel; default float32. */
  readonly gradients?: WireFormat | undefined;
  /** Whether batch normalisation has the statistics of the whole batch; default: each rank of its own rows. */
  readonly synchronizedStatistics?: boolean | undefined;
}

/** Of the rank that `ranks` is; give `fit` its share of the rows too. */
export function ranksRunner(ranks: Collectives, options: RanksOptions = {}): OpenRunner {
  const { synchronizedStatistics: synchronized, gradients } = options;
  return (request) => {
    const graphOf = (rows: RowShare) =>
      sharedTrainingGraph(request.spec, { ...stepOptionsOf(request), synchronized, rows });
    return new RanksRunner(request, new Wire(ranks, { gradients }), graphOf);
  };
}

/** What a step is made of, for the graphs of steps. */
export function stepOptionsOf({ treatment, ...request }: RunnerRequest) {
  const { optimizer, precision, losses, metrics, seed } = request;
  return { optimizer, precision, losses, metrics, seed, ...rowOptionsOf(treatment) };
}

/** Runs one program that exchanges over a wire. */
export class RanksRunner implements StepRunner {
  readonly bytes: number | undefined;
  readonly most = RECORD_STEPS;
  agreed: Wishes = { stop: false, save: false };
  sent: ReadonlyMap<string, number> | undefined;
  readonly #programs: Programs;
  readonly #steps: readonly CompiledStep[];
  readonly #wire: Wire;
  readonly #wishes: () => Wishes;
  #measures: readonly string[] = [];
  #taken = 0;

  /** `graphOf`: the step on so many rows of a batch. */
  constructor(request: RunnerRequest, wire: Wire, graphOf: (rows: RowShare) => Graph) {
    const { programs, spec, optimizer, treatment, batches, wishes } = request;
    const recordedOf = (rows: RowShare) => recorded(graphOf(rows));
    this.#programs = programs;
    this.#wishes = wishes;
    this.#wire = wire;
    const [whole] = batches;
    this.bytes = programs.stepBytes(Math.max(1, whole.count), (count) =>
      recordedOf({ ...whole, count }),
    );
    this.#steps = batches.map((rows) => {
      const graph = recordedOf(rows);
      this.#measures = Object.keys(graph.outputs).filter((name) => name !== 'loss');
      return new CompiledStep(new Feed(graph, programs.compile(graph), spec, treatment), optimizer);
    });
  }

  bind(): void {
    for (const step of this.#steps) step.bind();
  }

  async run(
    source: BatchSource,
    progress: Readonly<Progress>,
    learningRate: number,
  ): Promise<void> {
    const isLast = progress.batch === source.batchesPerEpoch - 1;
    const step = this.#steps[isLast ? this.#steps.length - 1 : 0];
    step.fill(source, progress, learningRate, this.#taken++);
    this.#wire.sent?.clear();
    this.#wire.wishes = this.#wishes();
    await step.executable.runAcross(this.#wire.exchange);
    this.agreed = this.#wire.agreed;
    const { sent } = this.#wire;
    if (sent !== undefined && step === this.#steps[0]) this.sent ??= new Map(sent);
  }

  read(): Promise<StepResults> {
    this.#taken = 0;
    return readRecords(this.#programs, this.#measures);
  }
}
