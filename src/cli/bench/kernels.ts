/**
 * @file `fovea bench --kernels`: matrix products as a share of the peak, as a table.
 *
 * Next stop: `bench/kernels.ts`.
 */
import { openSession } from '../../backends/select.ts';
import { deviceKernelShares, kernelShares } from '../../bench/kernels.ts';
import { type BackendOptions, openOptionsOf } from '../options/options.ts';
import { type Output, table } from '../terminal/output.ts';
import { planLine } from '../terminal/words.ts';

interface Options extends BackendOptions {
  readonly seconds: number;
}

/** The matrix product kernel against multiply-adds on registers alone: with and without fused pairs, or on a device. */
export async function benchKernels(output: Output, options: Options): Promise<void> {
  const budgetMs = options.seconds * 1000;
  const onDevice = async () => {
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
