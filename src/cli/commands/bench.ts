/**
 * @file `fovea bench`: how long a training step or an inference takes, and where the time goes.
 *
 * Next stop: `cli/bench/workload.ts`.
 */
import { Command, Option } from 'commander';
import { UsageError } from '../../base/errors.ts';
import type { WorkloadOptions } from '../bench/workload.ts';
import { addBackendOptions, jsonOption, numberOption, openOptionsOf } from '../options/options.ts';
import { clusterOption, gradientsOption, precisionOption } from '../options/trainingOptions.ts';
import { openOutput } from '../terminal/output.ts';
import { planLine } from '../terminal/words.ts';

const EXAMPLES = `
Workloads: every model, with words as for train (lenet5,activation=relu), alexnet-2012, and single layers
pool3s2, avg3s2 (3x3/2 of 32x32x96), conv3x3 (256 to 384, 13x13), conv5x5 (96 to 256, 27x27).

Examples:
  $ fovea bench lenet5 --batch 128 --threads 2
  $ fovea bench lenet5 --batch 1 --mode infer
  $ fovea bench lenet5,activation=relu,pooling=max
  $ fovea bench alexnet-cifar10 --profile          time and rate of every kernel
  $ fovea bench alexnet-2012 --backend webgpu
  $ fovea bench --kernels                          matrix products as a share of the peak
  $ fovea bench --ops                              every op, from plain loops to threads and Winograd
  $ fovea bench --ops conv2d                       those with this in their name
  $ mpirun -n 2 fovea bench lenet5 --cluster mpi   a step over ranks: compute, exchange, overlap
  $ fovea bench alexnet-2012 --simulate-cluster    what 1 to 1,024 ranks would do`;

interface Options extends WorkloadOptions {
  readonly kernels?: boolean;
  readonly ops?: string | true;
  readonly cluster: 'auto' | 'mpi' | 'none';
  readonly gradients?: 'float32' | 'float16';
  readonly json?: boolean;
}

export function command(): Command {
  const described = new Command('bench')
    .description('time a workload: median and best of many runs')
    .argument('[workload]', 'what to time')
    .addOption(
      numberOption('count', '--batch <n>', 'pictures per step (default: the workload says)'),
    )
    .addOption(
      new Option('--mode <mode>', 'train or infer').choices(['train', 'infer']).default('train'),
    )
    .addOption(numberOption('positive', '--seconds <s>', 'time to spend measuring').default(3))
    .option(
      '--profile',
      'time every kernel by itself, on one thread or the adapter, as a share of the measured peaks',
    )
    .option('--kernels', 'matrix products as a share of the peak of emitted multiply-adds')
    .option('--ops [name]', 'the ladder of every op, each rung checked against the plain loops')
    .addOption(precisionOption())
    .addOption(clusterOption())
    .addOption(gradientsOption())
    .option(
      '--simulate-cluster',
      'predict 1 to 1,024 ranks on three networks from a step timed here',
    )
    .addOption(
      numberOption(
        'positive',
        '--step-ms <ms>',
        'of one rank, for --simulate-cluster: measured elsewhere',
      ),
    )
    .addOption(
      new Option('--peer <name>', 'a name for the JSON line, beside lines of other programs'),
    );
  return addBackendOptions(described)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(bench);
}

async function bench(name: string | undefined, options: Options): Promise<void> {
  const { openCluster, failing, silent, threadsOfRank } = await import('../cluster.ts');
  const cluster = await openCluster(options);
  checkPrecision(options, cluster !== undefined);
  if (cluster === undefined) return benchAlone(name, options);
  const { ranks } = cluster;
  const output = ranks.rank === 0 ? openOutput(options.json === true) : silent;
  try {
    const { benchRanks } = await import('../bench/ranks.ts');
    const { openSession } = await import('../../backends/select.ts');
    await using session = await openSession({
      threads: threadsOfRank(),
      ...openOptionsOf(options),
    });
    output.note(planLine(session.plan));
    await benchRanks(output, session, nameOf(name), cluster, options);
    await ranks.close();
  } catch (error) {
    await failing(ranks);
    throw error;
  }
}

/** Options that would go unread are mistakes. */
function checkPrecision(options: Options, hasRanks: boolean): void {
  const { precision, kernels, ops, simulateCluster } = options;
  const isUnread = hasRanks || kernels === true || ops !== undefined || simulateCluster === true;
  if (precision === undefined || !isUnread) return;
  throw new UsageError({
    option: 'precision',
    problem: 'kernels, ops and steps of several ranks are timed in float32',
    expected: 'a model that one process computes',
  });
}

/** Of several ranks, a model must be named. */
function nameOf(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new UsageError({ problem: 'no workload given', expected: 'a model, such as lenet5' });
}

async function benchAlone(name: string | undefined, options: Options): Promise<void> {
  const output = openOutput(options.json === true);
  if (options.kernels === true) {
    const { benchKernels } = await import('../bench/kernels.ts');
    return benchKernels(output, options);
  }
  if (options.ops !== undefined) {
    const { benchOps } = await import('../bench/ops.ts');
    return benchOps(output, options);
  }
  const { benchWorkload } = await import('../bench/workload.ts');
  await benchWorkload(output, name, options);
}
