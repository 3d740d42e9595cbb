/**
 * @file Training inside of a trial: `fit` as ever, and what a study asks of it.
 *
 * The weights stay in the session while `task` measures with them. A run whose numbers diverge is a result too: of
 * a learning rate that was too high. Next stop: `train/fit.ts`.
 */
import { indexOfLargest } from '../../base/largest.ts';
import type { Split } from '../../data/dataset.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { DivergenceError } from '../../train/divergence.ts';
import { score } from '../../train/evaluation/score.ts';
import type { FitOptions } from '../../train/events.ts';
import { type FitData, fit } from '../../train/fit.ts';
import { predictBatch } from '../../train/prediction/batchPrediction.ts';
import type { EpochRecord } from '../../train/progress.ts';
import type { RowSplit } from '../../train/rows.ts';
import type { TrialContext } from '../study.ts';

export interface Trained {
  readonly spec: ModelSpec;
  readonly history: readonly EpochRecord[];
  /** Of memory planned for a step, where the backend plans. */
  readonly bytes: number | undefined;
  /** Whether the numbers ended in NaN or Infinity; the weights are then of no use. */
  readonly diverged: boolean;
  /** Share of rows that are read rightly. */
  accuracy(rows: RowSplit): Promise<number>;
  /** The class that is named for each picture. */
  answers(pictures: Split): Promise<readonly number[]>;
}

export interface StudyFitOptions extends FitOptions {
  /** Asked after every epoch: whether that is enough. */
  readonly until?: (epoch: EpochRecord) => boolean;
  /** Default: the training pictures of the context. */
  readonly rows?: FitData;
}

/** Trains a network, lets `task` measure it, and gives its memory back. */
export async function withTrained<T>(
  { session, data }: Pick<TrialContext, 'session' | 'data'>,
  spec: ModelSpec,
  { until, rows = data, ...options }: StudyFitOptions,
  task: (trained: Trained) => Promise<T>,
): Promise<T> {
  const history: EpochRecord[] = [];
  let diverged = false;
  let bytes: number | undefined;
  try {
    try {
      for await (const event of fit(session, spec, rows, options)) {
        if (event.type === 'start') bytes = event.bytes;
        if (event.type !== 'epoch') continue;
        history.push(event);
        if (until?.(event) === true) break;
      }
    } catch (error) {
      if (!(error instanceof DivergenceError)) throw error;
      diverged = true;
    }
    const accuracy = async (tested: RowSplit) =>
      (await score(session, spec, tested)).accuracy ?? Number.NaN;
    const answers = async ({ images, count }: Split) => {
      const { output } = await predictBatch(session, { spec }, images, { batchSize: 250 });
      const classes = data.classes.length;
      return Array.from({ length: count }, (_, n) =>
        indexOfLargest(output?.data.subarray(n * classes, (n + 1) * classes) ?? []),
      );
    };
    return await task({ spec, history, bytes, diverged, accuracy, answers });
  } finally {
    session.scopeOf(spec).free();
  }
}

/** Share of places at which two lists hold the same. */
export function agreement(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let same = 0;
  for (let i = 0; i < one.length; i++) if (one[i] === other[i]) same++;
  return same / one.length;
}
