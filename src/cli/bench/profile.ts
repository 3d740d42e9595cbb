/**
 * @file `fovea bench --profile`: each kernel by itself, as a table.
 *
 * Next stop: `bench/profile.ts`.
 */
import type { Executable, Session } from '../../backends/backend.ts';
import { deviceProfileOf, type Profile, profileOf } from '../../bench/profile.ts';
import { type Output, table } from '../terminal/output.ts';
import { milliseconds, planLine } from '../terminal/words.ts';

export async function benchProfile(
  output: Output,
  session: Session,
  executable: Executable,
  seconds: number,
): Promise<void> {
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
