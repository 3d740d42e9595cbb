/** Training as in 1998, end to end and small: one pattern at a time, rates measured before each pass. */
import { describe, expect, it } from 'vitest';
import { wasmBackend } from '../backends/wasm/index.ts';
import { loadDataset } from '../data/index.ts';
import { modelOf } from '../models/index.ts';
import { recipeOf } from '../models/recipes.ts';
import { fitted } from '../train/checks.ts';
import type { FitOptions } from '../train/events.ts';
import { fit } from '../train/fit.ts';
import type { Snapshot } from '../train/progress.ts';

const { settings, model } = recipeOf('lenet5-1998', 'paper');
const spec = modelOf('lenet5-1998', model);

async function train(options: FitOptions) {
  const loaded = await loadDataset('digits', { trainCount: 400, testCount: 100 });
  const data = fitted(spec, loaded);
  const session = await wasmBackend.open({ threads: 1 });
  const { watchTest: _, ...asPublished } = settings;
  const losses: number[] = [];
  const snapshots: Snapshot[] = [];
  const events = fit(
    session,
    spec,
    { train: data.train as never },
    {
      ...(asPublished as FitOptions),
      loss: 'map',
      epochs: 2,
      seed: 1,
      ...options,
    },
  );
  for await (const event of events) {
    if (event.type === 'epoch') losses.push(event.train.loss);
    if (event.type === 'checkpoint') snapshots.push(await event.snapshot());
  }
  const weights = Array.from(await session.scopeOf(spec).readState('c3/kernel'));
  await session.close();
  return { losses, snapshots, weights };
}

describe('lenet5-1998 by its recipe', () => {
  it('learns, one pattern at a time', async () => {
    const { losses } = await train({});
    expect(losses[1]).toBeLessThan(0.75 * losses[0]);
  });

  it('goes on in the middle of a pass, with the rates of that pass, to the same bits', async () => {
    const whole = await train({ checkpointEvery: { batches: 550 } });
    const middle = whole.snapshots.find(({ progress }) => progress.step === 550);
    expect(middle?.progress).toMatchObject({ epoch: 1, batch: 150 });
    const rest = await train({ resume: middle! });
    expect(rest.weights).toEqual(whole.weights);
  });
});
