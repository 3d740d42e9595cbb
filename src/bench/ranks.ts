/**
 * @file A training step over ranks, timed: what computing takes, what exchanging takes, and how much of it goes on
 * beside computing.
 *
 * The program is the one that trains. Alone (`run`) it computes and exchanges nothing; its exchanges are then made
 * again without computing; and all of it runs. The three take turns, so that what else the machine does meets
 * all alike. Every rank makes as many rounds as rank 0 says.
 * Next stop: `simulateRanks.ts`, for ranks that are not there.
 */
import type { Exchanged, Session } from '../backends/backend.ts';
import { targetOf } from '../backends/wasm/program/explain.ts';
import { planProgram } from '../backends/wasm/program/plan.ts';
import { at, first } from '../base/lists.ts';
import { sizeOf } from '../base/shape.ts';
import type { Collectives } from '../cluster/collectives.ts';
import { shareOf } from '../data/batches/batches.ts';
import { sharedTrainingGraph } from '../nn/programs/sharedStep.ts';
import type { RanksOptions } from '../train/runners/ranks.ts';
import { Wire } from '../train/runners/wire.ts';
import { medianOf } from './measure.ts';
import type { RankStep } from './simulateRanks.ts';
import { type ModelCase, prepareStep, specOf } from './workloads.ts';

export interface RanksTiming {
  /** Medians of rank 0, in milliseconds. */
  readonly stepMs: number;
  readonly computeMs: number;
  readonly exchangeMs: number;
  /** Share of the exchange that went on beside computing. */
  readonly overlap: number;
  /** Computing as a share of the step. */
  readonly efficiency: number;
  /** Bytes of all sums of a step, as they are in memory. */
  readonly bytes: number;
  readonly runs: number;
}

/** `batch`: rows of all ranks together. */
export async function timeRanks(
  session: Session,
  model: ModelCase,
  batch: number,
  ranks: Collectives,
  {
    budgetMs,
    gradients = 'float32',
  }: { readonly budgetMs: number } & Pick<RanksOptions, 'gradients'>,
): Promise<RanksTiming> {
  const rows = shareOf(batch, { rank: ranks.rank, of: ranks.size });
  const graph = sharedTrainingGraph(specOf(model), { optimizer: model.optimizer, rows });
  const executable = session.compile(graph);
  const step = prepareStep(session, executable, graph, model);
  const wire = new Wire(ranks, { gradients });
  const made: (readonly Exchanged[])[] = [];
  const whole = async (n: number): Promise<void> => {
    step(n);
    await executable.runAcross(wire.exchange);
  };
  step(0);
  await executable.runAcross((values) => {
    made.push(values);
    return wire.exchange(values);
  });
  const alone = async (n: number): Promise<void> => {
    step(n);
    executable.run();
  };
  const exchanges = async (): Promise<void> => {
    for (const values of made) await wire.exchange(values);
  };
  const round = async (n: number): Promise<readonly number[]> => {
    const times: number[] = [];
    for (const task of [whole, alone, exchanges]) {
      await ranks.barrier();
      times.push(await clocked(() => task(n)));
    }
    return times;
  };
  const rounds = async (count: number): Promise<readonly (readonly number[])[]> => {
    const all: (readonly number[])[] = [];
    for (let n = 0; n < count; n++) all.push(await round(n));
    return all;
  };
  const last = (await rounds(WARM)).at(-1) ?? [];
  const wanted = Math.floor(budgetMs / last.reduce((a, b) => a + b, 0));
  const told = Float64Array.of(Math.max(3, Math.min(MOST, wanted)));
  await ranks.broadcast(told);
  const runs = first(told, 'number of rounds');
  const all = await rounds(runs);
  const median = (kind: number): number =>
    medianOf(all.map((times) => at(times, kind, 'time')).sort((a, b) => a - b));
  const [stepMs, computeMs, exchangeMs] = [median(0), median(1), median(2)];
  const hidden = computeMs + exchangeMs - stepMs;
  return {
    ...{ stepMs, computeMs, exchangeMs, runs },
    overlap: exchangeMs > 0 ? Math.max(0, Math.min(1, hidden / exchangeMs)) : 0,
    efficiency: Math.min(1, computeMs / stepMs),
    bytes: made.flat().reduce((sum, { received }) => sum + received.byteLength, 0),
  };
}

/** Rounds until code is optimised, and the most that are counted. */
const WARM = 4;
const MOST = 500;

async function clocked(task: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

/** One rank's step for a simulation: when each bucket leaves is counted in multiply-adds on the plan. */
export async function rankStepOf(
  model: ModelCase,
  rows: number,
  compute: number,
): Promise<RankStep> {
  const share = { first: 0, count: rows, of: rows };
  const graph = sharedTrainingGraph(specOf(model), { optimizer: model.optimizer, rows: share });
  const { phases } = planProgram(graph, await targetOf()).schedule;
  const workOf = (phase: (typeof phases)[number]) =>
    phase.kernels.reduce((sum, kernel) => sum + kernel.multiplyAdds, 0);
  const all = phases.reduce((sum, phase) => sum + workOf(phase), 0);
  let done = 0;
  const buckets = phases.flatMap((phase) => {
    done += workOf(phase);
    if (phase.kind !== 'begin') return [];
    const numbers = (phase.exchanged ?? []).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return [{ bytes: 4 * numbers, after: done / all }];
  });
  return { compute, rows, buckets };
}
