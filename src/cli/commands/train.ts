/**
 * @file `fovea train`: reads the options, runs `trainRun` or `resumeRun`, prints what they tell.
 *
 * Next stop: `runs/trainRun.ts`.
 */
import { Command, Option } from 'commander';
import type { Recipe, RecipeSettings } from '../../models/recipes.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { ExpectedRun } from '../../runs/expectedRun.ts';
import type { RunEvent } from '../../runs/performRun.ts';
import type { RunConditions, TrainRequest } from '../../runs/trainRun.ts';
import { gentleInterrupt } from '../interrupt.ts';
import { resolveModel, runFolderOf } from '../models.ts';
import {
  addBackendOptions,
  type BackendOptions,
  type Interval,
  jsonOption,
  numberOption,
  openOptionsOf,
  parseInterval,
  parseScheduleWords,
} from '../options.ts';
import { openOutput } from '../output.ts';
import { downloadLine, openLive } from '../progress.ts';
import { goOnUnread } from '../streams.ts';
import { trainingPrinter } from '../trainingPrinter.ts';
import { unreadableNotes } from '../unreadable.ts';

const EXAMPLES = `
MODEL is the name of a model (lenet5), a model.json, or the folder of a run.

Examples:
  $ fovea train lenet5                                      on the built-in digits
  $ fovea train lenet5 --data mnist --epochs 3 --batch-size 128 --validation-split 0.2 --seed 1
  $ fovea train lenet5 --optimizer sgd --learning-rate 0.1 --momentum 0.9 --schedule cosine
  $ fovea train lenet5 --data mnist --epochs 50 --validation-split 0.1 --patience 5 --name patient
  $ fovea train lenet5-1998 --data mnist --recipe paper     as in 1998
  $ fovea train alexnet-cifar10 --data cifar10 --recipe text --augment cifar
  $ fovea train alexnet,classes=12 --data folder:pictures --recipe paper --augment alexnet
  $ fovea train lenet5 --resume --epochs 20                 go on with runs/lenet5
  $ fovea train my-model.json --data mnist --json | jq .    one JSON object per line

Ctrl-C stops after the step that runs and saves a checkpoint; --resume goes on, to the same bits.`;

interface Options extends BackendOptions {
  readonly data: string;
  readonly augment?: string;
  readonly workers?: number;
  readonly strict?: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  readonly validationSplit: number;
  readonly seed: number;
  readonly recipe?: string;
  readonly shuffle: boolean;
  readonly shuffleOnce?: boolean;
  readonly watchTest?: boolean;
  readonly loss?: string;
  readonly optimizer: string;
  readonly learningRate?: number;
  readonly mu?: number;
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
    .option('--data <name>', 'a data set, folder:PATH or shards:GLOB', 'digits')
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
  for (const option of pictureOptions()) command.addOption(option);
  for (const option of learningOptions()) command.addOption(option);
  for (const option of placeOptions()) command.addOption(option);
  return addBackendOptions(command)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(train);
}

function pictureOptions(): Option[] {
  return [
    new Option('--augment <list>', 'alexnet, cifar, none, or a list such as translate=4,flip'),
    numberOption('threads', '--workers <n>', 'threads that read and augment ahead (default: 1)'),
    new Option('--strict', 'stop at a picture that cannot be read instead of skipping it'),
  ];
}

function learningOptions(): Option[] {
  return [
    new Option(
      '--recipe <name>',
      'train as published (paper), or as many texts do (text); what you say beside it counts more',
    ),
    new Option('--no-shuffle', 'keep the pictures in their order'),
    new Option('--watch-test', 'measure the test set after each epoch too, for curves'),
    new Option('--shuffle-once', 'one random order for all epochs').conflicts('noShuffle'),
    new Option('--loss <name>', 'what training lowers (default: cross-entropy; map for distances)'),
    new Option('--optimizer <name>', 'adam, adamw, sgd or levenbergMarquardt').default('adam'),
    numberOption('positive', '--learning-rate <x>', "default: the optimizer's own"),
    numberOption('positive', '--mu <x>', 'of levenbergMarquardt'),
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
    new Option(
      '--checkpoint-every <n>',
      'within an epoch too: 200 (batches) or 30s, less often where saving is slow',
    )
      .argParser(parseInterval)
      .default({ seconds: 30 }, '30s'),
  ];
}

async function train(model: string, options: Options, command: Command): Promise<void> {
  const output = openOutput(options.json === true);
  goOnUnread();
  const interrupt = gentleInterrupt(output.note);
  const live = await openLive();
  try {
    const say = output.json ? output.note : output.text;
    const events = await start(model, options, command, say, {
      signal: interrupt.signal,
      checkpointEvery: options.checkpointEvery,
      backend: openOptionsOf(options),
      reading: {
        workers: options.workers,
        strict: options.strict,
        onUnreadable: unreadableNotes((words) => {
          live.clear();
          output.note(words);
        }),
      },
      load: {
        onProgress: (progress) => live.show(downloadLine(progress)),
        onNote: output.note,
      },
    });
    const show = trainingPrinter(output, live);
    for await (const event of events) {
      if (event.type === 'start') interrupt.listen(); // from here on there is something to save
      show(event);
    }
  } finally {
    live.clear();
    interrupt.release();
  }
}

async function start(
  model: string,
  options: Options,
  command: Command,
  say: (words: string) => void,
  conditions: RunConditions,
): Promise<AsyncGenerator<RunEvent>> {
  const { defaultsOf, recipeOf } = await import('../../models/recipes.ts');
  const { name } = await resolveModel(model);
  const recipe: Partial<Recipe> & Pick<Recipe, 'settings'> =
    options.recipe === undefined ? { settings: defaultsOf(name) } : recipeOf(name, options.recipe);
  if (recipe.says !== undefined) say(`Recipe "${options.recipe}": ${recipe.says}`);
  const spec = await resolveModel(model, recipe.model);
  const folder = runFolderOf(options, name);
  const { trainRun, resumeRun } = await import('../../runs/trainRun.ts');
  if (options.resume !== true) {
    const request = requestOf(options, recipe.settings, command);
    return trainRun({ ...request, ...conditions, spec, folder });
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
      ...said('learningRate', 'mu', 'momentum', 'nesterov', 'weightDecay'),
    },
    schedule: { ...said('schedule').schedule },
    ...said('augment'),
  };
}

function renamed(from: Record<string, unknown>, name: string, to: string): Record<string, unknown> {
  return name in from ? { [to]: from[name] } : {};
}

/** What the command line says, then the recipe, then the defaults. */
function requestOf(
  options: Options,
  recipe: RecipeSettings,
  command: Command,
): Omit<TrainRequest, 'spec' | 'folder'> {
  const { data, trainCount, testCount, overwrite = false } = options;
  const { augment = recipe.augment } = options;
  const { seed, patience = recipe.patience, loss = recipe.loss, shuffleOnce } = options;
  const isSaid = (name: keyof Options) => command.getOptionValueSource(name) === 'cli';
  const pick = <K extends 'epochs' | 'batchSize' | 'validationSplit' | 'shuffle'>(name: K) =>
    isSaid(name) ? options[name] : (recipe[name] ?? options[name]);
  const epochs = pick('epochs');
  const { schedule } = isSaid('schedule') ? options : { ...options, ...recipe };
  return {
    data,
    augment,
    trainCount,
    testCount,
    overwrite,
    settings: {
      validationSplit: pick('validationSplit'),
      epochs,
      batchSize: pick('batchSize'),
      seed,
      shuffle: shuffleOnce === true ? 'once' : pick('shuffle'),
      optimizer: optimizerFrom(options, isSaid('optimizer') ? undefined : recipe.optimizer),
      // A cosine without a duration takes the whole run.
      schedule:
        schedule.kind === 'cosine' ? Object.assign({ duration: epochs }, schedule) : schedule,
      watchTest: options.watchTest ?? recipe.watchTest ?? false,
      ...(loss === undefined ? {} : { loss }),
      ...(patience === undefined ? {} : { patience }),
    },
  };
}

function optimizerFrom(options: Options, recipe: RecipeSettings['optimizer']) {
  const { optimizer: kind, learningRate, mu, momentum, nesterov, weightDecay } = options;
  const given = Object.entries({ learningRate, mu, momentum, nesterov, weightDecay });
  return {
    ...(recipe ?? { kind }),
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  };
}
