/**
 * @file `fovea bench`: how long a training step or an inference takes, and where the time goes.
 *
 * Next stop: `bench/workloads.ts`.
 */
import { Command, Option } from 'commander';
import type { Executable, Session } from '../../backends/backend.ts';
import { UsageError, unknownName } from '../../base/errors.ts';
import { formatBytes } from '../../base/units.ts';
import type { Profile } from '../../bench/profile.ts';
import type { Mode } from '../../bench/workloads.ts';
import {
  addBackendOptions,
  type BackendOptions,
  jsonOption,
  numberOption,
  openOptionsOf,
} from '../options/options.ts';
import { clusterOption, gradientsOption, precisionOption } from '../options/trainingOptions.ts';
import { type Output, openOutput, table } from '../terminal/output.ts';
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

interface Options extends BackendOptions {
  readonly batch?: number;
  readonly mode: Mode;
  readonly seconds: number;
  readonly profile?: boolean;
  readonly kernels?: boolean;
  readonly ops?: string | true;
  readonly precision?: 'float32' | 'float16';
  readonly peer?: string;
  readonly cluster: 'auto' | 'mpi' | 'none';
  readonly gradients?: 'float32' | 'float16';
  readonly simulateCluster?: boolean;
  readonly stepMs?: number;
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
    const { benchRanks } = await import('../benchRanks.ts');
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
  const [{ workloadOf, workloadNames }, { measure, measureOnDevice }, { openSession }] =
    await Promise.all([
      import('../../bench/workloads.ts'),
      import('../../bench/measure.ts'),
      import('../../backends/select.ts'),
    ]);
  if (options.kernels === true) return benchKernels(output, options);
  if (options.ops !== undefined) return benchOps(output, options);
  if (name === undefined) {
    throw new UsageError({
      problem: 'no workload given',
      expected: `one of ${workloadNames.join(', ')}`,
    });
  }
  const workload = workloadOf(name);
  const { precisionOf } = await import('../../nn/precision/choice.ts');
  const session = await openSession(openOptionsOf(options));
  try {
    if (options.simulateCluster === true) {
      const { benchSimulated } = await import('../benchRanks.ts');
      return await benchSimulated(output, session, name, options);
    }
    const { mode, batch = workload.batch } = options;
    const precision = await precisionOf(options.precision);
    const { executable, run } = workload.prepare(session, mode, batch, precision);
    const { backend, threads, plan } = session;
    await compiled(executable);
    if (options.profile === true) {
      return await benchProfile(output, session, executable, options);
    }
    output.note(planLine(plan));
    const { ready, finished } = executable;
    const budget = { budgetMs: options.seconds * 1000 };
    const timing =
      ready === undefined || finished === undefined
        ? measure(run, budget)
        : await measureOnDevice(run, { ready, finished }, budget);
    output.data({
      event: 'timing',
      ...(options.peer === undefined ? {} : { peer: options.peer }),
      workload: name,
      mode,
      batch,
      ...(options.precision === undefined ? {} : { precision: options.precision }),
      threads,
      ...timing,
      memoryBytes: executable.arenaBytes,
      plan,
      backend,
    });
    output.text(
      `${name} ${mode}, batch ${batch}: median ${milliseconds(timing.medianMs)}, best ${milliseconds(timing.minMs)}, ${timing.n} runs; ${formatBytes(executable.arenaBytes)} beside the states`,
    );
  } finally {
    await session.close();
  }
}

/** Waits until a device has compiled the program, and says so to a person who waits too. */
async function compiled({ newKernels = 0, ready }: Executable): Promise<void> {
  if (newKernels === 0) return;
  const { compilingLine, openLive } = await import('../terminal/progress.ts');
  const live = await openLive();
  live.show(compilingLine(newKernels));
  try {
    await ready?.();
  } finally {
    live.clear();
  }
}

const milliseconds = (ms: number): string => `${ms.toFixed(ms < 1 ? 4 : 3)} ms`;

async function benchProfile(
  output: Output,
  session: Session,
  executable: Executable,
  { seconds }: Options,
): Promise<void> {
  const { deviceProfileOf, profileOf } = await import('../../bench/profile.ts');
  const { profileOnDevice } = executable;
  if (profileOnDevice === undefined)
    return printProfile(output, profileOf(session, executable, seconds * 1000), 'one thread');
  output.note(planLine(session.plan));
  executable.run();
  printProfile(output, await deviceProfileOf({ profileOnDevice }, seconds * 1000), 'the adapter');
}

/**
 * Each kernel alone: its time, its rates, and how near they come to what the machine gives.
 *
 * @param by who did it: "one thread"
 */
export function printProfile(output: Output, profile: Profile, by: string): void {
  const { kernels, totalMs, peakMultiplyAdds, peakBytes } = profile;
  for (const kernel of kernels) output.data({ event: 'kernel', ...kernel });
  output.data({ event: 'profile', totalMs, peakMultiplyAdds, peakBytes });
  const percent = (share: number, digits = 0): string => `${(100 * share).toFixed(digits)} %`;
  output.text(
    table(
      [
        ['kernel', 'computes', 'ms', 'share', 'G madd/s', 'of peak', 'MB', 'GB/s', 'of peak'],
        ...kernels.map((kernel) => [
          kernel.family,
          kernel.name.length > 50 ? `${kernel.name.slice(0, 49)}…` : kernel.name,
          kernel.medianMs.toFixed(4),
          percent(kernel.share, 1),
          (kernel.multiplyAdds / kernel.medianMs / 1e6).toFixed(1),
          percent(kernel.ofArithmetic),
          (kernel.bytes / 1e6).toFixed(2),
          (kernel.bytes / kernel.medianMs / 1e6).toFixed(1),
          // More than memory gives came from a cache.
          kernel.ofMemory > 1 ? 'from cache' : percent(kernel.ofMemory),
        ]),
      ],
      2,
    ),
  );
  const multiplyAdds = kernels.reduce((sum, kernel) => sum + kernel.multiplyAdds, 0);
  const rate = multiplyAdds / totalMs;
  output.text(
    `all kernels, ${by}: ${milliseconds(totalMs)}, ${(rate / 1e6).toFixed(1)} G madd/s, ${percent(rate / peakMultiplyAdds)} of peak`,
  );
  output.text(
    `peaks of ${by}: ${(peakMultiplyAdds / 1e6).toFixed(1)} G madd/s on registers, ${(peakBytes / 1e6).toFixed(1)} GB/s copied between memory too large for caches`,
  );
}

/** The matrix product kernel against multiply-adds on registers alone: with and without fused pairs, or on a device. */
async function benchKernels(output: Output, options: Options): Promise<void> {
  const { deviceKernelShares, kernelShares } = await import('../../bench/kernels.ts');
  const budgetMs = options.seconds * 1000;
  const onDevice = async () => {
    const { openSession } = await import('../../backends/select.ts');
    await using session = await openSession(openOptionsOf(options));
    output.note(planLine(session.plan));
    return deviceKernelShares(session, budgetMs);
  };
  const rows = options.backend === 'webgpu' ? await onDevice() : await kernelShares(budgetMs);
  for (const row of rows) output.data({ event: 'share', ...row });
  output.text(
    table([
      ['plan', 'matmul', 'GFLOP/s', 'peak', 'share'],
      ...rows.map(({ plan, size, gflops, peak, share }) => [
        plan,
        size,
        gflops.toFixed(1),
        peak.toFixed(1),
        `${(100 * share).toFixed(0)} %`,
      ]),
    ]),
  );
}

/** Every op by its plain loops and up the ladder; times with how many times as fast they are. */
async function benchOps(output: Output, { ops, threads }: Options): Promise<void> {
  const { opLadders } = await import('../../bench/ops.ts');
  const ladders = await opLadders({
    ...(threads === undefined ? {} : { threads }),
    ...(typeof ops === 'string' ? { only: ops } : {}),
    onRung: (rung) => output.note(`${rung} ...`),
  });
  if (ladders.length === 0) {
    const { ops: known } = await import('../../ops/index.ts');
    throw unknownName('op', String(ops), Object.keys(known), true);
  }
  for (const ladder of ladders) output.data({ event: 'ladder', ...ladder });
  const rungs = [...new Set(ladders.flatMap((ladder) => ladder.rungs.map(({ rung }) => rung)))];
  output.text(
    table(
      [
        ['op', 'on', 'plain loops', ...rungs],
        ...ladders.map((ladder) => [
          ladder.op,
          ladder.size,
          `${ladder.plainMs.toFixed(1)} ms`,
          ...rungs.map((name) => {
            const found = ladder.rungs.find(({ rung }) => rung === name);
            return found === undefined
              ? ''
              : `${found.ms.toFixed(3)} ms ${`${found.ratio.toFixed(0)}x`.padStart(6)}`;
          }),
        ]),
      ],
      2,
    ),
  );
  output.text(
    'x: times as fast as the plain loops; each rung gave their numbers before it was timed',
  );
}
