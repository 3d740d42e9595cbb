/**
 * @file `fit` on a graphics adapter: it goes on from a snapshot to the same bits, in the midst of an epoch and after
 * the device was lost; and ends where the wasm backend does.
 */
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/backends/backend.ts';
import { wasmBackend } from '../../src/backends/wasm/index.ts';
import { webgpuBackend } from '../../src/backends/webgpu/index.ts';
import { layers } from '../../src/nn/layers/index.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { evaluate } from '../../src/train/evaluation/evaluate.ts';
import type { FitOptions } from '../../src/train/events.ts';
import { fit } from '../../src/train/fit.ts';
import type { Snapshot } from '../../src/train/progress.ts';
import { skipped } from '../support/doors.ts';
import { softwareGpu } from '../support/softwareGpu.ts';

const { conv2d, dense, dropout, flatten, maxPooling2d } = layers;

const spec = sequential({ inputShape: [6, 6, 1] }, [
  conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }),
  maxPooling2d({ poolSize: 2 }),
  flatten(),
  dropout({ rate: 0.2 }),
  dense({ units: 3, activation: 'softmax' }),
]);

/** A bar in the upper, middle or lower third. */
const count = 37;
const labels = Uint8Array.from({ length: count }, (_, i) => (i * 7) % 3);
const images = Uint8Array.from({ length: count * 36 }, (_, at) => {
  const noise = (at * 31) % 60;
  const row = Math.floor((at % 36) / 6);
  return Math.floor(row / 2) === labels[Math.floor(at / 36)] ? 250 - noise : noise;
});
const data = { train: { count, images, labels } };

const OPTIONS: FitOptions = {
  epochs: 3,
  batchSize: 8,
  seed: 5,
  optimizer: { kind: 'adam', learningRate: 0.03 },
  checkpointEvery: { batches: 1 },
};

/** All snapshots, and what stopped it. */
async function trained(session: Session, options: Partial<FitOptions>, lose?: () => void) {
  const snapshots: Snapshot[] = [];
  let error: unknown;
  try {
    for await (const event of fit(session, spec, data, { ...OPTIONS, ...options })) {
      if (event.type === 'checkpoint') snapshots.push(await event.snapshot());
      if (snapshots.length === 4) lose?.();
    }
  } catch (reason) {
    error = reason;
  }
  return { snapshots, error };
}

const statesOf = (snapshot: Snapshot | undefined): Map<string, number[]> =>
  new Map([...(snapshot?.states ?? [])].map(([name, { data: numbers }]) => [name, [...numbers]]));

const gpu = await softwareGpu();

if (typeof gpu === 'string') skipped('fit by WebGPU', gpu);
else
  describe('fit by WebGPU', () => {
    it('goes on to the same bits after the device was lost, and ends where threads end', async () => {
      await using session = await webgpuBackend.open({ gpu });
      const whole = await trained(session, {});
      expect(whole.error).toBeUndefined();
      const end = statesOf(whole.snapshots.at(-1));
      expect(
        (await evaluate(session, spec, data.train, { classes: ['a', 'b', 'c'] })).accuracy,
      ).toBe(1);

      const lossy = await webgpuBackend.open({ gpu });
      const stopped = await trained(lossy, {}, () => lossy.device.device.destroy());
      await lossy.close();
      expect(String(stopped.error)).toMatch(/the graphics adapter was lost/);
      expect(stopped.snapshots).toHaveLength(4);

      const resume = stopped.snapshots.at(-1)!;
      expect(resume.progress.batch).toBeGreaterThan(0);
      await using another = await webgpuBackend.open({ gpu });
      const rest = await trained(another, { resume });
      expect(statesOf(rest.snapshots.at(-1))).toEqual(end);

      await using wasm = await wasmBackend.open({ threads: 1 });
      const threads = statesOf((await trained(wasm, {})).snapshots.at(-1));
      for (const [name, numbers] of threads)
        numbers.forEach((value, i) => {
          expect(end.get(name)?.[i], name).toBeCloseTo(value, 3);
        });
    });
  });
