/**
 * @file Training a run that the browser keeps, where the session is: what `trainRun` and `resumeRun` are in Node.
 *
 * The same run is planned and performed (`records/`), so that its files are the same and, on the same plan, its
 * numbers to the bit; only the place of the files is another. Next stop: `records/newRun.ts`.
 */
import type { Session } from '../../backends/backend.ts';
import type { Dataset } from '../../data/dataset.ts';
import { checkNamesClasses } from '../../nn/losses/answers.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { checkExpected } from '../../records/expectedRun.ts';
import type { PageWriter } from '../../records/finishRun.ts';
import { epochsToGo, planNewRun, planResumedRun } from '../../records/newRun.ts';
import { type PreparedRun, performRun, type RunEvent } from '../../records/performRun.ts';
import { type AskedSettings, settingsOf } from '../../records/settings.ts';
import type { RunStore } from './runStore.ts';

/** What may differ between a run and its continuation. */
type Pace = PreparedRun['pace'];

/** What is asked of a new run, beside its model and its data. */
export interface RunOptions {
  readonly name: string;
  readonly settings?: AskedSettings | undefined;
  /** A name or list, as `parseAugmentation` reads it; default: nothing. */
  readonly augment?: string | undefined;
  /** Whether the model's last layer is made for the classes of the data where it is for another number of them. */
  readonly adapts?: boolean | undefined;
  /** Where the data set is the first pictures of a larger one: for the record, so that Node loads the same. */
  readonly trainCount?: number | undefined;
  readonly testCount?: number | undefined;
  readonly checkpointEvery?: Pace['checkpointEvery'] | undefined;
}

export interface ResumeOptions {
  readonly name: string;
  /** A new number of epochs; default: as many as the run was to have. */
  readonly epochs?: number | undefined;
  readonly checkpointEvery?: Pace['checkpointEvery'] | undefined;
}

interface Place {
  readonly session: Session;
  readonly store: RunStore;
  readonly data: Dataset;
  readonly eventInterval?: Pace['eventInterval'];
  readonly signal?: Pace['signal'];
}

/** Trains a new run; refused before anything is kept where it cannot begin. */
export async function* trainStoredRun(
  spec: ModelSpec,
  options: RunOptions,
  place: Place,
): AsyncGenerator<RunEvent, void, void> {
  const began = performance.now();
  const { session, store, data } = place;
  checkNamesClasses(spec, 'for a run that is kept');
  const settings = settingsOf(spec, options.augment, options.settings);
  const plan = await planNewRun({ ...options, spec, settings, data, session });
  const run = await store.create(options.name);
  try {
    await run.begin(plan.record, plan.spec);
    yield* performRun({ ...plan, run, session, page, pace: paceOf(options, place), began });
  } finally {
    await run.close();
  }
}

/**
 * Goes on with a run that was stopped or killed, or gives a finished one more epochs. `given` is the run's own spec,
 * as `readSpec` of the store gives it: the object that the session will know the weights by.
 */
export async function* resumeStoredRun(
  given: ModelSpec,
  options: ResumeOptions,
  place: Place,
): AsyncGenerator<RunEvent, void, void> {
  const began = performance.now();
  const { session, store, data } = place;
  const run = await store.take(options.name);
  try {
    const record = await run.readTrainedRecord();
    checkExpected(options.name, { spec: given }, await run.readSpec(), record);
    const last = await run.readCheckpoint('last');
    const begun = { where: options.name, spec: given, record, last };
    const epochs = epochsToGo(begun, options.epochs);
    const plan = planResumedRun(begun, { data, session, epochs });
    await run.writeRecord(plan.record);
    yield* performRun({ ...plan, run, session, page, pace: paceOf(options, place), began });
  } finally {
    await run.close();
  }
}

/** `report.html` of a run that ends; what draws it is loaded then. */
const page: PageWriter = async (finished) => {
  const { finishedPage } = await import('../../report/finished.ts');
  return finishedPage(finished);
};

function paceOf(
  { checkpointEvery }: Pick<RunOptions, 'checkpointEvery'>,
  { eventInterval, signal }: Place,
): Pace {
  return {
    ...(checkpointEvery === undefined ? {} : { checkpointEvery }),
    ...(eventInterval === undefined ? {} : { eventInterval }),
    ...(signal === undefined ? {} : { signal }),
  };
}
