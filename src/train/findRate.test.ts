import { describe, expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import { loadDataset } from '../data/index.ts';
import { layers } from '../nn/layers/index.ts';
import { sequential } from '../nn/sequential.ts';
import {
  type FindRateEvent,
  type FindRateOptions,
  findRate,
  type RatePoint,
  readOff,
} from './findRate.ts';

const { dense, flatten } = layers;
const spec = sequential({ inputShape: [28, 28, 1] }, [
  flatten(),
  dense({ units: 10, activation: 'softmax' }),
]);

async function found(options: FindRateOptions = {}): Promise<FindRateEvent[]> {
  const { train } = await loadDataset('digits', { trainCount: 200, testCount: 10 });
  const session = await openSession({ backend: 'reference' });
  const seen: FindRateEvent[] = [];
  const how = { batchSize: 16, optimizer: 'sgd', seed: 1, ...options };
  for await (const event of findRate(session, structuredClone(spec), { train }, how))
    seen.push(event);
  await session.close();
  return seen;
}

/** 100 rates from 1e-5 to 1: the loss falls around 1e-3, is least at 1e-2, and breaks behind it. */
const curve = (noise: (i: number) => number): RatePoint[] =>
  Array.from({ length: 100 }, (_, i) => {
    const exponent = -5 + (5 * i) / 99;
    const fall = 2 / (1 + Math.exp(4 * (exponent + 3)));
    return {
      rate: 10 ** exponent,
      loss: fall + (exponent > -2 ? 20 * (exponent + 2) ** 2 : 0) + noise(i),
    };
  });

describe('what a curve says', () => {
  it('is where it falls fastest, and a tenth of where it is least', () => {
    const { steepest, tenth } = readOff(
      curve(() => 0),
      true,
    );
    expect(Math.log10(steepest)).toBeCloseTo(-3, 0);
    expect(Math.log10(tenth)).toBeCloseTo(-3, 0);
    expect(tenth).toBe(Number(tenth.toPrecision(2)));
  });

  it('is little moved by chance from step to step', () => {
    const { steepest, tenth } = readOff(
      curve((i) => 0.1 * Math.sin(37 * i * i)),
      true,
    );
    expect(Math.abs(Math.log10(steepest) + 3)).toBeLessThan(0.5);
    expect(Math.abs(Math.log10(tenth) + 3)).toBeLessThan(0.3);
  });

  it('is nothing where the loss never falls', () => {
    const rising = Array.from({ length: 50 }, (_, i) => ({ rate: i + 1, loss: i }));
    expect(() => readOff(rising, true)).toThrow(/the loss never fell/);
    expect(() => readOff(curve(() => 0).slice(0, 5), true)).toThrow(/5 steps/);
  });
});

describe('finding a rate', () => {
  it('raises it from step to step until the loss is lost, over the ends of epochs', async () => {
    const events = await found({ from: 1e-4, to: 1000, steps: 60 });
    const steps = events.filter((event) => event.type === 'step');
    expect(steps.length).toBeGreaterThan(20);
    expect(steps[0]).toMatchObject({ step: 1, rate: 1e-4 });
    const ratios = steps.slice(1).map(({ rate }, i) => rate / (steps[i]?.rate ?? 1));
    for (const ratio of ratios) expect(ratio).toBeCloseTo(1e7 ** (1 / 59), 6);
    const last = events.at(-1);
    if (last?.type !== 'found') throw new Error(`ended with ${last?.type}`);
    expect(last.diverged).toBe(true);
    expect(steps.length).toBeLessThan(60);
    expect(last.tenth).toBeGreaterThan(1e-3);
    expect(last.tenth).toBeLessThan(1);
  });

  it('tells the loss of each batch, which is that of the untrained network while rates are tiny', async () => {
    const events = await found({ from: 1e-12, to: 1e-11, steps: 26 }).catch((error) => error);
    // Thirteen batches an epoch, the same rows in each: the loss does not fall, or by nothing.
    if (events instanceof Error) expect(events.message).toMatch(/never fell/);
    const steps = Array.isArray(events) ? events.filter((event) => event.type === 'step') : [];
    for (const { loss } of steps) expect(loss).toBeGreaterThan(1.5);
  });

  it('stops when it is told to, and refuses ranges that are none', async () => {
    expect((await found({ signal: AbortSignal.abort() })).at(-1)?.type).toBe('stopped');
    await expect(found({ from: 1, to: 0.1 })).rejects.toThrow(/from a rate of 1 to 0.1/);
    await expect(found({ steps: 3 })).rejects.toThrow(/at least 20 steps/);
  });
});
