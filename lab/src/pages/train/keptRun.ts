/**
 * @file A run that the browser keeps, to go on with: what it is, as settings that the page shows and trains by.
 *
 * What decides its numbers stands in its own files and is not changed; only the number of epochs may be.
 * Next stop: `networks.ts`, which goes on with it.
 */
import { datasetNames, type RunStore } from 'fovea/web';
import { defaults, MOST_EPOCHS, OWN, optimizers, type TrainSettings } from './settings.ts';
import { innerShape } from './variation.ts';
import type { WantedData } from './wantedData.ts';

type Stored = ReturnType<RunStore['open']>;

export interface KeptRun {
  readonly name: string;
  readonly spec: Awaited<ReturnType<Stored['readSpec']>>;
  readonly record: Awaited<ReturnType<Stored['readTrainedRecord']>>;
  /** Epochs that are over. */
  readonly epochs: number;
}

/** Throws in words where it is not there or cannot be read. */
export async function readKept(store: Pick<RunStore, 'open'>, name: string): Promise<KeptRun> {
  const run = store.open(name);
  const record = await run.readTrainedRecord();
  const [spec, history] = [await run.readSpec(), await run.readHistory()];
  return { name, spec, record, epochs: history.length };
}

/** How many epochs it is to have in the end: as many as asked for now or then, and one that is over gets one more. */
export function epochsOf({ record, epochs }: KeptRun, asked: number): number {
  const wanted = asked === 0 ? record.settings.epochs : asked;
  return Math.min(MOST_EPOCHS, Math.max(wanted, record.status === 'done' ? epochs + 1 : 1));
}

/** The run as the page's settings have one; what they have no words for is left as the run has it. */
export function settingsOfRun(run: KeptRun, asked: Pick<TrainSettings, 'until'>): TrainSettings {
  const { name, record } = run;
  const { optimizer, seed, batchSize } = record.settings;
  return {
    ...defaults,
    run: name,
    until: asked.until,
    model: record.model,
    data: isOwn(run) ? OWN : record.data.name,
    epochs: epochsOf(run, asked.until),
    batch: batchSize,
    seed,
    optimizer: optimizers.find((kind) => kind === optimizer.kind) ?? defaults.optimizer,
    rate: optimizer.learningRate,
  };
}

export function wantedByRun(run: KeptRun): WantedData {
  const { spec, record } = run;
  const { name, trainCount, testCount } = record.data;
  if (isOwn(run)) return { name: OWN, shape: innerShape(spec), counts: {} };
  const counts = {
    ...(trainCount === null ? {} : { trainCount }),
    ...(testCount === null ? {} : { testCount }),
  };
  return { name, shape: null, counts };
}

const isOwn = ({ record }: KeptRun): boolean => !datasetNames.includes(record.data.name);

/** "lenet5 on digits, batches of 128, seed 1: 2 of 5 epochs done." */
export function runInWords({ record, epochs }: KeptRun): string {
  const { model, data, settings } = record;
  const { optimizer, batchSize, seed } = settings;
  const done = `${epochs} of ${settings.epochs} epochs done`;
  return `${model} on ${data.name}, ${optimizer.kind} at ${optimizer.learningRate}, batches of ${batchSize}, seed ${seed}: ${done}.`;
}
