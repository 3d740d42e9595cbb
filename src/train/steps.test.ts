/** @file The loop of steps makes next to nothing: what a step leaves to the collector, and what stays. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../test/support/bytesPerStep.ts', import.meta.url));

it.each(['sgd', 'adam'])('makes few bytes a step, and keeps none (%s)', async (optimizer) => {
  const args = ['--no-warnings', '--expose-gc', SCRIPT, optimizer];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { steps, made, kept } = JSON.parse(stdout);
  expect(steps).toBe(6000);
  // The optimizer's scalars and a few numbers. Some stretches hold a collection, or what the engine's compiler made.
  expect(made[made.length / 2 - 1], 'bytes a step leaves to the collector').toBeLessThan(230);
  expect(kept, 'bytes a step keeps').toBeLessThan(20);
});
