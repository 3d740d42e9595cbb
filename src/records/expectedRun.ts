/**
 * @file What may be said again when a run is taken up, and the errors where it is not what the run was.
 *
 * Before: `newRun.ts`.
 */
import { advice, FoveaError, setting, UsageError } from '../base/errors.ts';
import { type Augmentation, augmentationWords, parseAugmentation } from '../data/augment/index.ts';
import { differencesOf, identityOf } from '../data/identity.ts';
import { dataNameOf } from '../data/open.ts';
import type { AnyDataset } from '../data/streamed.ts';
import { forClasses } from '../models/variants.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import type { TrainedRecord } from './runRecord.ts';
import { layersNamed } from './startingPoint.ts';

/** Parts of a run's record, by the record's names. */
export interface ExpectedRun {
  readonly spec?: ModelSpec;
  /** Whether the run may have made its last layer for the classes of its data. */
  readonly adapts?: boolean;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly optimizer?: Readonly<Record<string, unknown>>;
  /** The folder whose weights the run began with; null: weights that were drawn. */
  readonly from?: string | null;
  /** Names of layers, or patterns. */
  readonly freeze?: readonly string[];
  readonly schedule?: Readonly<Record<string, unknown>>;
  /** As `parseAugmentation` reads it. */
  readonly augment?: string | undefined;
}

const ONLY_EPOCHS = {
  expected: advice`a run goes on with what it was begun with; only ${setting('epochs')} may change`,
  fix: advice`leave the setting out, or begin a new run in another ${setting('folder')}`,
};

/** What the model that was named came to in the run: its mean was measured, its classes may be the data's. */
function namedFor(
  { spec: named, adapts = false }: ExpectedRun,
  run: ModelSpec,
  { data, settings }: TrainedRecord,
): ModelSpec | undefined {
  if (named === undefined) return undefined;
  const spec =
    adapts && settings.target === undefined ? forClasses(named, data.classes.length) : named;
  return run.preprocessing.mean === undefined
    ? spec
    : { ...spec, preprocessing: run.preprocessing };
}

/** Throws where what was said again differs from the run. */
export function checkExpected(
  where: string,
  expected: ExpectedRun,
  spec: ModelSpec,
  record: TrainedRecord,
) {
  const { data, settings } = record;
  const { name: dataName, ...counts } = expected.data ?? {};
  const wantedData =
    dataName === undefined ? counts : { ...counts, name: dataNameOf(String(dataName)) };
  if (expected.augment !== undefined) {
    const { steps, mean } = parseAugmentation(expected.augment, imageShapeOf(spec));
    checkAugmentation(where, { steps, mean }, settings.augmentation);
  }
  const parts = [
    [{ model: namedFor(expected, spec, record) }, { model: spec }],
    [wantedData, data],
    [{ from: expected.from }, { from: record.from?.path ?? null }],
    [{ freeze: expected.freeze && layersNamed(spec, expected.freeze) }, settings],
    [expected.settings, settings],
    [expected.optimizer, settings.optimizer],
    [expected.schedule, settings.schedule],
  ] as const;
  for (const [wanted = {}, recorded] of parts) {
    for (const [name, value] of Object.entries(wanted)) {
      const old: unknown = Object.entries(recorded).find(([key]) => key === name)?.[1];
      if (value === undefined || JSON.stringify(value) === JSON.stringify(old)) continue;
      throw new UsageError({
        where,
        problem:
          name === 'model'
            ? 'the run is of another model'
            : `${name} is ${value ?? 'none'}, in the run ${old ?? 'none'}`,
        ...ONLY_EPOCHS,
      });
    }
  }
}

function checkAugmentation(where: string, wanted: Augmentation, recorded: Augmentation): void {
  const words = augmentationWords;
  if (words(wanted) === words(recorded)) return;
  throw new UsageError({
    where,
    option: 'augment',
    problem: `is ${words(wanted) || 'none'}, in the run ${words(recorded) || 'none'}`,
    ...ONLY_EPOCHS,
  });
}

/** Throws where the data are not what the run was trained on. */
export function checkSameData(where: string, { data }: TrainedRecord, dataset: AnyDataset): void {
  const differences = differencesOf(data, identityOf(dataset));
  if (differences.length === 0) return;
  throw new FoveaError({
    where,
    problem: `${data.name} is not what the run was trained on so far\n    ${differences.join('\n    ')}`,
    expected: 'the classes and the digests that run.json holds',
    fix: advice`bring the old data back, or start anew with ${setting('overwrite')}`,
  });
}

/** Throws where labels mean other classes than those that the network answers with. */
export function checkSameClasses(
  where: string,
  answers: readonly string[],
  { name, classes }: Pick<AnyDataset, 'name' | 'classes'>,
): void {
  const longer = classes.length > answers.length ? classes : answers;
  const at = longer.findIndex((_, i) => classes[i] !== answers[i]);
  if (at < 0) return;
  const reordered = sameWords(classes, answers);
  throw new FoveaError({
    where,
    problem: reordered
      ? `the classes of ${name} stand in another order than those that the network answers with`
      : `class ${at + 1} of ${name} is ${quoted(classes[at])}, of the network ${quoted(answers[at])}`,
    expected: `${answers.length} classes: ${firstFew(answers)}; received ${firstFew(classes)}`,
    fix: 'name the classes of the data as they were, or train on the data as it is',
  });
}

const sameWords = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());

const quoted = (word: string | undefined): string => (word === undefined ? 'missing' : `"${word}"`);

function firstFew(classes: readonly string[]): string {
  const named = classes.slice(0, 5).join(', ');
  return classes.length > 5 ? `${named}, ...` : named;
}
