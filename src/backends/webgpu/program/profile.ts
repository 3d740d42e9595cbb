/**
 * @file A program kernel by kernel: each timed by the device, one after the other, beside what the device reaches.
 */
import type { DeviceProfile } from '../../backend.ts';
import { type Device, encoded } from '../device/device.ts';
import { peakArithmetic, peakMemory } from '../device/peak.ts';
import { medianMs } from '../device/timing.ts';
import { trafficOf } from '../kernel.ts';
import type { ProgramPlan } from './plan.ts';
import type { Program } from './program.ts';

/** Share of the budget that measuring the two peaks gets. */
const FOR_PEAKS = 0.2;

export async function profileProgram(
  device: Device,
  { kernels, dispatches, context }: ProgramPlan,
  program: Program,
  budgetMs: number,
): Promise<DeviceProfile> {
  const forPeak = (budgetMs * FOR_PEAKS) / 2;
  const peakMultiplyAdds = await peakArithmetic(device, context.target, forPeak);
  const peakBytes = await peakMemory(device, context.target, forPeak);
  const each = (budgetMs * (1 - FOR_PEAKS)) / Math.max(1, kernels.length);
  const timed: DeviceProfile['kernels'][number][] = [];
  for (const kernel of kernels) {
    const steps = program.steps.filter((_, i) => dispatches[i]?.kernel === kernel);
    const { family, name, multiplyAdds, plan } = kernel;
    timed.push({
      ...{ family, name, multiplyAdds, plan },
      bytes: trafficOf(kernel),
      medianMs: await medianMs(device, encoded(steps), each),
    });
  }
  return { kernels: timed, peakMultiplyAdds, peakBytes };
}
