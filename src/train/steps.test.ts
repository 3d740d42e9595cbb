/** @file The loop of steps makes next to nothing: what a step leaves to the collector, and what stays. */
import v8 from 'node:v8';
import vm from 'node:vm';
import { expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import { openBatches } from '../data/batches/openBatches.ts';
import type { Split } from '../data/dataset.ts';
import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { parseSchedule, startSchedule } from '../nn/schedules.ts';
import { sequential } from '../nn/sequential.ts';
import { startOfTraining } from './progress.ts';
import { lossesFor } from './rows.ts';
import { treatmentOf } from './rowTreatment.ts';
import { Programs } from './runners/programs.ts';
import { Steps } from './steps.ts';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;

const spec = sequential({ inputShape: [2, 2, 1] }, [
  flatten(),
  dense({ units: 3, activation: 'softmax' }),
]);

/** Its row numbers alone would be 256 bytes. */
const BATCH = 64;
const WARM = 1500;
const STRETCHES = 6;
const LENGTH = 500;
const STEPS = WARM + STRETCHES * LENGTH;

const used = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

/** Four pixels a picture. */
function pictures(count: number): Split {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  return { count, labels, images: Uint8Array.from({ length: 4 * count }, (_, i) => i % 251) };
}

it.each(['sgd', 'adam'])('makes few bytes a step, and keeps none (%s)', async (optimizer) => {
  await using session = await openSession({ backend: 'wasm', threads: 1 });
  const split = pictures(BATCH * (STEPS + 1));
  const source = await openBatches(split, { batchSize: BATCH, seed: 1 });
  const losses = lossesFor(spec, {}, split);
  const programs = new Programs(session.scopeOf(spec));
  const treatment = treatmentOf(spec, split, undefined, {});
  const steps = new Steps(programs, spec, split, source, { optimizer, losses, treatment });
  const schedule = startSchedule(parseSchedule('constant'), 0.01);
  const progress = startOfTraining(schedule.state());
  const until = (step: number) => steps.run(progress, schedule, () => progress.step >= step);
  await until(WARM);
  const made: number[] = [];
  collect();
  const before = used();
  for (let i = 1; i <= STRETCHES; i++) {
    const start = used();
    await until(WARM + i * LENGTH);
    made.push((used() - start) / LENGTH);
  }
  collect();
  const kept = used() - before;
  expect(progress.step).toBe(STEPS);
  // The optimizer's scalars and a few numbers. One stretch may hold a collection, or what the engine's compiler made.
  const median = made.sort((a, b) => a - b)[STRETCHES / 2];
  expect(median, 'bytes a step leaves to the collector').toBeLessThan(300);
  expect(kept / STEPS, 'bytes a step keeps').toBeLessThan(20);
});
