/**
 * @file A run as a list of runs shows it: what can be read of it, and what is wrong with it in words.
 */
import type { ModelSpec } from '../nn/spec.ts';
import type { EpochRecord } from '../train/progress.ts';
import type { RunRecord } from './runRecord.ts';

export interface ListedRun {
  readonly name: string;
  /** Null where it cannot be read: `fault` says why. */
  readonly record: RunRecord | null;
  /** Null where it cannot be read. */
  readonly spec: ModelSpec | null;
  readonly history: readonly EpochRecord[];
  readonly fault: string | null;
  /** Somebody trains it now. */
  readonly inUse: boolean;
  /** There is a picture of its worst mistakes. */
  readonly hasMistakes: boolean;
}
