/**
 * @file What is known of one network in training: its curves, epochs, speed and filters. Plain data, event by event.
 *
 * `fit` tells means over the epoch so far; a curve of these would jump at every epoch's start. The mean over the
 * batches since the last event follows from two of them. Next stop: `machine.ts`.
 */
import type { EpochRecord, Evaluation, WeightsEvent, WorkerRunEvent } from 'fovea/web';

/** Of the batches between two events. */
export interface Point {
  /** Epochs that are over, with the fraction of the one that runs. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** Wrong answers of the network on test pictures, the worst first. */
export interface MistakePictures {
  /** (count, H, W, C) bytes. */
  readonly images: Uint8Array;
  readonly shape: readonly [number, number, number];
  readonly mistakes: Evaluation['mistakes'];
}

export interface Tested {
  readonly epoch: number;
  readonly evaluation: Evaluation;
  readonly pictures: MistakePictures;
}

export type SideStatus = 'waiting' | 'training' | 'done' | 'failed';

export interface SideRecord {
  readonly label: string;
  /** The run's name in this browser's store; null where it is not kept. */
  readonly keptAs: string | null;
  readonly status: SideStatus;
  readonly parameters: number;
  /** Of the epoch that runs. */
  readonly epoch: number;
  readonly batch: number;
  readonly batches: number;
  readonly epochs: number;
  /** Rows of the training split, and in a batch. */
  readonly rows: number;
  readonly batchSize: number;
  readonly points: readonly Point[];
  readonly history: readonly EpochRecord[];
  /** Pictures a second of its own computing time; null before the first steps. */
  readonly speed: number | null;
  readonly weights: WeightsEvent | null;
  readonly tested: Tested | null;
  /** Of the test set, after each epoch that it was looked at. */
  readonly tests: readonly Point[];
  /** Why it failed, in words. */
  readonly failure: string | null;
  /** Where the last event left the epoch: rows, seconds and sums, for means since then. */
  readonly last: Sums;
}

interface Sums {
  readonly epoch: number;
  readonly rows: number;
  readonly seconds: number;
  readonly loss: number;
  readonly right: number;
}

const NOTHING: Sums = { epoch: 0, rows: 0, seconds: 0, loss: 0, right: 0 };

/** Curves are halved when they hold more points. */
const MOST_POINTS = 1200;

export function startOf(
  label: string,
  about: Pick<SideRecord, 'keptAs' | 'parameters' | 'rows' | 'batchSize' | 'epochs'>,
): SideRecord {
  return {
    label,
    ...about,
    status: 'waiting',
    epoch: 0,
    batch: 0,
    batches: Math.ceil(about.rows / about.batchSize),
    points: [],
    history: [],
    speed: null,
    weights: null,
    tested: null,
    tests: [],
    failure: null,
    last: NOTHING,
  };
}

/** The record after an event. */
export function told(record: SideRecord, event: WorkerRunEvent): SideRecord {
  switch (event.type) {
    case 'start': {
      return afterStart(record, event);
    }
    case 'batch':
      return afterBatch(record, event);
    case 'epoch': {
      const { type: _, epochs, batches, isBest, ...finished } = event;
      return { ...record, history: [...record.history, finished], epoch: event.epoch, batch: 0 };
    }
    case 'weights':
      return { ...record, weights: event };
    case 'done':
      // One that is kept is tested and saved first.
      return record.keptAs === null ? { ...record, status: 'done' } : record;
    case 'result':
      return { ...record, status: 'done' };
    default:
      return record;
  }
}

/** From zero, or from a checkpoint: what was drawn beyond it is gone. */
function afterStart(
  record: SideRecord,
  event: WorkerRunEvent & { readonly type: 'start' },
): SideRecord {
  const { epoch, batch, history, rows, seconds, lossSum, correct } = event.progress;
  const here = epoch + batch / event.batches;
  // Of a run that was begun elsewhere the means of its epochs are known.
  const points = record.points.length > 0 ? record.points : history.map(pointOf);
  return {
    ...record,
    status: 'training',
    batches: event.batches,
    epoch,
    batch,
    history,
    points: points.filter((point) => point.epoch <= here + 1e-9),
    tests: record.tests.filter((test) => test.epoch <= here + 1e-9),
    last: { epoch: epoch + 1, rows, seconds, loss: lossSum, right: correct },
  };
}

const pointOf = ({ epoch, train }: EpochRecord): Point => ({
  epoch,
  loss: train.loss,
  accuracy: train.accuracy ?? Number.NaN,
});

function afterBatch(
  record: SideRecord,
  event: WorkerRunEvent & { readonly type: 'batch' },
): SideRecord {
  const { batch, batches, epoch, seconds, loss } = event;
  const accuracy = 'accuracy' in event ? Number(event.accuracy) : Number.NaN;
  const rows = Math.min(batch * record.batchSize, record.rows);
  const now: Sums = { epoch, rows, seconds, loss: loss * rows, right: accuracy * rows };
  const before = record.last.epoch === epoch && record.last.rows < rows ? record.last : NOTHING;
  const since = rows - before.rows;
  const point = {
    epoch: epoch - 1 + batch / batches,
    loss: (now.loss - before.loss) / since,
    accuracy: Math.min(1, Math.max(0, (now.right - before.right) / since)),
  };
  return {
    ...record,
    epoch: epoch - 1,
    batch,
    points: thinned([...record.points, point]),
    speed: smoothed(record.speed, since / Math.max(1e-9, seconds - before.seconds)),
    last: now,
  };
}

const smoothed = (known: number | null, next: number): number =>
  known === null ? next : 0.7 * known + 0.3 * next;

/** Of too many points the means of neighbours. */
export function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  const pairs = Array.from({ length: Math.floor(points.length / 2) }, (_, i) => i);
  const mean = (a: number, b: number): number => (a + b) / 2;
  return pairs.flatMap((i) => {
    const [a, b] = [points[2 * i], points[2 * i + 1]];
    if (a === undefined || b === undefined) return [];
    return [{ epoch: b.epoch, loss: mean(a.loss, b.loss), accuracy: mean(a.accuracy, b.accuracy) }];
  });
}

/** The record after a look at the test set. */
export function lookedAt(record: SideRecord, tested: Tested): SideRecord {
  const { epoch, evaluation } = tested;
  const { loss, accuracy } = evaluation;
  return { ...record, tested, tests: [...record.tests, { epoch, loss, accuracy }] };
}

/** Finished steps. */
export const stepOf = ({ epoch, batch, batches }: SideRecord): number => epoch * batches + batch;
