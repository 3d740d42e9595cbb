/**
 * @file What `fit` does unless it is told otherwise, and what its events say of orders, ends and waiting.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openSession } from '../backends/select.ts';
import { MemoryBatches } from '../data/batches/batchSource.ts';
import type { Split } from '../data/dataset.ts';
import { dense } from '../nn/layers/dense.ts';
import { sequential } from '../nn/sequential.ts';
import type { FitEvent, FitOptions } from './events.ts';
import { fit } from './fit.ts';

afterEach(() => vi.restoreAllMocks());

function splitOf(count: number): Split {
  return {
    count,
    images: Uint8Array.from({ length: count * 4 }, (_, i) => (i * 89 + ((i * i) % 13) * 31) % 256),
    labels: Uint8Array.from({ length: count }, (_, i) => (i * i * 7 + i) % 3),
  };
}

/** A rate so small that no step changes what the next one measures. */
const still: FitOptions = { optimizer: { kind: 'sgd', learningRate: 1e-12 }, eventInterval: 0 };

async function eventsOf(options: FitOptions, use: (event: FitEvent) => void = () => {}) {
  await using session = await openSession({ backend: 'reference' });
  const spec = sequential({ inputShape: [4] }, [dense({ units: 3, activation: 'softmax' })]);
  const data = { train: splitOf(300), test: splitOf(20) };
  const events: FitEvent[] = [];
  for await (const event of fit(session, spec, data, options)) {
    events.push(event.type === 'batch' ? { ...event } : event);
    use(event);
  }
  return events;
}

const ofType = <T extends FitEvent['type']>(events: readonly FitEvent[], type: T) =>
  events.filter((event): event is Extract<FitEvent, { type: T }> => event.type === type);

/** The loss of the first batch of each epoch. */
const firstLosses = (events: readonly FitEvent[]): number[] =>
  ofType(events, 'batch')
    .filter(({ batch }) => batch === 1)
    .map(({ loss }) => loss);

describe('unless told otherwise', () => {
  it('batches have 128 rows, epochs are ten, all rows train and none are tested', async () => {
    const events = await eventsOf({});
    expect(events[0]).toMatchObject({ type: 'start', epochs: 10, batches: 3 });
    const epochs = ofType(events, 'epoch');
    expect(epochs).toHaveLength(10);
    for (const { validation, test } of epochs)
      expect([validation, test]).toEqual([null, undefined]);
    const [watched] = ofType(await eventsOf({ epochs: 1, watchTest: true }), 'epoch');
    expect(watched.test?.loss).toBeGreaterThan(0);
  });

  it('each epoch has an order of its own, which seed 0 draws', async () => {
    const losses = firstLosses(await eventsOf({ ...still, epochs: 3, batchSize: 50 }));
    expect(new Set(losses).size).toBe(3);
    expect(firstLosses(await eventsOf({ ...still, epochs: 3, batchSize: 50, seed: 0 }))).toEqual(
      losses,
    );
  });
});

describe('the order', () => {
  it.each([
    ['once', 'drawn once'],
    [false, 'that of the rows'],
  ] as const)('of shuffle %s is %s, for all epochs', async (shuffle, _) => {
    const options = { ...still, epochs: 3, batchSize: 50 };
    const losses = firstLosses(await eventsOf({ ...options, shuffle }));
    expect(losses).toHaveLength(3);
    expect(new Set(losses).size).toBe(1);
    const [first] = firstLosses(await eventsOf(options));
    // The weights are the same: the first batch alone tells a drawn order from that of the rows.
    if (shuffle === 'once') expect(losses[0]).toBe(first);
    else expect(losses[0]).not.toBe(first);
  });
});

it('a stop that is asked for in the last epoch, when it is over, is none', async () => {
  const controller = new AbortController();
  const events = await eventsOf({ epochs: 2, signal: controller.signal }, (event) => {
    if (event.type === 'epoch' && event.epoch === 2) controller.abort();
  });
  expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'epochs' });
});

it('an epoch says how long it stood still for its batches, and all the time it took', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.spyOn(MemoryBatches.prototype, 'isReady').mockReturnValue(false);
  vi.spyOn(MemoryBatches.prototype, 'ready').mockImplementation(async () => {
    now += 250;
  });
  const fill = MemoryBatches.prototype.fill;
  vi.spyOn(MemoryBatches.prototype, 'fill').mockImplementation(function (
    this: MemoryBatches,
    ...a
  ) {
    now += 1000;
    fill.apply(this, a);
  });
  const epochs = ofType(await eventsOf({ epochs: 2 }), 'epoch');
  expect(epochs.map(({ waiting, seconds }) => [waiting, seconds])).toEqual([
    [0.75, 3.75],
    [0.75, 3.75],
  ]);
});
