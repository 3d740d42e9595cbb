/**
 * @file `fovea train`: reads the options, runs `trainRun` or `resumeRun`, prints what they tell.
 *
 * Next stop: `runs/trainRun.ts`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import type { RunEvent } from '../../records/performRun.ts';
import type { RunConditions } from '../../runs/trainRun.ts';
import type { Cluster } from '../../train/events.ts';
import { askedTraining, newRequest, toldOf } from '../askedTraining.ts';
import { failing, openCluster, ranksLine, silent, threadsOfRank } from '../cluster.ts';
import { commandOf } from '../commandOf.ts';
import { checkFinding, findRateOn } from '../foundRate.ts';
import { runFolderOf } from '../models.ts';
import { settingsHelp } from '../options/optimizerOptions.ts';
import { addBackendOptions, jsonOption, numberOption, openOptionsOf } from '../options/options.ts';
import { type TrainingOptions, trainingOptions } from '../options/trainingOptions.ts';
import { saidAgain } from '../options/trainingRequest.ts';
import {
  checkFree,
  finishedRun,
  parseSeeds,
  type SeedResult,
  seedFolder,
  shownToTheEnd,
  showSeeds,
} from '../severalSeeds.ts';
import { gentleInterrupt } from '../terminal/interrupt.ts';
import { openOutput } from '../terminal/output.ts';
import { downloadLine, noLive, openLive } from '../terminal/progress.ts';
import { goOnUnread } from '../terminal/streams.ts';
import { unreadableNotes } from '../terminal/unreadable.ts';
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
  $ fovea train lenet5 --data mnist --find-rate             which learning rate to take
  $ fovea train lenet5 --data mnist --seeds 5               five runs, their mean and spread
  $ fovea train lenet5 --resume --epochs 20                 go on with runs/lenet5
  $ fovea train runs/lenet5 --data mnist --learning-rate 0.0003   begin with what runs/lenet5 learned
  $ fovea train runs/lenet5 --data folder:pictures --freeze "conv*"
  $ fovea train lenet5,activation=relu --from lenet5 --name relu  another model, the same first weights
  $ fovea train lenet5 --data mnist --tensorboard           then: tensorboard --logdir runs
  $ fovea train my-model.json --data mnist --json | jq .    one JSON object per line
  $ mpirun -n 4 fovea train alexnet --data 'shards:train-*.tar'   by four ranks together

Ctrl-C stops after the step that runs and saves a checkpoint; --resume goes on, to the same bits.`;

export function command(): Command {
  return trainCommand()
    .addHelpText('after', () => `\n${settingsHelp()}\n${EXAMPLES}`)
    .action(train);
}

/** Arguments and options, for whoever reads such a command line. */
export function trainCommand(): Command {
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
    )
    .addOption(
      new Option(
        '--seeds <list>',
        'a run for each, NAME-seed1 and so on, and their mean and spread: 3 (1, 2, 3), or 1,5,9',
      )
        .argParser(parseSeeds)
        .conflicts('seed'),
    );
  for (const option of trainingOptions()) command.addOption(option);
  return addBackendOptions(command).addOption(jsonOption());
}

async function train(model: string, options: TrainingOptions, command: Command): Promise<void> {
  let cluster: Cluster | undefined;
  if (options.findRate !== undefined) checkFinding(command);
  try {
    cluster = await openCluster(options);
    await trainOn(cluster, model, options, command);
    await cluster?.ranks.close();
  } catch (error) {
    await failing(cluster?.ranks);
    throw error;
  }
}

async function trainOn(
  cluster: Cluster | undefined,
  model: string,
  options: TrainingOptions,
  command: Command,
): Promise<void> {
  const isFirst = cluster === undefined || cluster.ranks.rank === 0;
  const output = isFirst ? openOutput(options.json === true) : silent;
  if (cluster !== undefined) output.note(ranksLine(cluster));
  goOnUnread();
  const interrupt = gentleInterrupt(output.note);
  const live = isFirst ? await openLive() : noLive;
  try {
    const say = output.json ? output.note : output.text;
    const conditions: RunConditions = {
      signal: interrupt.signal,
      ...(isFirst ? { checkpointEvery: options.checkpointEvery } : {}),
      cluster,
      backend: {
        ...(cluster === undefined ? {} : { threads: threadsOfRank() }),
        ...openOptionsOf(options),
      },
      reading: {
        workers: options.workers,
        strict: options.strict,
        onUnreadable: unreadableNotes((words) => {
          live.clear();
          output.note(words);
        }),
      },
      ...toldOf(options, output.note),
      load: {
        onProgress: (progress) => live.show(downloadLine(progress)),
        onNote: output.note,
      },
      page: async (finished) => {
        const { finishedPage } = await import('../../report/finished.ts');
        return finishedPage(finished, commandOf);
      },
    };
    if (options.findRate !== undefined) {
      interrupt.listen();
      await findRateOn(model, options, command, { output, live, conditions });
      return;
    }
    const results: SeedResult[] = [];
    for (const seed of options.seeds ?? [options.seed]) {
      const begun = await start(model, { ...options, seed }, command, say, conditions);
      const print = trainingPrinter(output, live, model);
      const show = (event: RunEvent): void => {
        if (event.type === 'start') interrupt.listen(); // from here on there is something to save
        print(event);
      };
      const test = begun.finished ?? (await shownToTheEnd(begun.events, show));
      if (test === undefined) return; // stopped
      results.push({ seed, run: begun.folder, test });
    }
    if (options.seeds !== undefined) showSeeds(results, output);
  } finally {
    live.clear();
    interrupt.release();
  }
}

/** A run that goes on as its events are asked for, or of several seeds one that is done already. */
interface Begun {
  readonly folder: string;
  readonly events: AsyncGenerator<RunEvent>;
  readonly finished?: SeedResult['test'] | undefined;
}

async function start(
  model: string,
  options: TrainingOptions,
  command: Command,
  say: (words: string) => void,
  conditions: RunConditions,
): Promise<Begun> {
  const { trainRun, resumeRun } = await import('../../runs/trainRun.ts');
  const asked = await askedTraining(model, options, say);
  const { name, spec, adapts, base } = asked;
  const folder = folderOf(options, name, base);
  const isToResume = options.resume === true && (options.seeds === undefined || existsSync(folder));
  if (!isToResume) {
    const request = await newRequest(asked, options, command, say);
    const events = trainRun({ ...request, ...conditions, spec, adapts, folder, from: base });
    return { folder, events };
  }
  const { isSameFolder } = await import('../../runs/startingFolder.ts');
  const isItself = base !== undefined && isSameFolder(folder, base);
  const epochs = command.getOptionValueSource('epochs') === 'cli' ? options.epochs : undefined;
  const said = { ...saidAgain(options, command), spec, adapts };
  const expected = base === undefined || isItself ? said : { ...said, from: base };
  const finished =
    options.seeds === undefined ? undefined : await finishedRun(folder, epochs, expected);
  if (finished !== undefined) say(`${folder} is finished already`);
  const events = resumeRun({ ...conditions, folder, epochs, expected });
  return { folder, finished, events };
}

/** A run that begins with another has a name of its own; going on with RUN where that is not there is going on with RUN itself. */
function folderOf(options: TrainingOptions, name: string, base: string | undefined): string {
  const { seed, seeds } = options;
  if (seeds !== undefined) {
    const all = runFolderOf(options, base === undefined ? name : tunedName(base));
    const isFirst = seed === seeds[0] && options.resume !== true && options.overwrite !== true;
    if (isFirst) checkFree(seeds.map((each) => seedFolder(all, each)));
    return seedFolder(all, seed);
  }
  if (base === undefined) return runFolderOf(options, name);
  const folder = runFolderOf(options, tunedName(base));
  const isNamed = options.name !== undefined || options.out !== undefined;
  return options.resume === true && !isNamed && !existsSync(folder) ? base : folder;
}

const tunedName = (base: string): string => `${path.basename(path.resolve(base))}-tuned`;
