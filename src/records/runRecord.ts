/**
 * @file `run.json`: everything needed to repeat a run or to go on with it, and what came of it.
 *
 * It is read back by whoever resumes, evaluates or predicts, and people edit files, so it is checked.
 */
import * as z from 'zod/mini';
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
  epoch: z.nullable(z.int()),
  /** Layers that began with them, and layers that began as drawn. */
  kept: z.array(z.string()),
  drawn: z.array(z.string()),
});

/** What was asked for; a resumed run goes on with the same. */
const settings = z.object({
  epochs: z.int().check(z.positive()),
  batchSize: z.int().check(z.positive()),
  validationSplit: z.number().check(z.minimum(0), z.lt(1)),
  seed: z.int().check(z.nonnegative()),
  shuffle: z.union([z.boolean(), z.literal('once')]),
  /** What training changes in its pictures; absent in runs from before there was any. */
  augmentation: z._default(
    z.object({
      steps: z.readonly(z.array(z.object({ name: z.string(), amount: z.number() }))),
      mean: z.nullable(z.enum(['pixel', 'channel'])),
      colours: z.optional(
        z.object({
          vectors: z.readonly(z.array(z.readonly(z.array(z.number())))),
          values: z.readonly(z.array(z.number())),
        }),
      ),
    }),
    { steps: [], mean: null },
  ),
  loss: z.enum(lossNames),
  /** The optimizer's whole spec, defaults filled in. */
  optimizer: z.looseObject({ kind: z.string(), learningRate: z.number() }),
  schedule: z.looseObject({ kind: z.string() }),
  patience: z.nullable(z.int().check(z.positive())),
  /** Names of layers that training leaves alone. */
  freeze: z._default(z.array(z.string()), []),
  /** What was asked for beside these; `train/events.ts` says what each does. */
  labelSmoothing: z.optional(z.number().check(z.minimum(0), z.lt(1))),
  mixup: z.optional(z.number().check(z.positive(), z.maximum(2))),
  classWeights: z.optional(
    z.union([
      z.literal('balanced'),
      z.readonly(z.array(z.number())),
      z.record(z.string(), z.number()),
    ]),
  ),
  monitor: z.optional(z.string()),
  metrics: z.optional(
    z.array(z.custom<MetricName>((n) => typeof n === 'string' && isMetricName(n))),
  ),
  minDelta: z.optional(z.number().check(z.nonnegative())),
  /** The test set after each epoch too, for curves. */
  watchTest: z._default(z.boolean(), false),
});

const runRecord = z.object({
  format: z.literal('fovea-run-1'),
  status: z.enum(['running', 'stopped', 'done']),
  /** Of Fovea, and of what ran it: Node, or a browser as it names itself. */
  versions: z.object({
    fovea: z.string(),
    node: z.optional(z.string()),
    browser: z.optional(z.string()),
  }),
  model: z.string(),
  data: z.object({
    name: z.string(),
    classes: z.array(z.string()),
    train: z.int(),
    validation: z.int(),
    test: z.int(),
    /** Whether only the first pictures of a split were asked for. */
    trainCount: z.nullable(z.int()),
    testCount: z.nullable(z.int()),
    /** File name -> SHA-256; empty for sets that code draws. */
    digests: z.record(z.string(), z.string()),
  }),
  settings,
  /** null: all weights were drawn. */
  from: z._default(z.nullable(origin), null),
  backend: z.object({ name: z.string(), threads: z.int(), plan: z.string() }),
  startedAt: z.string(),
  results: z.nullable(
    z.object({
      epochs: z.int(),
      keptEpoch: z.int(),
      train: metrics,
      validation: z.nullable(metrics),
      test: testMetrics,
      seconds: z.number(),
    }),
  ),
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
