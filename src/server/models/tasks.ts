/**
 * @file What the server hands to its workers, and what they hand back: plain data that can cross to a thread.
 *
 * Next stop: `answering.ts`, what a worker does with it.
 */
import type { ErrorParts } from '../../base/errors.ts';
import type { Picture } from '../../data/images/picture.ts';
import type { Prediction, PredictOptions } from '../../train/prediction/reading.ts';

/** A picture as it came: the bytes of a file, or decoded. */
export type SentPicture = { readonly file: Uint8Array } | { readonly picture: Picture };

/** Pictures to be named. */
export interface PictureTask {
  readonly kind: 'pictures';
  readonly pictures: readonly SentPicture[];
  readonly options: PredictOptions;
}

/** Rows for each input by name, as the network reads them or as bytes that its preprocessing makes numbers of. */
export interface RowsTask {
  readonly kind: 'rows';
  readonly count: number;
  readonly rows: Rows;
}

/** By the name of the input. */
export type Rows = Readonly<Record<string, Float32Array | Uint8Array>>;

export type Task = PictureTask | RowsTask;

export type ServedPrediction = Omit<Prediction, 'given'>;

export interface Numbers {
  /** (rows, ...shape of one) */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Result =
  | { readonly kind: 'predictions'; readonly predictions: readonly ServedPrediction[] }
  | { readonly kind: 'outputs'; readonly outputs: Readonly<Record<string, Numbers>> }
  /** A mistake of whoever asked; `at`: which of several pictures. */
  | { readonly kind: 'refused'; readonly parts: ErrorParts; readonly at?: number | undefined };

export const rowsOf = (task: Task): number =>
  task.kind === 'pictures' ? task.pictures.length : task.count;

/** What a worker is started with. */
export interface WorkerSetup {
  readonly folders: readonly string[];
  /** Rows in a batch; undefined: as many as are worth it. */
  readonly maxBatch: number | undefined;
  readonly threads: number;
  readonly maxPixels: number;
}

export interface BatchMessage {
  readonly id: number;
  /** Index of the model's folder. */
  readonly model: number;
  readonly tasks: readonly Task[];
}

export type WorkerMessage =
  /** `batches`: of each model, how many rows are worth answering together. */
  | { readonly kind: 'ready'; readonly plan: string; readonly batches: readonly number[] }
  | { readonly kind: 'broken'; readonly parts: ErrorParts }
  | { readonly kind: 'done'; readonly id: number; readonly results: readonly Result[] }
  | { readonly kind: 'failed'; readonly id: number; readonly stack: string };
