/**
 * @file What a sweep leaves on disk, as schemas: `sweep.json`, and `trials/ID.json` of each run and rung.
 *
 * Next stop: `sweepFolder.ts`.
 */
import * as z from 'zod/mini';
import { metrics, testMetrics } from '../train/snapshots/checkpoint.ts';
import type { Job } from './rungs.ts';
import { sweepSpec } from './sweepSpec.ts';

export const sweepRecord = z.object({
  format: z.literal('fovea-sweep-1'),
  /** Version that began it. */
  fovea: z.string(),
  startedAt: z.string(),
  spec: sweepSpec,
});

export type SweepRecord = z.output<typeof sweepRecord>;

/** What a run came to. */
const figures = z.object({
  /** Finished, and the one whose weights are kept. */
  epochs: z.int(),
  keptEpoch: z.int(),
  train: metrics,
  validation: z.nullable(metrics),
  test: testMetrics,
});

export const trialRecord = z.object({
  configuration: z.string(),
  seed: z.int(),
  rung: z.int(),
  /** Asked for. */
  epochs: z.int(),
  /** null: it failed. */
  figures: z.nullable(figures),
  /** Why it failed. */
  why: z.optional(z.string()),
  seconds: z.number(),
});

export type TrialFigures = z.output<typeof figures>;
export type TrialRecord = z.output<typeof trialRecord>;

/** "001-seed0", the name of the run's folder. */
export const runName = ({ configuration, seed }: Pick<Job, 'configuration' | 'seed'>): string =>
  `${configuration}-seed${seed}`;

/** "001-seed0-rung1", the name of its file. */
export const trialName = (job: Pick<Job, 'configuration' | 'seed' | 'rung'>): string =>
  `${runName(job)}-rung${job.rung}`;
