/**
 * @file The matrix product kernel as a share of the machine's peak, both measured in one run, in turns.
 *
 * The peak is what emitted multiply-adds on registers reach (`backends/wasm/machine/peak.ts`): it knows no memory, so
 * the share says what loading and storing cost. One thread; with 256-bit pairs where they run, and without.
 */
import type { Session } from '../backends/backend.ts';
import { wasmBackend } from '../backends/wasm/index.ts';
import { peakLoop } from '../backends/wasm/machine/peak.ts';
import { batchInput, inputNode } from '../graph/node.ts';
import { build } from '../ops/index.ts';
import { measure, medianOf } from './measure.ts';

export interface KernelShare {
  readonly plan: string;
  readonly size: string;
  readonly gflops: number;
  readonly peak: number;
  readonly share: number;
}

/** (M, K) by (K, N): a dense layer of LeNet-5's size, one that fits the second cache, a large one. */
const SIZES = [
  [128, 256, 128],
  [240, 256, 256],
  [480, 512, 512],
  [960, 1024, 1024],
] as const;

const TURNS = 5;

export async function kernelShares(budgetMs: number): Promise<KernelShare[]> {
  const rows: KernelShare[] = [];
  // Without pairs first: the flag that allows them holds for all code compiled after it.
  for (const revectorize of ['off', 'auto'] as const) {
    const session = await wasmBackend.open({ threads: 1, revectorize });
    const { pairs } = session.target;
    if (revectorize === 'auto' && !pairs) break;
    const peak = peakLoop(session.target);
    for (const [M, K, N] of SIZES) {
      const a = batchInput('a', [M, K]);
      const b = inputNode('b', [K, N]);
      const executable = session.compile({ outputs: { y: build('matmul', [a, b]) }, updates: [] });
      executable.input('a').fill(0.5);
      executable.input('b').fill(0.25);
      const flops = 2 * M * K * N;
      const share = { budgetMs: budgetMs / SIZES.length / TURNS / 4, mostRuns: 200 };
      const rates = Array.from({ length: TURNS }, () => ({
        gflops: flops / measure(executable.run, share).medianMs / 1e6,
        peak: peak.flops / measure(peak.run, share).medianMs / 1e6,
      }));
      const median = (pick: (r: (typeof rates)[number]) => number): number =>
        medianOf(rates.map(pick).sort((x, y) => x - y));
      rows.push({
        plan: pairs ? '256-bit pairs' : '128-bit lanes',
        size: `${M}x${K} by ${K}x${N}`,
        gflops: median((r) => r.gflops),
        peak: median((r) => r.peak),
        share: median((r) => r.gflops / r.peak),
      });
    }
    await session.close();
  }
  return rows;
}

/** Of a device: what fills it a little, well, and wholly. */
const DEVICE_SIZES = [
  [512, 512, 512],
  [1024, 1024, 1024],
  [2048, 2048, 2048],
  [4096, 4096, 4096],
] as const;

/** The same on a device, by its own clock. */
export async function deviceKernelShares(
  session: Session,
  budgetMs: number,
  sizes: readonly (readonly [M: number, K: number, N: number])[] = DEVICE_SIZES,
): Promise<KernelShare[]> {
  const rows: KernelShare[] = [];
  for (const [M, K, N] of sizes) {
    const inputs = [inputNode('a', [M, K]), inputNode('b', [K, N])];
    const executable = session.compile({ outputs: { y: build('matmul', inputs) }, updates: [] });
    if (executable.profileOnDevice === undefined) break;
    executable.input('a').fill(0.5);
    executable.input('b').fill(0.25);
    await executable.ready?.();
    executable.run();
    const profile = await executable.profileOnDevice(budgetMs / sizes.length);
    const ms = profile.kernels.reduce((sum, { medianMs }) => sum + medianMs, 0);
    const gflops = (2 * M * N * K) / ms / 1e6;
    const peak = (2 * profile.peakMultiplyAdds) / 1e6;
    const size = `${M}x${K} by ${K}x${N}`;
    rows.push({ plan: session.backend, size, gflops, peak, share: gflops / peak });
    executable.close();
  }
  return rows;
}
