/**
 * @file `fovea bench WORKLOAD` in one process: a step or an inference timed, whole or kernel by kernel.
 *
 * Next stop: `bench/workloads.ts`, `bench/measure.ts`.
 */
import type { Executable } from '../../backends/backend.ts';
import { openSession } from '../../backends/select.ts';
import { UsageError } from '../../base/errors.ts';
import { formatBytes } from '../../base/units.ts';
import { measure, measureOnDevice } from '../../bench/measure.ts';
import { type Mode, workloadNames, workloadOf } from '../../bench/workloads.ts';
import { precisionOf } from '../../nn/precision/choice.ts';
import { type BackendOptions, openOptionsOf } from '../options/options.ts';
import type { Output } from '../terminal/output.ts';
import { compilingLine, openLive } from '../terminal/progress.ts';
import { milliseconds, planLine } from '../terminal/words.ts';
import { benchProfile } from './profile.ts';

export interface WorkloadOptions extends BackendOptions {
  readonly batch?: number;
  readonly mode: Mode;
  readonly seconds: number;
  readonly profile?: boolean;
  readonly precision?: 'float32' | 'float16';
  /** A name for the line of JSON. */
  readonly peer?: string;
  readonly simulateCluster?: boolean;
  readonly stepMs?: number;
}

export async function benchWorkload(
  output: Output,
  name: string | undefined,
  options: WorkloadOptions,
): Promise<void> {
  if (name === undefined) {
    throw new UsageError({
      problem: 'no workload given',
      expected: `one of ${workloadNames.join(', ')}`,
    });
  }
  const workload = workloadOf(name);
  await using session = await openSession(openOptionsOf(options));
  if (options.simulateCluster === true) {
    const { benchSimulated } = await import('./ranks.ts');
    return benchSimulated(output, session, name, options);
  }
  const { mode, batch = workload.batch, seconds } = options;
  const precision = await precisionOf(options.precision);
  const { executable, run } = workload.prepare(session, mode, batch, precision);
  await compiled(executable);
  if (options.profile === true) return benchProfile(output, session, executable, seconds);
  const { backend, threads, plan } = session;
  output.note(planLine(plan));
  const timing = await timingOf(executable, run, seconds * 1000);
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
}

/** A device is asked when it has finished; threads have when the call returns. */
async function timingOf({ ready, finished }: Executable, run: () => void, budgetMs: number) {
  if (ready === undefined || finished === undefined) return measure(run, { budgetMs });
  return measureOnDevice(run, { ready, finished }, { budgetMs });
}

/** Waits until a device has compiled the program, and says so to a person who waits too. */
async function compiled({ newKernels = 0, ready }: Executable): Promise<void> {
  if (newKernels === 0) return;
  const live = await openLive();
  live.show(compilingLine(newKernels));
  try {
    await ready?.();
  } finally {
    live.clear();
  }
}
