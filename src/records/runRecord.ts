/**
 * @file `run.json`: everything needed to repeat a run or to go on with it, and what came of it.
 *
 * A model that was imported has a record too, which says where it is from in place of how it was trained. Records are
 * read back by whoever resumes, evaluates or predicts, and people edit files, so they are checked.
 */
import * as z from 'zod/mini';
import { advice, FoveaError, setting, UsageError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { isMetricName, type MetricName } from '../nn/losses/chosenMetrics.ts';
import { defaultLossOf, lossNames } from '../nn/losses/losses.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { pretrainMethods } from '../train/pretraining/pretrainOptions.ts';
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
  /** What the answer is compared with; absent: the class of each picture. */
  target: z.optional(z.literal('input')),
  /** The optimizer's whole spec, defaults filled in. */
  optimizer: z.looseObject({ kind: z.string(), learningRate: z.number() }),
  schedule: z.looseObject({ kind: z.string() }),
  patience: z.nullable(z.int().check(z.positive())),
  /** Names of layers that training leaves alone. */
  freeze: z._default(z.array(z.string()), []),
  /** How the convolutions were taught before, without labels; as it was asked for. */
  pretrain: z.optional(z.looseObject({ method: z.enum(pretrainMethods) })),
  /** What the learning rate of single layers is multiplied by. */
  learningRates: z.optional(z.record(z.string(), z.number().check(z.positive()))),
  /** Absent in runs from before there was a choice. */
  precision: z._default(
    z.union([
      z.enum(['float32', 'float16']),
      z.object({
        kind: z.literal('float16'),
        lossScale: z.optional(z.number()),
        growthInterval: z.optional(z.number()),
      }),
    ]),
    'float32',
  ),
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

const format = z.literal('fovea-run-1');

const common = {
  /** Of Fovea, and of what ran it: Node, or a browser as it names itself. */
  versions: z.object({
    fovea: z.string(),
    node: z.optional(z.string()),
    browser: z.optional(z.string()),
  }),
  model: z.string(),
};

/** A run that was trained here. */
const trainedRecord = z.object({
  format,
  status: z.enum(['running', 'stopped', 'done']),
  ...common,
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
  /** Of the ranks that trained it last; absent where one process alone ever did. */
  cluster: z.optional(
    z.object({
      ranks: z.int().check(z.positive()),
      /** How gradients travelled, and whether batch statistics were those of all ranks' rows. */
      gradients: z.enum(['float32', 'float16']),
      synchronizedStatistics: z.boolean(),
      /** Whether each rank held one of two towers. */
      towers: z.boolean(),
    }),
  ),
  startedAt: z.string(),
  results: z.nullable(
    z.object({
      epochs: z.int(),
      keptEpoch: z.int(),
      train: metrics,
      validation: z.nullable(metrics),
      test: testMetrics,
      seconds: z.number(),
      /** Planned for a step of training, parameters included; absent where a backend plans none. */
      stepBytes: z.optional(z.number()),
    }),
  ),
});

/** A model that came from elsewhere: what it was trained on, and how, nobody wrote down. */
const importedRecord = z.object({
  format,
  status: z.literal('imported'),
  ...common,
  imported: z.object({
    /** As it was named, with its format and its SHA-256. */
    file: z.string(),
    format: z.string(),
    digest: z.string(),
    producedBy: z.string(),
    /** What was done to it on the way in, in sentences. */
    notes: z.array(z.string()),
    /** Who said how pixels become numbers: the file, the model beside it, whoever imported it, or nobody. */
    preprocessing: z.enum(['file', 'model', 'given', 'assumed']),
  }),
  classes: z.array(z.string()),
  startedAt: z.string(),
});

const runRecord = z.discriminatedUnion('status', [trainedRecord, importedRecord]);

export type RunSettings = z.output<typeof settings>;
export type RunOrigin = z.output<typeof origin>;
export type TrainedRecord = z.output<typeof trainedRecord>;
export type ImportedRecord = z.output<typeof importedRecord>;
export type RunRecord = TrainedRecord | ImportedRecord;

export const isImported = (record: RunRecord): record is ImportedRecord =>
  record.status === 'imported';

/** How a network is measured: as in training; one that was imported by the loss that fits it, its pictures as they are. */
export function treatmentOf(
  record: RunRecord,
  spec: ModelSpec,
): Pick<RunSettings, 'loss' | 'metrics' | 'augmentation'> {
  if (isImported(record)) {
    return { loss: defaultLossOf(spec), augmentation: { steps: [], mean: null } };
  }
  // No more than these: a measurement has settings of the same names, such as its precision.
  const { loss, metrics, augmentation } = record.settings;
  return { loss, metrics, augmentation };
}

/** For what asks how a run was trained: throws where it was not trained here. */
export function trainedRecordOf(record: RunRecord, where: string): TrainedRecord {
  if (!isImported(record)) return record;
  const { format, file } = record.imported;
  throw new UsageError({
    where,
    problem: `it was imported (${format}, ${file}) and not trained here: there is nothing to go on with`,
    expected: 'a run that was trained',
    fix: advice`train it as the beginning of a run of its own, with ${setting('data')}`,
  });
}

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
