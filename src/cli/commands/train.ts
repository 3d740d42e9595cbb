/**
 * @file `fovea train`: reads the options, runs `trainRun` or `resumeRun`, prints what they tell.
 *
 * Next stop: `runs/trainRun.ts`.
 */
import { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import type { Recipe, RecipeSettings } from '../../models/recipes.ts';
import type { ExpectedRun } from '../../runs/expectedRun.ts';
import type { RunEvent } from '../../runs/performRun.ts';
import type { RunConditions, TrainRequest } from '../../runs/trainRun.ts';
import { gentleInterrupt } from '../interrupt.ts';
import { resolveModel, resolveModelToTrain, runFolderOf, withGivenInput } from '../models.ts';
import { addBackendOptions, jsonOption, numberOption, openOptionsOf } from '../options.ts';
import { openOutput } from '../output.ts';
import { downloadLine, openLive } from '../progress.ts';
import { goOnUnread } from '../streams.ts';
import { type TrainingOptions, trainingOptions } from '../trainingOptions.ts';
import { trainingPrinter } from '../trainingPrinter.ts';
import { unreadableNotes } from '../unreadable.ts';

const EXAMPLES = `
MODEL is the name of a model (lenet5), a model.json, or the folder of a run. A name may say what is to
be another: lenet5,classes=3,input=32x32x3,activation=relu,pooling=max. Without classes=N a model that is
named answers for the classes of the data.

Examples:
  $ fovea train lenet5                                      on the built-in digits
  $ fovea train lenet5 --data mnist --epochs 3 --batch-size 128 --validation-split 0.2 --seed 1
  $ fovea train lenet5 --optimizer sgd --learning-rate 0.1 --momentum 0.9 --schedule cosine
  $ fovea train lenet5 --optimizer sgd,learningRate=0.1,momentum=0.9 --schedule step,every=5,factor=0.5
  $ fovea train lenet5,activation=relu,pooling=max --data folder:pictures --input 32x32x3
  $ fovea train lenet5 --data mnist --epochs 50 --validation-split 0.1 --patience 5 --name patient
  $ fovea train lenet5-1998 --data mnist --recipe paper     as in 1998
  $ fovea train alexnet-cifar10 --data cifar10 --recipe text --augment cifar
  $ fovea train alexnet,classes=12 --data folder:pictures --recipe paper --augment alexnet
  $ fovea train lenet5 --resume --epochs 20                 go on with runs/lenet5
  $ fovea train my-model.json --data mnist --json | jq .    one JSON object per line

Ctrl-C stops after the step that runs and saves a checkpoint; --resume goes on, to the same bits.`;

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
  for (const option of trainingOptions()) command.addOption(option);
  return addBackendOptions(command)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(train);
}

async function train(model: string, options: TrainingOptions, command: Command): Promise<void> {
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
  options: TrainingOptions,
  command: Command,
  say: (words: string) => void,
  conditions: RunConditions,
): Promise<AsyncGenerator<RunEvent>> {
  const { defaultsOf, recipeOf } = await import('../../models/recipes.ts');
  const { name } = await resolveModel(model);
  const recipe: Partial<Recipe> & Pick<Recipe, 'settings'> =
    options.recipe === undefined ? { settings: defaultsOf(name) } : recipeOf(name, options.recipe);
  if (recipe.says !== undefined) say(`Recipe "${options.recipe}": ${recipe.says}`);
  const resolved = await resolveModelToTrain(model, recipe.model);
  const { adapts } = resolved;
  const spec = await withGivenInput(resolved.spec, options.input);
  const folder = runFolderOf(options, name);
  const { trainRun, resumeRun } = await import('../../runs/trainRun.ts');
  if (options.resume !== true) {
    const request = requestOf(options, recipe.settings, command);
    return trainRun({ ...request, ...conditions, spec, adapts, folder });
  }
  const epochs = command.getOptionValueSource('epochs') === 'cli' ? options.epochs : undefined;
  return resumeRun({
    ...conditions,
    folder,
    epochs,
    expected: { ...saidAgain(options, command), spec, adapts },
  });
}

/** What the command line says of a run that is there already: it must be what the run was begun with. */
function saidAgain(options: TrainingOptions, command: Command): ExpectedRun {
  const said = <K extends keyof TrainingOptions>(...names: readonly K[]) =>
    Object.fromEntries(
      names
        .filter((name) => command.getOptionValueSource(name) === 'cli')
        .map((name) => [name, options[name]]),
    );
  return {
    data: { ...said('trainCount', 'testCount'), ...renamed(said('data'), 'data', 'name') },
    settings: said('batchSize', 'validationSplit', 'seed', 'shuffle', 'loss', 'patience'),
    optimizer: {
      ...said('optimizer').optimizer,
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
  options: TrainingOptions,
  recipe: RecipeSettings,
  command: Command,
): Omit<TrainRequest, 'spec' | 'folder'> {
  const { data, trainCount, testCount, overwrite = false } = options;
  const { augment = recipe.augment } = options;
  const { seed, patience = recipe.patience, loss = recipe.loss, shuffleOnce } = options;
  const isSaid = (name: keyof TrainingOptions) => command.getOptionValueSource(name) === 'cli';
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

function optimizerFrom(options: TrainingOptions, recipe: RecipeSettings['optimizer']) {
  const { optimizer, learningRate, mu, momentum, nesterov, weightDecay } = options;
  const flags = { learningRate, mu, momentum, nesterov, weightDecay };
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  for (const [name] of given) {
    if (!Object.hasOwn(optimizer, name)) continue;
    throw new UsageError({
      option: name,
      problem: 'is said twice, in --optimizer too',
      expected: 'one of the two',
    });
  }
  return { ...(recipe ?? optimizer), ...Object.fromEntries(given) };
}
