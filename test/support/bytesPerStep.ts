/**
 * @file Bytes that a training step leaves to the collector, and that it keeps: a process of its own, since what an engine
 * has compiled for other code decides what it makes.
 *
 *   node --expose-gc test/support/bytesPerStep.ts sgd
 */
import { openSession } from '../../src/backends/select.ts';
import { openBatches } from '../../src/data/batches/openBatches.ts';
import type { Split } from '../../src/data/dataset.ts';
import { dense } from '../../src/nn/layers/dense.ts';
import { flatten } from '../../src/nn/layers/shapes/flatten.ts';
import { parseSchedule, startSchedule } from '../../src/nn/schedules.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { startOfTraining } from '../../src/train/progress.ts';
import { lossesFor } from '../../src/train/rows.ts';
import { treatmentOf } from '../../src/train/rowTreatment.ts';
import { Programs } from '../../src/train/runners/programs.ts';
import { Steps } from '../../src/train/steps.ts';

const collect = globalThis.gc as () => void;
const [optimizer = 'sgd'] = process.argv.slice(2);

const spec = sequential({ inputShape: [2, 2, 1] }, [
  flatten(),
  dense({ units: 3, activation: 'softmax' }),
]);

/** Its row numbers alone would be 256 bytes. */
const BATCH = 64;
const WARM = 3000;
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
made.sort((a, b) => a - b);
console.log(JSON.stringify({ steps: progress.step, made, kept: kept / STEPS }));
