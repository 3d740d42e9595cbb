import { describe, expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import { drawDigits } from '../../data/datasets/digits.ts';
import { dense } from '../../nn/layers/dense.ts';
import { flatten } from '../../nn/layers/shapes/flatten.ts';
import { sequential } from '../../nn/sequential.ts';
import { agreement, withTrained } from './training.ts';

const rows = drawDigits(40, 1, 'train');
const data = {
  name: 'digits',
  classes: [...'0123456789'],
  imageShape: [28, 28, 1],
  train: rows,
  test: rows,
} as const;
const network = () =>
  sequential({ inputShape: [28, 28, 1] }, [flatten(), dense({ units: 10, activation: 'softmax' })]);

describe('withTrained', () => {
  it('measures while the weights are there, and gives their memory back', async () => {
    const session = await openSession({ backend: 'reference' });
    const spec = network();
    const options = { epochs: 3, batchSize: 10, seed: 1 };
    const found = await withTrained({ session, data }, spec, options, async (trained) => {
      expect(session.scopeOf(spec).states().length).toBeGreaterThan(0);
      const answers = await trained.answers(rows);
      return { ...trained, answers, right: await trained.accuracy(rows) };
    });
    expect(found.history.length).toBe(3);
    expect(found.diverged).toBe(false);
    expect(agreement(found.answers, rows.labels)).toBeCloseTo(found.right, 10);
    expect(session.scopeOf(spec).states()).toEqual([]);
    await session.close();
  });

  it('ends when that is enough, and takes numbers that diverge for a result', async () => {
    const session = await openSession({ backend: 'reference' });
    const until = ({ epoch }: { epoch: number }) => epoch === 2;
    const options = { epochs: 9, batchSize: 10 };
    const epochs = await withTrained(
      { session, data },
      network(),
      { ...options, until },
      async ({ history }) => history.length,
    );
    expect(epochs).toBe(2);
    const optimizer = { kind: 'sgd', learningRate: 1e38 };
    const diverged = await withTrained(
      { session, data },
      network(),
      { ...options, optimizer },
      async (trained) => trained.diverged,
    );
    expect(diverged).toBe(true);
    await session.close();
  });
});

describe('agreement', () => {
  it('is the share of places that hold the same', () => {
    expect(agreement([1, 2, 3, 4], Uint8Array.of(1, 0, 3, 0))).toBe(0.5);
  });
});
