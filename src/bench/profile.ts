/**
 * @file Where a program's time goes: each kernel alone on one thread, as a share of the machine's peaks.
 *
 * Both peaks, of the backend's own loops, are measured in the same run, before and after the kernels. Arithmetic
 * is counted as the kernel does it: Winograd's convolutions do fewer multiply-adds than the sums they stand
 * for. Bytes count each value that a kernel reads or writes once; where one stayed in a cache the share of
 * the memory's peak may pass 100 %. Next stop: `measure.ts`.
 */
import type { DeviceProfile, Executable, Session } from '../backends/backend.ts';
import { advice, setting, UsageError } from '../base/errors.ts';
import { measure } from './measure.ts';

export interface KernelTime {
  readonly family: string;
  /** The node it computes. */
  readonly name: string;
  readonly medianMs: number;
  /** Of the time of all kernels. */
  readonly share: number;
  readonly multiplyAdds: number;
  readonly bytes: number;
  /** Of the peak of multiply-adds. */
  readonly ofArithmetic: number;
  /** Of the peak of memory. */
  readonly ofMemory: number;
  readonly plan: Readonly<Record<string, unknown>>;
}

export interface Profile {
  readonly kernels: readonly KernelTime[];
  readonly totalMs: number;
  /** Multiply-adds per millisecond that emitted code reaches on registers alone. */
  readonly peakMultiplyAdds: number;
  /** Bytes per millisecond, read and written, of a copy that no cache holds. */
  readonly peakBytes: number;
}

/** Share of the budget that measuring the two peaks gets. */
const FOR_PEAKS = 0.2;

export function profileOf(session: Session, executable: Executable, budgetMs: number): Profile {
  if (executable.profile === undefined) {
    throw new UsageError({
      option: 'profile',
      problem: `the ${session.backend} backend has no kernels to time`,
      expected: 'the wasm or the webgpu backend',
      fix: advice`leave ${setting('backend')} away`,
    });
  }
  const { kernels, peaks: peakLoops } = executable.profile();
  const { arithmetic, memory } = peakLoops();
  const peaks = () => ({
    arithmetic: arithmetic.flops / 2 / best(arithmetic.run),
    memory: memory.bytes / best(memory.run),
  });
  const best = (run: () => void) => measure(run, { budgetMs: (budgetMs * FOR_PEAKS) / 4 }).minMs;
  const before = peaks();
  const each = (budgetMs * (1 - FOR_PEAKS)) / Math.max(1, kernels.length);
  const timed = kernels.map(({ run, ...kernel }) => ({
    ...kernel,
    medianMs: measure(run, { budgetMs: each }).medianMs,
  }));
  const after = peaks();
  const peakMultiplyAdds = Math.max(before.arithmetic, after.arithmetic);
  const peakBytes = Math.max(before.memory, after.memory);
  return judged({ kernels: timed, peakMultiplyAdds, peakBytes });
}

/** The same where a device times its kernels itself. */
export async function deviceProfileOf(
  { profileOnDevice }: Required<Pick<Executable, 'profileOnDevice'>>,
  budgetMs: number,
): Promise<Profile> {
  return judged(await profileOnDevice(budgetMs));
}

/** Each kernel's time as a share of all, and of what its arithmetic and its bytes would take at the peaks. */
function judged({ kernels, peakMultiplyAdds, peakBytes }: DeviceProfile): Profile {
  const totalMs = kernels.reduce((sum, { medianMs }) => sum + medianMs, 0);
  return {
    kernels: kernels.map((kernel) => ({
      ...kernel,
      share: kernel.medianMs / totalMs,
      ofArithmetic: kernel.multiplyAdds / kernel.medianMs / peakMultiplyAdds,
      ofMemory: kernel.bytes / kernel.medianMs / peakBytes,
    })),
    totalMs,
    peakMultiplyAdds,
    peakBytes,
  };
}
