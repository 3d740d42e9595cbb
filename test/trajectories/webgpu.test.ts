/**
 * @file LeNet-5 on a graphics adapter against the threads of the wasm backend: the same losses, step by step.
 *
 * The long form is a hundred steps; in the short one the last steps have been through every kernel and update.
 */
import { expect, it } from 'vitest';
import { wasmBackend } from '../../src/backends/wasm/index.ts';
import { webgpuBackend } from '../../src/backends/webgpu/index.ts';
import { large, skipped } from '../support/doors.ts';
import { softwareGpu } from '../support/softwareGpu.ts';
import { type LenetSteps, lenetLosses } from './lenetLosses.ts';

const gpu = await softwareGpu();

async function expectSameLosses(adapters: GPU, how: LenetSteps): Promise<void> {
  await using wasm = await wasmBackend.open({ threads: 1 });
  await using webgpu = await webgpuBackend.open({ gpu: adapters });
  const expected = await lenetLosses(wasm, how);
  const found = await lenetLosses(webgpu, how);
  found.forEach((loss, step) => {
    expect(Math.abs(loss - expected[step]!), `step ${step}`).toBeLessThan(1e-3);
  });
  expect(expected.at(-1)).toBeLessThan(expected[0]!);
  const again = await lenetLosses(webgpu, { ...how, steps: Math.min(how.steps, 3) });
  expect(again).toEqual(found.slice(0, again.length));
}

if (typeof gpu === 'string') skipped('LeNet-5 by WebGPU', gpu);
else {
  it('LeNet-5 by WebGPU has the losses of the wasm backend, and the same bits each time', () =>
    expectSameLosses(gpu, { steps: 4, batch: 8 }));
  large('LeNet-5 by WebGPU', () => {
    it(
      'has the losses of the wasm backend over a hundred steps',
      () => expectSameLosses(gpu, { steps: 100, batch: 4 }),
      900_000,
    );
    it(
      'has them in half precision over thirty',
      () => expectSameLosses(gpu, { steps: 30, batch: 4, precision: 'float16' }),
      900_000,
    );
  });
}
