/**
 * @file `fovea sweep`: one training with many settings, and which of them are best.
 *
 * Next stops: `sweep/askedSweep.ts`; `sweeps/runSweep.ts`, which runs one.
 */
import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { UsageError } from '../../base/errors.ts';
import type { Collectives } from '../../cluster/collectives.ts';
import { commandWords } from '../../sweeps/commandWords.ts';
import { runSweep, type SweepRequest } from '../../sweeps/runSweep.ts';
import { type Share, shareOf } from '../../sweeps/share.ts';
import { failing, openCluster, silent, threadsOfRank } from '../cluster.ts';
import { jsonOption, numberOption } from '../options/options.ts';
import { parseSeeds } from '../severalSeeds.ts';
import { askedSweep, checkSweep, type SweepOptions } from '../sweep/askedSweep.ts';
import { fetchData } from '../sweep/fetchData.ts';
import { sweepPrinter } from '../sweep/sweepPrinter.ts';
import type { TrialSetup } from '../sweep/trialProcess.ts';
import { gentleInterrupt } from '../terminal/interrupt.ts';
import { openOutput } from '../terminal/output.ts';
import { noLive, openLive } from '../terminal/progress.ts';
import { goOnUnread } from '../terminal/streams.ts';
import { quoted, self } from '../terminal/words.ts';

const EXAMPLES = `
WHAT is a model, beside --grid, or a file that says what to search (docs/sweep.md); with --resume the name of a sweep
that was begun. Options of fovea train are those of every run: --data, --epochs, --optimizer and so on.

--grid takes options of fovea train with their values: 'learning-rate=0.001,0.003 batch-size=64,128', values with
commas in them apart by |: 'optimizer=adam|sgd,momentum=0.9'. model=... searches models, conv2d.filters=... options of a
layer, model.activation=... of the model. With --random values are drawn, from ranges too: learning-rate=1e-4..1e-1.

Every run is a run like any other, in sweeps/NAME/runs/. What is best is judged by validation pictures, a tenth of the
training pictures unless --validation-split says another share; the test set decides nothing.

Examples:
  $ fovea sweep lenet5 --data mnist --epochs 5 --grid 'learning-rate=0.001,0.003 batch-size=64,128' --seeds 3
  $ fovea sweep lenet5 --data mnist --epochs 9 --grid 'learning-rate=1e-4..1e-1 batch-size=16..256:log' --random 20
  $ fovea sweep lenet5 --epochs 27 --grid 'learning-rate=1e-4..1e-1' --random 30 --halving
  $ fovea sweep search.json --jobs 4
  $ fovea sweep lenet5 --resume                             go on with sweeps/lenet5, or write its results anew
  $ mpirun -n 8 fovea sweep search.json                     runs dealt out to ranks
  $ sbatch --array=0-7 --wrap 'fovea sweep search.json --array'   then: fovea sweep search --resume

Ctrl-C stops all runs with a checkpoint; --resume goes on, and runs nothing twice.`;

export function command(): Command {
  return new Command('sweep')
    .description('train with many settings, and say which are best')
    .argument('<what>', 'a model, a file that says what to search, or with --resume a sweep')
    .usage('<what> [options] [options of fovea train]')
    .option('--grid <space>', 'what is searched: every combination of these values')
    .addOption(numberOption('count', '--random <n>', 'draw n combinations instead'))
    .addOption(
      new Option('--seeds <list>', 'runs of each combination: 3 (1, 2, 3), or 1,5,9').argParser(
        parseSeeds,
      ),
    )
    .addOption(numberOption('seed', '--seed <n>', 'of the draws, and of runs without --seeds'))
    .addOption(
      new Option(
        '--halving [epochs]',
        'successive halving (ASHA): all train for so many epochs (default: 1), the best go on',
      ).argParser(parseHalving),
    )
    .addOption(
      numberOption(
        'count',
        '--eta <n>',
        'with --halving: one of n goes on, n times as long (default: 3)',
      ),
    )
    .addOption(
      new Option('--judge <measure>', 'of the validation pictures (default: accuracy)').choices([
        'accuracy',
        'loss',
      ]),
    )
    .addOption(
      numberOption(
        'threads',
        '--jobs <n>',
        'runs at the same time (default: 2 where there are 2 cores)',
      ),
    )
    .option('--name <name>', 'save in sweeps/NAME (default: name of the model or the file)')
    .option('--out <folder>', 'save in this folder')
    .option('--resume', 'go on with a sweep that is there')
    .option('--array [task]', 'do a share: that of a Slurm array task, or 3/8, the third of eight')
    .addOption(
      new Option(
        '--cluster <kind>',
        'mpi: ranks that mpirun or srun started share the runs; none; auto: mpi where there are ranks',
      )
        .choices(['auto', 'mpi', 'none'])
        .default('auto'),
    )
    .addOption(jsonOption())
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText('after', EXAMPLES)
    .action(sweep);
}

/** Without a number commander says true. */
function parseHalving(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError({
    option: 'halving',
    problem: `received "${text}"`,
    expected: 'the epochs that all train for, such as 1, or nothing behind it',
  });
}

async function sweep(what: string, options: SweepOptions, command: Command): Promise<void> {
  let ranks: Collectives | undefined;
  try {
    ranks = (await openCluster({ cluster: options.cluster, gradients: 'float32' }))?.ranks;
    await sweepOn(ranks, what, options, command.args.slice(1));
    await ranks?.close();
  } catch (error) {
    await failing(ranks);
    throw error;
  }
}

async function sweepOn(
  ranks: Collectives | undefined,
  what: string,
  options: SweepOptions,
  words: readonly string[],
): Promise<void> {
  const isFirst = ranks === undefined || ranks.rank === 0;
  const output = isFirst ? openOutput(options.json === true) : silent;
  const { spec, folder } = await askedSweep(what, words, options);
  const { data, epochs } = await checkSweep(spec);
  const share = shareIn(options, ranks);
  goOnUnread();
  const live = isFirst ? await openLive() : noLive;
  const stopping = 'Stopping all runs with a checkpoint (once more to leave at once) ...';
  const interrupt = gentleInterrupt(output.note, stopping);
  try {
    await fetchData(data, output, live);
    const cores = availableParallelism();
    const { jobs = ranks === undefined ? Math.min(2, cores) : 1 } = options;
    const threads = ranks === undefined ? Math.max(1, Math.floor(cores / jobs)) : threadsOfRank();
    const setup: TrialSetup = { threads };
    const goOn = `${self()} sweep ${quoted(folder)} --resume`;
    const print = sweepPrinter(output, live, { spec, jobs, goOn });
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const request: SweepRequest = {
      ...{ spec, folder, epochs, jobs, setup, share },
      resumes: options.resume === true,
      module: new URL(`../sweep/trialProcess.${extension}`, import.meta.url),
      signal: interrupt.signal,
      onNews: print.news,
      command: commandWords(spec)?.reduce((all, word) => `${all} ${quoted(word)}`, 'fovea sweep'),
    };
    interrupt.listen();
    let isStopped = false;
    for await (const event of runSweep(request)) {
      isStopped ||= event.type === 'stopped';
      if (event.type === 'shared' && ranks !== undefined)
        output.note('Waiting for the other ranks ...');
      else print.event(event);
    }
    if (ranks === undefined || (await anyOf(ranks, isStopped)) || ranks.rank > 0) return;
    // All ranks are through: what they did is joined.
    for await (const event of runSweep({ ...request, share: undefined, resumes: true })) {
      if (event.type === 'done') print.event(event);
    }
  } finally {
    live.clear();
    interrupt.release();
  }
}

function shareIn({ array }: SweepOptions, ranks: Collectives | undefined): Share | undefined {
  if (ranks !== undefined) return { index: ranks.rank, of: ranks.size };
  return array === undefined ? undefined : shareOf(array, process.env);
}

/** Whether it is so on any rank; waits for all of them. */
async function anyOf(ranks: Collectives, isSo: boolean): Promise<boolean> {
  const count = Float64Array.of(isSo ? 1 : 0);
  await ranks.allReduce(count);
  return (count[0] ?? 0) > 0;
}
