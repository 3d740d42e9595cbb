/**
 * @file The files of a run, wherever they are kept: a folder on disk, a page's own storage, a zip.
 *
 *   model.json            the spec
 *   weights.safetensors   parameters at the end
 *   history.json          one record per epoch
 *   history.csv           the same for spreadsheets
 *   run.json              what is needed to repeat the run, and its results
 *   checkpoint/           last.safetensors, best.safetensors: one snapshot each
 *   mistakes.png          the worst mistakes on the test set
 *   report.html           all of it as one page
 *   calibration.json      a temperature, where one was fitted
 *
 * Next stop: `performRun.ts`, which fills them; `runs/folder/runFolder.ts`, a folder on disk.
 */
import type { ModelSpec } from '../nn/spec.ts';
import type { EpochRecord, Snapshot } from '../train/progress.ts';
import type { RunRecord } from './runRecord.ts';

/** Everything that a run writes; what bears another name is not the run's. */
export const runFileNames = [
  'run.json',
  'model.json',
  'weights.safetensors',
  'history.json',
  'history.csv',
  'mistakes.png',
  'report.html',
  'calibration.json',
  'checkpoint/last.safetensors',
  'checkpoint/best.safetensors',
] as const;

export type RunFileName = (typeof runFileNames)[number];
export type CheckpointName = 'last' | 'best';

export const checkpointFile = (name: CheckpointName) => `checkpoint/${name}.safetensors` as const;

/** Where a run that is performed keeps its files. Each is written whole or not at all. */
export interface RunFiles {
  /** What the run is called: the folder's path, or a name. */
  readonly path: string;
  /** What a file is called where people read it. */
  file(name: RunFileName): string;
  /** The first files of a new run, which has no place yet. */
  begin(record: RunRecord, spec: ModelSpec): Promise<void>;
  /** Gives a new run its place; without effect on one that has it. */
  publish(): Promise<void>;
  write(name: RunFileName, bytes: Uint8Array): Promise<void>;
  writeRecord(record: RunRecord): Promise<void>;
  writeHistory(history: readonly EpochRecord[]): Promise<void>;
  /** The best is there before the last: whatever `last` calls the best can be read. */
  writeCheckpoint(snapshot: Snapshot, isBest: boolean): Promise<void>;
  readCheckpoint(name: CheckpointName): Promise<Snapshot | undefined>;
}
