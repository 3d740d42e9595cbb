/**
 * @file An epoch as it runs and as it ends: its clock, its running means, its record, and what follows from it.
 *
 * Previous stop: `fit.ts`. Next stop: `progress.ts`, what is kept between two steps.
 */
import type { Schedule } from '../nn/schedules.ts';
import { diverged } from './divergence.ts';
import { isBetter } from './earlyStop.ts';
import type { FitOptions } from './events.ts';
import { type Metrics, metricsOf } from './measures.ts';
import { type Progress, sumsOf } from './progress.ts';
import { judgedLoss } from './snapshots/resumable.ts';

/** Runs `task` on the epoch's clock. */
export async function timed<T>(progress: Progress, task: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await task();
  progress.seconds += (performance.now() - began) / 1000;
  return result;
}

/** Means over the finished batches of the epoch that runs. */
export function soFar(progress: Progress) {
  const { batch, rows, seconds } = progress;
  return { batch, ...metricsOf(sumsOf(progress), rows), seconds };
}

/** Closes the epoch: its record, the schedule's turn, the best so far. Says whether it is the best. */
export function finishEpoch(
  progress: Progress,
  schedule: Schedule,
  [validation, test]: readonly (Metrics | null)[],
  batches: number,
  options: FitOptions,
): boolean {
  const { batch: _, seconds, ...train } = soFar(progress);
  const judged = judgedLoss({ validation, train });
  const learningRate = schedule.rate(progress.step - 1, batches);
  if (!Number.isFinite(judged)) {
    throw diverged(
      `the validation loss is ${judged} after epoch ${progress.epoch + 1}`,
      learningRate,
    );
  }
  const isBest = isBetter({ train, validation }, progress, options);
  progress.epoch++;
  progress.history.push({
    epoch: progress.epoch,
    train,
    validation,
    ...(test === null ? {} : { test }),
    learningRate,
    ...(progress.lossScaling === undefined ? {} : { lossScaling: progress.lossScaling }),
    seconds,
    waiting: progress.waiting,
  });
  if (isBest) progress.best = { epoch: progress.epoch, loss: judged };
  Object.assign(progress, { batch: 0, lossSum: 0, correct: 0, rows: 0, seconds: 0, waiting: 0 });
  if (progress.sums !== undefined) progress.sums = {};
  if (progress.lossScaling !== undefined)
    progress.lossScaling = { ...progress.lossScaling, skipped: 0 };
  schedule.epochEnd(judged);
  progress.schedule = schedule.state();
  return isBest;
}
