/**
 * @file `run.json`: everything needed to repeat a run or to go on with it, and what came of it.
 *
 * It is read back by whoever resumes, evaluates or predicts, and people edit files, so it is checked.
 */
import * as z from 'zod';
import { advice, FoveaError, setting } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { isMetricName, type MetricName } from '../nn/losses/chosenMetrics.ts';
import { lossNames } from '../nn/losses/losses.ts';
import { metrics, testMetrics } from '../train/snapshots/checkpoint.ts';

/** Whose weights a run began with. */
const origin = z.object({
  /** The run's folder, as it was named. */
  path: z.string(),
  /** SHA-256 of its weights' file. */
  weights: z.string(),
  /** The epoch they are of; null where the folder was no run. */
  epoch: z.int().nullable(),
  /** Layers that began with them, and layers that began as drawn. */
  kept: z.array(z.string()),
  drawn: z.array(z.string()),
});

/** What was asked for; a resumed run goes on with the same. */
const settings = z.object({
  epochs: z.int().positive(),
  batchSize: z.int().positive(),
  validationSplit: z.number().min(0).lt(1),
  seed: z.int().nonnegative(),
  shuffle: z.union([z.boolean(), z.literal('once')]),
  /** What training changes in its pictures; absent in runs from before there was any. */
  augmentation: z
    .object({
      steps: z.array(z.object({ name: z.string(), amount: z.number() })).readonly(),
      mean: z.enum(['pixel', 'channel']).nullable(),
      colours: z
        .object({
          vectors: z.array(z.array(z.number()).readonly()).readonly(),
          values: z.array(z.number()).readonly(),
        })
        .optional(),
    })
    .default({ steps: [], mean: null }),
  loss: z.enum(lossNames),
  /** The optimizer's whole spec, defaults filled in. */
  optimizer: z.looseObject({ kind: z.string(), learningRate: z.number() }),
  schedule: z.looseObject({ kind: z.string() }),
  patience: z.int().positive().nullable(),
  /** Names of layers that training leaves alone. */
  freeze: z.array(z.string()).default([]),
  /** What was asked for beside these; `train/events.ts` says what each does. */
  labelSmoothing: z.number().min(0).lt(1).optional(),
  mixup: z.number().positive().max(2).optional(),
  classWeights: z
    .union([
      z.literal('balanced'),
      z.array(z.number()).readonly(),
      z.record(z.string(), z.number()),
    ])
    .optional(),
  monitor: z.string().optional(),
  metrics: z
    .array(z.custom<MetricName>((n) => typeof n === 'string' && isMetricName(n)))
    .optional(),
  minDelta: z.number().nonnegative().optional(),
  /** The test set after each epoch too, for curves. */
  watchTest: z.boolean().default(false),
});

const runRecord = z.object({
  format: z.literal('fovea-run-1'),
  status: z.enum(['running', 'stopped', 'done']),
  /** Of Fovea, and of what ran it: Node, or a browser as it names itself. */
  versions: z.object({
    fovea: z.string(),
    node: z.string().optional(),
    browser: z.string().optional(),
  }),
  model: z.string(),
  data: z.object({
    name: z.string(),
    classes: z.array(z.string()),
    train: z.int(),
    validation: z.int(),
    test: z.int(),
    /** Whether only the first pictures of a split were asked for. */
    trainCount: z.int().nullable(),
    testCount: z.int().nullable(),
    /** File name -> SHA-256; empty for sets that code draws. */
    digests: z.record(z.string(), z.string()),
  }),
  settings,
  /** null: all weights were drawn. */
  from: origin.nullable().default(null),
  backend: z.object({ name: z.string(), threads: z.int(), plan: z.string() }),
  startedAt: z.string(),
  results: z
    .object({
      epochs: z.int(),
      keptEpoch: z.int(),
      train: metrics,
      validation: metrics.nullable(),
      test: testMetrics,
      seconds: z.number(),
    })
    .nullable(),
});

export type RunSettings = z.output<typeof settings>;
export type RunOrigin = z.output<typeof origin>;
export type RunRecord = z.output<typeof runRecord>;

export function parseRunRecord(text: string, where: string): RunRecord {
  const parsed = runRecord.safeParse(parseJson(text, { where, expected: 'a run record' }));
  if (parsed.success) return parsed.data;
  const [issue = { path: [], message: 'unknown' }] = parsed.error.issues;
  throw new FoveaError({
    where,
    problem: `${issue.path.join('.') || 'the file'}: ${issue.message}`,
    expected: 'run.json as "fovea train" writes it',
    fix: advice`undo the edit, or train again with ${setting('overwrite')}`,
  });
}

/** Whether a text is the record of a run, of whatever version. */
export function isRunRecord(text: string): boolean {
  try {
    const record = parseJson(text, { where: 'run.json' });
    const format =
      typeof record === 'object' && record !== null && 'format' in record && record.format;
    return typeof format === 'string' && format.startsWith('fovea-run-');
  } catch {
    return false;
  }
}
