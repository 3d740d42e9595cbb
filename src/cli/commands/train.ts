/**
 * @file `fovea train`: reads the options, runs `trainRun` or `resumeRun`, prints what they tell.
 *
 * Next stop: `runs/trainRun.ts`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import type { Recipe } from '../../models/recipes.ts';
import type { RunEvent } from '../../records/performRun.ts';
import type { RunRecord } from '../../records/runRecord.ts';
import type { RunConditions } from '../../runs/trainRun.ts';
import { commandOf } from '../commandOf.ts';
import {
  resolveModel,
  resolveModelToTrain,
  resolveRun,
  runFolderOf,
  withGivenInput,
} from '../models.ts';
import { settingsHelp } from '../options/optimizerOptions.ts';
import { addBackendOptions, jsonOption, numberOption, openOptionsOf } from '../options/options.ts';
import { type TrainingOptions, trainingOptions } from '../options/trainingOptions.ts';
import { requestOf, saidAgain } from '../options/trainingRequest.ts';
import { gentleInterrupt } from '../terminal/interrupt.ts';
import { openOutput } from '../terminal/output.ts';
import { downloadLine, openLive } from '../terminal/progress.ts';
import { goOnUnread } from '../terminal/streams.ts';
import { unreadableNotes } from '../terminal/unreadable.ts';
import { wrapped } from '../terminal/wrap.ts';
import { trainingPrinter } from '../trainingPrinter.ts';

const EXAMPLES = `
MODEL is the name of a model (lenet5), a model.json, or the folder of a run. A name may say what is to
be another: lenet5,classes=3,input=32x32x3,activation=relu,pooling=max. Without classes=N a model that is
named answers for the classes of the data.

The folder of a run begins with its weights, on its data, in a run of its own (runs/NAME-tuned). Where the
data have other classes, the last layer is drawn anew. FOLDER/model.json alone begins with drawn weights.

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
  $ fovea train runs/lenet5 --data mnist --learning-rate 0.0003   begin with what runs/lenet5 learned
  $ fovea train runs/lenet5 --data folder:pictures --freeze "conv*"
  $ fovea train lenet5,activation=relu --from lenet5 --name relu  another model, the same first weights
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
    .addHelpText('after', () => `\n${settingsHelp()}\n${EXAMPLES}`)
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
      page: async (finished) => {
        const { finishedPage } = await import('../../report/finished.ts');
        return finishedPage(finished, commandOf);
      },
    });
    const show = trainingPrinter(output, live, model);
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
  if (recipe.says !== undefined) {
    say(wrapped(`Recipe "${options.recipe}": ${recipe.says}`));
  }
  const { spec: own, adapts, run } = await resolveModelToTrain(model, recipe.model);
  const spec = await withGivenInput(own, options.input);
  const { trainRun, resumeRun } = await import('../../runs/trainRun.ts');
  const base = options.from === undefined ? run : resolveRun(options.from);
  const folder = folderOf(options, name, base);
  if (options.resume !== true) {
    const request = requestOf(options, recipe.settings, await recordOf(base), command, say);
    return trainRun({ ...request, ...conditions, spec, adapts, folder, from: base });
  }
  const { isSameFolder } = await import('../../runs/startingFolder.ts');
  const isItself = base !== undefined && isSameFolder(folder, base);
  const epochs = command.getOptionValueSource('epochs') === 'cli' ? options.epochs : undefined;
  const expected = { ...saidAgain(options, command), spec, adapts };
  return resumeRun({
    ...conditions,
    folder,
    epochs,
    expected: base === undefined || isItself ? expected : { ...expected, from: base },
  });
}

/** A run that begins with another has a name of its own; going on with RUN where that is not there is going on with RUN itself. */
function folderOf(options: TrainingOptions, name: string, base: string | undefined): string {
  if (base === undefined) return runFolderOf(options, name);
  const folder = runFolderOf(options, `${path.basename(path.resolve(base))}-tuned`);
  const isNamed = options.name !== undefined || options.out !== undefined;
  return options.resume === true && !isNamed && !existsSync(folder) ? base : folder;
}

/** What a run was trained on and how, where the folder is one. */
async function recordOf(folder: string | undefined): Promise<RunRecord | undefined> {
  if (folder === undefined || !existsSync(path.join(folder, 'run.json'))) return undefined;
  const { RunFolder } = await import('../../runs/folder/runFolder.ts');
  return (await RunFolder.open(folder)).readRecord();
}
