import { describe, expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import type { Split } from '../data/dataset.ts';
import { batchNormalization } from '../nn/layers/batchNormalization.ts';
import { dense } from '../nn/layers/dense.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { weightsOf } from '../nn/programs/averages.ts';
import { sequential } from '../nn/sequential.ts';
import { evaluate } from './evaluation/evaluate.ts';
import type { FitEvent, FitOptions } from './events.ts';
import { fit } from './fit.ts';
import type { Snapshot } from './progress.ts';
import { decodeCheckpoint, encodeCheckpoint } from './snapshots/checkpoint.ts';

const count = 40;
const data: { train: Split } = {
  train: {
    count,
    images: Uint8Array.from({ length: count * 4 }, (_, i) => (i * 37 + (i % 4) * (i % 40)) % 256),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
  },
};
const specOf = () =>
  sequential({ inputShape: [4] }, [
    batchNormalization({ momentum: 0.5 }),
    dense({ units: 3, activation: 'softmax' }),
  ]);
const options: FitOptions = {
  epochs: 3,
  batchSize: 8,
  validationSplit: 0.2,
  optimizer: adam({ learningRate: 0.1, ema: 0.9 }),
  checkpointEvery: { batches: 1 },
};

async function run(changes: FitOptions = {}) {
  const session = await openSession({ backend: 'reference' });
  const spec = specOf();
  const kept: Snapshot[] = [];
  const events: FitEvent[] = [];
  for await (const event of fit(session, spec, data, { ...options, ...changes })) {
    events.push(event);
    if (event.type === 'checkpoint') {
      kept.push(decodeCheckpoint(encodeCheckpoint(await event.snapshot()), 'test'));
    }
  }
  const weights = new Map<string, number[]>();
  for (const { name } of session.scopeOf(spec).states()) {
    weights.set(name, [...(await session.scopeOf(spec).readState(name))]);
  }
  return { session, spec, kept, events, weights };
}

describe('averaged weights', () => {
  it('are what validation measures and what is left when training is over', async () => {
    const { session, spec, kept, events, weights } = await run();
    const end = kept[kept.length - 1];
    const kernel = end.states.get('dense/kernel')?.data ?? [];
    const average = end.states.get('adam/ema/dense/kernel')?.data ?? [];
    expect([...average]).not.toEqual([...kernel]);
    expect(weights.get('dense/kernel')).toEqual([...average]);
    // Statistics are not averaged once more.
    expect(weights.get('batch_normalization/movingMean')).toEqual([
      ...(end.states.get('batch_normalization/movingMean')?.data ?? []),
    ]);
    const last = events.findLast((event) => event.type === 'epoch');
    const validation = {
      count: 8,
      images: data.train.images.subarray(32 * 4),
      labels: data.train.labels.subarray(32),
    };
    const classes = ['a', 'b', 'c'];
    const { loss } = await evaluate(session, spec, validation, { classes });
    expect(loss).toBe(last?.validation?.loss);
    const raw = await evaluate(session, spec, validation, { classes, weights: end.states });
    expect(raw.loss).not.toBe(loss);
    const { states } = end;
    const taken = await evaluate(session, spec, validation, {
      classes,
      weights: weightsOf(spec, states),
    });
    expect(taken.loss).toBe(loss);
  });

  it('move no weight of training, and go on from any step to the same bits', async () => {
    const whole = await run();
    const plain = await run({ optimizer: adam({ learningRate: 0.1 }) });
    const [end, plainEnd] = [whole, plain].map(({ kept }) => kept[kept.length - 1]);
    for (const [name, { data: numbers }] of plainEnd.states) {
      expect(end.states.get(name)?.data, name).toEqual(numbers);
    }
    expect(plain.weights.get('dense/kernel')).not.toEqual(whole.weights.get('dense/kernel'));
    for (const at of [1, 3, 7]) {
      const resumed = await run({ resume: whole.kept[at] });
      expect(resumed.weights).toEqual(whole.weights);
    }
  });
});
