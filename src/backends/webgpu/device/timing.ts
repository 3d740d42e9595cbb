/**
 * @file How long a device takes for dispatches: by its own clock where it has one, else from one submission to the
 * news that it is done.
 */
import { at } from '../../../base/lists.ts';
import type { Device } from './device.ts';

const RESOLVE = 512;
const COPY_FROM = 4;
const COPY_TO = 8;
const MAP_READ = 1;

/** Encodes some work into a pass. */
export type Work = (pass: GPUComputePassEncoder) => void;

/** Samples of a measurement, of which the median counts. */
const SAMPLES = 5;
const MOST_REPEATS = 1000;

/** Median milliseconds of doing the work once, from repeats that fill the time. */
export async function medianMs(device: Device, work: Work, budgetMs: number): Promise<number> {
  await onceMs(device, work, 1); // compiles what is left to compile
  const typical = Math.max(await onceMs(device, work, 1), 1e-3);
  const repeats = Math.max(1, Math.min(MOST_REPEATS, Math.floor(budgetMs / SAMPLES / typical)));
  const samples: number[] = [];
  for (let i = 0; i < SAMPLES; i++) samples.push(await onceMs(device, work, repeats));
  return at(
    samples.sort((a, b) => a - b),
    (SAMPLES - 1) / 2,
    'sample',
  );
}

/** Milliseconds per repeat. */
async function onceMs(device: Device, work: Work, repeats: number): Promise<number> {
  const clock = device.device.features.has('timestamp-query')
    ? openClock(device.device)
    : undefined;
  const began = performance.now();
  device.submit((encoder) => {
    const pass = encoder.beginComputePass(clock?.pass ?? {});
    for (let i = 0; i < repeats; i++) work(pass);
    pass.end();
    clock?.stop(encoder);
  });
  if (clock !== undefined) return (await clock.read()) / repeats;
  await device.finished();
  return (performance.now() - began) / repeats;
}

/** Two moments of the device's own clock, around a pass. */
function openClock(device: GPUDevice) {
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
  const resolved = device.createBuffer({ size: 16, usage: RESOLVE | COPY_FROM });
  const staging = device.createBuffer({ size: 16, usage: MAP_READ | COPY_TO });
  return {
    pass: {
      timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
    },
    stop(encoder: GPUCommandEncoder): void {
      encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16);
    },
    async read(): Promise<number> {
      await staging.mapAsync(MAP_READ);
      const [begin = 0n, end = 0n] = new BigUint64Array(staging.getMappedRange().slice(0));
      for (const buffer of [resolved, staging]) buffer.destroy();
      querySet.destroy();
      return Number(end - begin) / 1e6;
    },
  };
}
