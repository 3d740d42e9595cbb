/**
 * @file When training speaks and when it saves, by the clock and by the step. Next stop: `fit.ts`.
 */
import type { FitOptions } from './events.ts';
import type { Progress } from './progress.ts';

/** Share of the time that checkpoints by the clock may take: those of a large network wait longer. */
const MOST_SAVING = 0.05;

/** When to speak and when to save, by the clock and by the step. */
export function paceOf(
  { eventInterval = 0.1, checkpointEvery = {} }: FitOptions,
  progress: Progress,
) {
  const interval = typeof eventInterval === 'function' ? eventInterval : () => eventInterval;
  const { batches = 0, seconds = Number.POSITIVE_INFINITY } = checkpointEvery;
  let turnBegan = performance.now();
  let lastCheckpoint = turnBegan;
  let savingBegan = turnBegan;
  /** Milliseconds that the last checkpoint took whoever wrote it down. */
  let cost = 0;
  const stepIsDue = () => batches > 0 && progress.step % batches === 0;
  return {
    /** Asked after each step: time for a batch event. */
    turnIsOver(): boolean {
      const now = performance.now();
      if (now - turnBegan < 1000 * interval() && !stepIsDue()) return false;
      turnBegan = now;
      return true;
    },
    checkpointIsDue(): boolean {
      const passed = performance.now() - lastCheckpoint;
      return passed >= Math.max(1000 * seconds, cost / MOST_SAVING) || stepIsDue();
    },
    saving(): void {
      savingBegan = performance.now();
    },
    saved(): void {
      lastCheckpoint = performance.now();
      cost = lastCheckpoint - savingBegan;
    },
  };
}
