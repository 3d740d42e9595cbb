/**
 * @file `fovea train`: reads the options, runs `trainRun` or `resumeRun`, prints what they tell.
 *
 * Next stop: `train/trainRun.ts`.
 */
import path from 'node:path';
import { Command, Option } from 'commander';
import type { ModelSpec } from '../../nn/spec.ts';
import type { RunEvent, RunResult } from '../../train/performRun.ts';
import type { Progress } from '../../train/progress.ts';
import type { RunRecord } from '../../train/runRecord.ts';
import type { ExpectedRun, RunConditions, TrainRequest } from '../../train/trainRun.ts';
import { INTERRUPTED, listenForInterrupt } from '../interrupt.ts';
import { resolveModel, runFolderOf } from '../models.ts';
import {
  type BackendOptions,
  backendOption,
  type Interval,
  jsonOption,
  noRevectorizeOption,
  numberOption,
  openOptionsOf,
  parseInterval,
  parseScheduleWords,
  threadsOption,
} from '../options.ts';
import { type Output, openOutput } from '../output.ts';
import { batchLine, downloadLine, epochLine, type Live, openLive } from '../progress.ts';
import { insightLines, resultLine, self } from '../words.ts';

const EXAMPLES = `
MODEL is the name of a model (lenet5), a model.json, or the folder of a run.

Examples:
  $ fovea train lenet5                                      on the built-in digits
  $ fovea train lenet5 --data mnist --epochs 3 --batch-size 128 --validation-split 0.2 --seed 1
  $ fovea train lenet5 --optimizer sgd --learning-rate 0.1 --momentum 0.9 --schedule cosine
  $ fovea train lenet5 --data mnist --epochs 50 --validation-split 0.1 --patience 5 --name patient
  $ fovea train lenet5 --resume --epochs 20                 go on with runs/lenet5
  $ fovea train my-model.json --data mnist --json | jq .    one JSON object per line

Ctrl-C stops after the step that runs and saves a checkpoint; --resume goes on, to the same bits.`;

interface Options extends BackendOptions {
  readonly data: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly validationSplit: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly loss: string;
  readonly optimizer: string;
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
  readonly schedule: { readonly kind: string };
  readonly patience?: number;
  readonly trainCount?: number;
  readonly testCount?: number;
  readonly name?: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly resume?: boolean;
  readonly checkpointEvery: Interval;
  readonly json?: boolean;
}

export function command(): Command {
  const command = new Command('train')
    .description('train a network, test it, and save the run')
    .argument('<model>', 'name of a model, a model.json, or the folder of a run')
    .option('--data <name>', 'data set to train on', 'digits')
    .addOption(numberOption('count', '--epochs <n>', 'passes over the data').default(10))
    .addOption(numberOption('count', '--batch-size <n>', 'pictures per step').default(128))
    .addOption(
      numberOption(
        'share',
        '--validation-split <x>',
        'share of the training pictures, the last ones, kept for validation',
      ).default(0),
    )
    .addOption(
      numberOption('seed', '--seed <n>', 'of first weights, shuffling, random layers').default(0),
    );
  for (const option of learningOptions()) command.addOption(option);
  for (const option of placeOptions()) command.addOption(option);
  return command
    .addOption(threadsOption())
    .addOption(backendOption())
    .addOption(noRevectorizeOption())
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(train);
}

function learningOptions(): Option[] {
  return [
    new Option('--no-shuffle', 'keep the pictures in their order'),
    new Option('--loss <name>', 'what training lowers').default('sparseCategoricalCrossentropy'),
    new Option('--optimizer <name>', 'adam, adamw or sgd').default('adam'),
    numberOption('positive', '--learning-rate <x>', "default: the optimizer's own"),
    numberOption('share', '--momentum <x>', 'of sgd'),
    new Option('--nesterov', 'look one step ahead, with --momentum'),
    numberOption('notNegative', '--weight-decay <x>', 'of sgd and adamw'),
    new Option(
      '--schedule <name>',
      'of the learning rate: constant, cosine, exponential, reduceOnPlateau, or step,every=5',
    )
      .argParser(parseScheduleWords)
      .default({ kind: 'constant' }, 'constant'),
    numberOption(
      'count',
      '--patience <n>',
      'stop after n epochs without a better validation loss; keep the best weights',
    ),
    numberOption('count', '--train-count <n>', 'take the first n training pictures only'),
    numberOption('count', '--test-count <n>', 'take the first n test pictures only'),
  ];
}

function placeOptions(): Option[] {
  return [
    new Option('--name <name>', 'save in runs/NAME (default: name of the model)'),
    new Option('--out <folder>', 'save in this folder'),
    new Option('--overwrite', 'replace a run that is there'),
    new Option('--resume', 'go on with a run that is there').conflicts('overwrite'),
    new Option('--checkpoint-every <n>', 'within an epoch too: 200 (batches) or 30s')
      .argParser(parseInterval)
      .default({ seconds: 30 }, '30s'),
  ];
}

async function train(model: string, options: Options, command: Command): Promise<void> {
  const output = openOutput(options.json === true);
  const interrupt = listenForInterrupt(output.note);
  const live = await openLive();
  try {
    const events = await start(model, options, command, {
      signal: interrupt.signal,
      checkpointEvery: options.checkpointEvery,
      backend: openOptionsOf(options),
      load: {
        signal: interrupt.signal,
        onProgress: (progress) => live.show(downloadLine(progress)),
      },
    });
    const show = shower(output, live);
    for await (const event of events) show(event);
  } finally {
    live.clear();
    interrupt.release();
  }
}

async function start(
  model: string,
  options: Options,
  command: Command,
  conditions: RunConditions,
): Promise<AsyncGenerator<RunEvent>> {
  const spec = await resolveModel(model);
  const folder = runFolderOf(options, spec.name);
  const { trainRun, resumeRun } = await import('../../train/trainRun.ts');
  if (options.resume !== true) {
    return trainRun({ ...requestOf(options), ...conditions, spec, folder });
  }
  const epochs = command.getOptionValueSource('epochs') === 'cli' ? options.epochs : undefined;
  return resumeRun({ ...conditions, folder, epochs, expected: saidAgain(spec, options, command) });
}

/** What the command line says of a run that is there already: it must be what the run was begun with. */
function saidAgain(spec: ModelSpec, options: Options, command: Command): ExpectedRun {
  const said = <K extends keyof Options>(...names: readonly K[]) =>
    Object.fromEntries(
      names
        .filter((name) => command.getOptionValueSource(name) === 'cli')
        .map((name) => [name, options[name]]),
    );
  return {
    spec,
    data: { ...said('trainCount', 'testCount'), ...renamed(said('data'), 'data', 'name') },
    settings: said('batchSize', 'validationSplit', 'seed', 'shuffle', 'loss', 'patience'),
    optimizer: {
      ...renamed(said('optimizer'), 'optimizer', 'kind'),
      ...said('learningRate', 'momentum', 'nesterov', 'weightDecay'),
    },
    schedule: { ...said('schedule').schedule },
  };
}

function renamed(from: Record<string, unknown>, name: string, to: string): Record<string, unknown> {
  return name in from ? { [to]: from[name] } : {};
}

function requestOf(options: Options): Omit<TrainRequest, 'spec' | 'folder'> {
  const { data, trainCount, testCount, validationSplit, overwrite = false } = options;
  const { epochs, batchSize, seed, shuffle, patience, loss, schedule } = options;
  const { optimizer: kind, learningRate, momentum, nesterov, weightDecay } = options;
  const given = Object.entries({ learningRate, momentum, nesterov, weightDecay });
  const optimizer = {
    kind,
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  };
  return {
    data,
    trainCount,
    testCount,
    validationSplit,
    overwrite,
    settings: {
      epochs,
      batchSize,
      seed,
      shuffle,
      loss,
      optimizer,
      // A cosine without a duration takes the whole run.
      schedule:
        schedule.kind === 'cosine' ? Object.assign({ duration: epochs }, schedule) : schedule,
      ...(patience === undefined ? {} : { patience }),
    },
  };
}

/** Prints event after event. */
function shower(output: Output, live: Live): (event: RunEvent) => void {
  const say = output.json ? output.note : output.text;
  let folder = '';
  let record: RunRecord;
  /** The epoch whose headline stands. */
  let headline = 0;
  return (event) => {
    if (event.type === 'batch') {
      if (event.epoch !== headline) say(`Epoch ${event.epoch}/${event.epochs}`);
      headline = event.epoch;
      live.show(batchLine(event));
      return;
    }
    live.clear();
    if (event.type === 'ready') {
      ({ folder, record } = event);
      say(readyLines(event));
    } else if (event.type === 'epoch') {
      const { epoch, epochs, train, validation, learningRate, seconds } = event;
      say(epochLine(event));
      output.data({ event: 'epoch', epoch, epochs, train, validation, learningRate, seconds });
    } else if (event.type === 'result') {
      finished(event, record, output);
    } else if (event.type === 'done' && event.reason === 'patience') {
      say(`Stopped: no better loss since epoch ${event.progress.best?.epoch}`);
    } else if (event.type === 'done' && event.reason === 'stopped') {
      stopped(event.progress, folder, output);
    }
  };
}

function readyLines({ record, resumed }: Extract<RunEvent, { type: 'ready' }>): string {
  const { model, data, backend } = record;
  const validation = data.validation === 0 ? '' : `, ${count(data.validation)} to validate`;
  const lines = [
    `Training ${model} on ${data.name}: ${count(data.train)} pictures${validation}, ${count(data.test)} to test`,
    `Computing with ${backend.plan}`,
  ];
  if (resumed !== null) lines.push(`Going on after epoch ${resumed.epoch}, batch ${resumed.batch}`);
  return lines.join('\n');
}

const count = (n: number): string => n.toLocaleString('en-US');

function stopped({ epoch, batch }: Readonly<Progress>, folder: string, output: Output): void {
  const say = output.json ? output.note : output.text;
  const place =
    batch === 0 ? `after epoch ${epoch}` : `in epoch ${epoch + 1}, after batch ${batch}`;
  say(`Stopped ${place}; the checkpoint is in ${path.join(folder, 'checkpoint')}`);
  say(`To go on: the same command with --resume`);
  output.data({ event: 'stopped', run: folder, epoch, batch });
  process.exitCode = INTERRUPTED;
}

function finished(result: RunResult, record: RunRecord, output: Output): void {
  const { folder: run, epochs, keptEpoch, train, validation, test, seconds, mistakes } = result;
  const { name: backend, threads } = record.backend;
  const { loss, accuracy } = test;
  const kept = keptEpoch === epochs ? '' : ` with the weights of epoch ${keptEpoch}, the best`;
  const say = output.json ? output.note : output.text;
  say(`\n${resultLine(`Test set${kept}`, test)}\n`);
  say(insightLines(result.insights));
  const picture = mistakes === null ? '' : `\n  ${mistakes}  the worst mistakes`;
  say(`\nSaved in ${run} after ${seconds.toFixed(1)} s${picture}`);
  say(`\nNext\n${nextSteps(run, record).join('\n')}`);
  output.data({
    event: 'done',
    run,
    epochs,
    train,
    validation,
    test: { loss, accuracy },
    seconds,
    backend,
    threads,
  });
}

function nextSteps(run: string, { model, data }: RunRecord): string[] {
  const steps = [
    [`evaluate ${run}`, 'all figures, per class'],
    [`predict ${run} digit.png`, 'read a picture of your own'],
    [`summary ${model}`, 'what the network is made of'],
    ...(data.name === 'digits'
      ? [[`train ${model} --data mnist --name mnist`, 'the real thing']]
      : []),
  ];
  return steps.map(([words, why]) => `  ${`${self()} ${words}`.padEnd(56)} # ${why}`);
}
