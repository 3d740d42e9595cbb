/**
 * @file A run of a sweep from the words of its command line: checked before anything runs, and trained.
 *
 * The words are those of `fovea train`, read by the same code; the place is the sweep's. Before: `sweeps/runSweep.ts`. Next
 * stop: `trialProcess.ts`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Command, CommanderError } from 'commander';
import { UsageError } from '../../base/errors.ts';
import type { ImageShape } from '../../base/shape.ts';
import { dataNameOf } from '../../data/open.ts';
import { imageShapeOf } from '../../nn/spec.ts';
import { testMetricsOf } from '../../records/finishRun.ts';
import type { RunEvent } from '../../records/performRun.ts';
import type { RunSettings } from '../../records/runRecord.ts';
import { settingsOf } from '../../records/settings.ts';
import { RunFolder } from '../../runs/folder/runFolder.ts';
import { type RunConditions, resumeRun, trainRun } from '../../runs/trainRun.ts';
import type { TrialFigures } from '../../sweeps/records.ts';
import type { TrialAnswer, TrialNews, TrialTask } from '../../sweeps/runSweep.ts';
import { DivergenceError } from '../../train/divergence.ts';
import { askedTraining, newRequest, toldOf } from '../askedTraining.ts';
import { commandOf } from '../commandOf.ts';
import { trainCommand } from '../commands/train.ts';
import { openOptionsOf } from '../options/options.ts';
import type { TrainingOptions } from '../options/trainingOptions.ts';
import { usageErrorOf } from '../terminal/usage.ts';

/** Options of a single run, or of how one is told: the sweep has its own. */
const NOT_IN_SWEEPS = [
  'name',
  'out',
  'resume',
  'overwrite',
  'seeds',
  'json',
  'cluster',
  'towers',
  'findRate',
];

interface ReadTrial {
  readonly model: string;
  readonly options: TrainingOptions;
  readonly command: Command;
}

/** Throws where they are no command line of `fovea train`, or say what a sweep says. */
function readTrial(words: readonly string[]): ReadTrial {
  const read: ReadTrial[] = [];
  const command = trainCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, outputError: () => undefined })
    .action((model: string, options: TrainingOptions) => {
      read.push({ model, options, command });
    });
  try {
    command.parse(words, { from: 'user' });
  } catch (error) {
    throw error instanceof CommanderError ? usageErrorOf(error, 'sweep') : error;
  }
  const own = NOT_IN_SWEEPS.find((name) => command.getOptionValueSource(name) === 'cli');
  const [trial] = read;
  if (own === undefined && trial !== undefined) return trial;
  throw new UsageError({
    ...(own === undefined ? {} : { option: own }),
    problem: 'this is an option of a single run',
    expected: 'options that all runs of a sweep may have; a sweep has its own name and seeds',
  });
}

export interface CheckedTrial {
  readonly data: string;
  /** That it reads. */
  readonly imageShape: ImageShape;
  readonly settings: RunSettings;
}

/** What a run is asked for; throws what training would refuse before its first step, data that are not there aside. */
export async function checkTrial(words: readonly string[]): Promise<CheckedTrial> {
  const { model, options, command } = readTrial(words);
  const asked = await askedTraining(model, options, () => undefined);
  const request = await newRequest(asked, options, command, () => undefined);
  dataNameOf(request.data);
  const settings = settingsOf(asked.spec, request.augment, request.settings);
  return { data: request.data, imageShape: imageShapeOf(asked.spec), settings };
}

/** Trains a run until it has the epochs that the task asks for; one that is there is gone on with. */
export async function runTrial(
  { words, folder, epochs }: TrialTask,
  tell: (news: TrialNews) => void,
  conditions: { readonly signal: AbortSignal; readonly threads: number },
): Promise<TrialAnswer> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const { model, options, command } = readTrial(words);
  const before = await figuresThere(folder, epochs);
  if (before !== undefined) return { kind: 'done', figures: before, seconds: 0 };
  // SWEEP/runs/RUN
  const sweep = path.basename(path.resolve(folder, '../..'));
  const how = conditionsOf(options, conditions, `sweeps/${sweep}`);
  const isThere = existsSync(path.join(folder, 'run.json'));
  const events = isThere
    ? resumeRun({ ...how, folder, epochs })
    : await begin(model, options, command, { ...how, folder }, epochs);
  try {
    const figures = await figuresOf(events, (epoch) => tell({ epoch, epochs }));
    return figures === undefined
      ? { kind: 'stopped' }
      : { kind: 'done', figures, seconds: seconds() };
  } catch (error) {
    if (error instanceof DivergenceError) return { kind: 'failed', why: error.parts.problem };
    throw error;
  }
}

/** What a run comes to; undefined where it is stopped. */
async function figuresOf(
  events: AsyncIterable<RunEvent>,
  told: (epoch: number) => void,
): Promise<TrialFigures | undefined> {
  for await (const event of events) {
    if (event.type === 'epoch') told(event.epoch);
    if (event.type !== 'result' && event.type !== 'rebuilt') continue;
    const { epochs, keptEpoch, train, validation } = event;
    const test = event.type === 'result' ? testMetricsOf(event.test) : event.test;
    return { epochs, keptEpoch, train, validation, test };
  }
  return undefined;
}

async function begin(
  model: string,
  options: TrainingOptions,
  command: Command,
  place: RunConditions & { readonly folder: string },
  epochs: number,
) {
  const asked = await askedTraining(model, options, () => undefined);
  const { spec, adapts, base: from } = asked;
  const request = await newRequest(asked, options, command, () => undefined);
  // A schedule that takes the whole run is made for all epochs of the words, whatever rung this is.
  const settings = { ...request.settings, epochs };
  return trainRun({ ...request, ...place, settings, spec, adapts, from });
}

/** `experiment`: what the runs of this sweep are together. */
function conditionsOf(
  options: TrainingOptions,
  { signal, threads }: { readonly signal: AbortSignal; readonly threads: number },
  experiment: string,
): RunConditions {
  return {
    signal,
    checkpointEvery: options.checkpointEvery,
    backend: { threads, ...openOptionsOf(options) },
    reading: { workers: options.workers, strict: options.strict },
    ...toldOf(options, () => undefined, experiment),
    page: async (finished) => {
      const { finishedPage } = await import('../../report/finished.ts');
      return finishedPage(finished, commandOf);
    },
  };
}

/** What a run came to that has all its epochs, and whose process was killed before it said so. */
async function figuresThere(folder: string, epochs: number): Promise<TrialFigures | undefined> {
  if (!existsSync(path.join(folder, 'run.json'))) return undefined;
  const { results, settings } = await (await RunFolder.open(folder)).readTrainedRecord();
  if (results === null) return undefined;
  const isOver =
    results.epochs >= epochs || (settings.epochs >= epochs && settings.patience !== null);
  if (!isOver) return undefined;
  const { epochs: done, keptEpoch, train, validation, test } = results;
  return { epochs: done, keptEpoch, train, validation, test };
}
