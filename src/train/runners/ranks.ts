/**
 * @file The step of one rank of several, as one program that exchanges with the others while it runs.
 *
 * Each takes its rows of the batch; all update their own parameters by the same sums, so that they stay equal to
 * the bit. With the sums travels what ranks must do together: stop, save. Before: `fused.ts`, one rank alone.
 * Next stop: `nn/programs/sharedStep.ts`, what the step computes; `cluster/collectives.ts`, who carries it.
 */
import type { Exchange, Exchanged } from '../../backends/backend.ts';
import type { Collectives, WireFormat } from '../../cluster/collectives.ts';
import type { BatchSource } from '../../data/batches/batchSource.ts';
import { gradientName } from '../../nn/programs/programs.ts';
import { sharedTrainingGraph } from '../../nn/programs/sharedStep.ts';
import { RECORD_STEPS, recorded } from '../../nn/programs/stepRecord.ts';
import type { RowShare } from '../../nn/rowShare.ts';
import { Feed } from '../feed.ts';
import type { Progress } from '../progress.ts';
import { rowOptionsOf } from '../rowTreatment.ts';
import { CompiledStep, checkedBytes, readRecords } from './fused.ts';
import type { Programs } from './programs.ts';
import type { OpenRunner, RunnerRequest, StepResults, StepRunner, Wishes } from './runner.ts';

export interface RanksOptions {
  /** How gradients travel; default float32. */
  readonly gradients?: WireFormat | undefined;
  /** Whether batch normalisation has the statistics of the whole batch; default: each rank of its own rows. */
  readonly synchronizedStatistics?: boolean | undefined;
}

/** Of the rank that `ranks` is; give `fit` its share of the rows too. */
export function ranksRunner(ranks: Collectives, options: RanksOptions = {}): OpenRunner {
  return (request) => new RanksRunner(request, ranks, options);
}

class RanksRunner implements StepRunner {
  readonly bytes: number | undefined;
  readonly most = RECORD_STEPS;
  agreed: Wishes = { stop: false, save: false };
  readonly #programs: Programs;
  readonly #steps: readonly CompiledStep[];
  readonly #wire: Wire;
  readonly #wishes: () => Wishes;
  #measures: readonly string[] = [];
  #taken = 0;

  constructor(request: RunnerRequest, ranks: Collectives, options: RanksOptions) {
    const { programs, spec, optimizer, treatment, batches, wishes, ...others } = request;
    const { synchronizedStatistics: synchronized, gradients } = options;
    const shared = { optimizer, synchronized, ...others, ...rowOptionsOf(treatment) };
    const graphOf = (rows: RowShare) => recorded(sharedTrainingGraph(spec, { ...shared, rows }));
    this.#programs = programs;
    this.#wishes = wishes;
    this.#wire = new Wire(ranks, gradients ?? 'float32');
    const [whole] = batches;
    this.bytes = checkedBytes(programs, Math.max(1, whole.count), (count) =>
      graphOf({ ...whole, count }),
    );
    this.#steps = batches.map((rows) => {
      const graph = graphOf(rows);
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
    this.#wire.wishes = this.#wishes();
    await step.executable.runAcross(this.#wire.exchange);
    this.agreed = this.#wire.agreed;
  }

  read(): Promise<StepResults> {
    this.#taken = 0;
    return readRecords(this.#programs, this.#measures);
  }
}

/** Below so many numbers values are packed and travel together: a message costs what 100 KB cost. */
const PACKED = 2 ** 15;

/** Carries the values of a program, and the wishes with them. */
export class Wire {
  wishes: Wishes = { stop: false, save: false };
  agreed: Wishes = { stop: false, save: false };
  readonly exchange: Exchange = (values) => this.#exchange(values);
  readonly #ranks: Collectives;
  readonly #gradients: WireFormat;
  readonly #packs = new Map<string, Float32Array>();

  constructor(ranks: Collectives, gradients: WireFormat) {
    this.#ranks = ranks;
    this.#gradients = gradients;
  }

  async #exchange(values: readonly Exchanged[]): Promise<void> {
    const ranks = this.#ranks;
    const sums = values.filter(({ kind }) => kind === 'sum');
    const isSmall = ({ received }: Exchanged) => received.length < PACKED;
    const isGradient = ({ name }: Exchanged) => name.startsWith(gradientName(''));
    const jobs = values
      .filter(({ kind }) => kind === 'swap')
      .map(({ sent, received }) => ranks.sendReceive(sent, received, ranks.rank ^ 1));
    for (const value of sums.filter((v) => !isSmall(v))) {
      jobs.push(ranks.allReduce(value.received, this.#wireOf(isGradient(value))));
    }
    for (const areGradients of [true, false]) {
      const pack = sums.filter((v) => isSmall(v) && isGradient(v) === areGradients);
      if (pack.length > 0) jobs.push(this.#packed(pack, this.#wireOf(areGradients)));
    }
    await Promise.all(jobs);
  }

  #wireOf(isGradient: boolean): WireFormat {
    return isGradient ? this.#gradients : 'float32';
  }

  async #packed(values: readonly Exchanged[], wire: WireFormat): Promise<void> {
    const carriesWishes = values.some(({ name }) => name === 'loss');
    const all = values.reduce((sum, { received }) => sum + received.length, 0);
    const pack = this.#packOf(values[0].name, all + (carriesWishes ? 2 : 0));
    let at = 0;
    for (const { sent } of values) {
      pack.set(sent, at);
      at += sent.length;
    }
    if (carriesWishes) {
      pack[all] = Number(this.wishes.stop);
      pack[all + 1] = Number(this.wishes.save);
    }
    await this.#ranks.allReduce(pack, wire);
    at = 0;
    for (const { received } of values) {
      received.set(pack.subarray(at, at + received.length));
      at += received.length;
    }
    if (carriesWishes) this.agreed = { stop: pack[all] > 0, save: pack[all + 1] > 0 };
  }

  /** Memory that threads share, made once. */
  #packOf(name: string, length: number): Float32Array {
    const key = `${name} ${length}`;
    let pack = this.#packs.get(key);
    if (pack === undefined) {
      pack = new Float32Array(new SharedArrayBuffer(4 * length));
      this.#packs.set(key, pack);
    }
    return pack;
  }
}
