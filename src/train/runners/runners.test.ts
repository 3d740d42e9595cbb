/** @file Steps by one program, by two, and by two ranks that share each batch. */
import { describe, expect, it } from 'vitest';
import { type BackendName, openSession } from '../../backends/select.ts';
import type { Split } from '../../data/dataset.ts';
import { dense } from '../../nn/layers/dense.ts';
import { dropout } from '../../nn/layers/dropout.ts';
import { flatten } from '../../nn/layers/shapes/flatten.ts';
import { conv2d } from '../../nn/layers/windows/conv2d.ts';
import { RECORD_STEPS } from '../../nn/programs/stepRecord.ts';
import { sequential } from '../../nn/sequential.ts';
import type { FitOptions } from '../events.ts';
import { fit } from '../fit.ts';
import type { Snapshot } from '../progress.ts';
import { type StepSums, splitRunner } from './split.ts';

/** Three classes of 6x6 pictures: a third of the rows is light. */
function bars(count: number): Split {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const images = Uint8Array.from({ length: count * 36 }, (_, i) => {
    const noise = (i * 31) % 60;
    return Math.floor((i % 36) / 12) === labels[Math.floor(i / 36)] ? 250 - noise : noise;
  });
  return { count, images, labels };
}

const netOf = (rate = 0.4) =>
  sequential({ inputShape: [6, 6, 1], name: 'bars' }, [
    conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }),
    flatten(),
    dropout({ rate }),
    dense({ units: 3, activation: 'softmax' }),
  ]);

async function trained(
  options: FitOptions,
  { backend = 'reference', count = 45 }: { backend?: BackendName; count?: number } = {},
): Promise<Snapshot> {
  await using session = await openSession({ backend, threads: 1 });
  let end: Snapshot | undefined;
  const given = { epochs: 2, batchSize: 16, seed: 3, ...options };
  for await (const event of fit(session, netOf(), { train: bars(count) }, given)) {
    if (event.type === 'checkpoint' && event.reason === 'epoch') end = await event.snapshot();
  }
  return end!;
}

/** Largest difference of any number, as a share of the largest number of its tensor. */
function difference(a: Snapshot, b: Snapshot): number {
  let most = 0;
  for (const [name, { data }] of a.states) {
    const other = b.states.get(name)!.data;
    const scale = Math.max(1e-30, ...Array.from(data, Math.abs));
    data.forEach((x, i) => {
      most = Math.max(most, Math.abs(x - other[i]) / scale);
    });
  }
  return most;
}

const losses = ({ progress }: Snapshot) => progress.history.map(({ train }) => train.loss);

describe('gradients and update as two programs', () => {
  it.each(['reference', 'wasm'] as const)('train as the fused step does (%s)', async (backend) => {
    for (const optimizer of ['sgd', 'adam']) {
      const fused = await trained({ optimizer }, { backend });
      const split = await trained({ optimizer, runner: splitRunner() }, { backend });
      expect(difference(fused, split)).toBeLessThan(backend === 'reference' ? 1e-12 : 1e-5);
      losses(fused).forEach((loss, e) => {
        expect(losses(split)[e]).toBeCloseTo(loss, 6);
      });
    }
  });
});

/** Two ranks in one process: who comes first waits for the other, then both have the sums. */
function pairOfRanks() {
  let waiting: { sums: StepSums; done: () => void } | undefined;
  return (sums: StepSums): Promise<void> | undefined => {
    if (waiting === undefined) {
      return new Promise((done) => {
        waiting = { sums, done };
      });
    }
    const first = waiting;
    waiting = undefined;
    for (const [name, mine] of sums.gradients) {
      const other = first.sums.gradients.get(name)!;
      for (let i = 0; i < mine.length; i++) mine[i] = other[i] = mine[i] + other[i];
    }
    for (const i of [0, 1]) first.sums.totals[i] = sums.totals[i] += first.sums.totals[i];
    first.done();
    return undefined;
  };
}

describe('two ranks that share each batch', () => {
  // 45 rows: batches of 16, 16 and 13. 33 rows: the last batch has one row, and rank 0 none of it.
  it.each([45, 33])('train as one does, dropout too (%i rows)', async (count) => {
    for (const backend of ['reference', 'wasm'] as const) {
      const whole = await trained({}, { count, backend });
      const combine = pairOfRanks();
      const ranks = await Promise.all(
        [0, 1].map((rank) =>
          trained({ runner: splitRunner(combine), share: { rank, of: 2 } }, { count, backend }),
        ),
      );
      expect(difference(ranks[0], ranks[1])).toBe(0);
      expect(difference(whole, ranks[0])).toBeLessThan(2e-5);
      losses(whole).forEach((loss, e) => {
        expect(losses(ranks[1])[e]).toBeCloseTo(loss, 5);
      });
      const accuracy = ({ progress }: Snapshot) => progress.history.map((e) => e.train.accuracy);
      expect(accuracy(ranks[0])).toEqual(accuracy(whole));
    }
  });

  it('need a runner that adds up', async () => {
    await expect(trained({ share: { rank: 0, of: 2 } })).rejects.toThrow(/adds up the gradients/);
    await expect(trained({ share: { rank: 2, of: 2 } })).rejects.toThrow(/rank 2 of 2/);
  });
});

describe('results read once per turn', () => {
  it('are those of every step, over more steps than are kept', async () => {
    const count = 2 * RECORD_STEPS + 30;
    const options = { epochs: 1, batchSize: 1 };
    const often = await trained({ ...options, eventInterval: 0 }, { count });
    const seldom = await trained({ ...options, eventInterval: 1e6 }, { count });
    expect(losses(seldom)).toEqual(losses(often));
    expect(difference(seldom, often)).toBe(0);
  });

  it('name the step whose loss is no number', async () => {
    const optimizer = { kind: 'sgd', learningRate: 1e30 };
    const message = /the loss became (NaN|Infinity) at step (\d+) \(epoch 1, batch \2 of 45\)/;
    const options = { epochs: 1, batchSize: 1, optimizer };
    const errors = await Promise.all(
      [0, 1e6].map((eventInterval) =>
        trained({ ...options, eventInterval }).catch((error: Error) => error.message),
      ),
    );
    expect(errors[0]).toMatch(message);
    expect(errors[1]).toBe(errors[0]);
  });
});
