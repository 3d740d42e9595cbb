/** @file Ranks that train one network: equal to one rank, to each other, and in what they decide. */
import { describe, expect, it } from 'vitest';
import { type BackendName, openSession } from '../../backends/select.ts';
import type { Collectives, Numbers } from '../../cluster/collectives.ts';
import { inProcessRanks } from '../../cluster/inProcess.ts';
import type { ArraySplit } from '../../data/arraySplit.ts';
import { parseAugmentation } from '../../data/augment/index.ts';
import type { Split } from '../../data/dataset.ts';
import { batchNormalization } from '../../nn/layers/batchNormalization.ts';
import { dense } from '../../nn/layers/dense.ts';
import { dropout } from '../../nn/layers/dropout.ts';
import { flatten } from '../../nn/layers/shapes/flatten.ts';
import { conv2d } from '../../nn/layers/windows/conv2d.ts';
import { sequential } from '../../nn/sequential.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import type { Cluster, FitEvent, FitOptions } from '../events.ts';
import { fit } from '../fit.ts';
import type { Snapshot } from '../progress.ts';

const classes = ['a', 'b', 'c'];

/** Three classes of 6x6 pictures: a third of the rows is light. */
function bars(count: number): Split {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const images = Uint8Array.from({ length: count * 36 }, (_, i) => {
    const noise = (i * 31) % 60;
    return Math.floor((i % 36) / 12) === labels[Math.floor(i / 36)] ? 250 - noise : noise;
  });
  return { count, images, labels };
}

const netOf = (normalized: boolean) =>
  sequential({ inputShape: [6, 6, 1], name: 'bars' }, [
    conv2d({
      filters: 4,
      kernelSize: 3,
      ...(normalized ? { useBias: false } : { activation: 'relu' }),
    }),
    ...(normalized ? [batchNormalization({ momentum: 0.5 })] : []),
    flatten(),
    dropout({ rate: 0.4 }),
    dense({ units: 3, activation: 'softmax', l2: 0.01 }),
  ]);

interface Outcome {
  readonly end: Snapshot;
  readonly test: { readonly loss: number; readonly accuracy: number };
  readonly events: readonly FitEvent[];
}

interface Setting {
  readonly backend?: BackendName;
  readonly count?: number;
  readonly normalized?: boolean;
  readonly byName?: boolean;
}

/** The same rows as arrays. */
const byNameOf = ({ count, images, labels }: Split): ArraySplit => ({
  count,
  inputs: { input: images },
  targets: { output: Int32Array.from(labels) },
});

async function train(
  options: FitOptions,
  { backend = 'wasm', count = 45, normalized = false, byName = false }: Setting = {},
): Promise<Outcome> {
  await using session = await openSession({ backend, threads: 1 });
  const net = netOf(normalized);
  const train = byName ? byNameOf(bars(count)) : bars(count);
  const events: FitEvent[] = [];
  let end: Snapshot | undefined;
  const given: FitOptions = { epochs: 2, batchSize: 16, seed: 3, validationSplit: 0.1, ...options };
  for await (const event of fit(session, net, { train, classes }, given)) {
    events.push(event);
    if (event.type === 'checkpoint') end = await event.snapshot();
  }
  const test = await evaluate(session, net, bars(31), {
    classes,
    ranks: options.cluster?.ranks,
  });
  return { end: end!, test, events };
}

const together = (
  size: number,
  options: FitOptions = {},
  how: Omit<Cluster, 'ranks'> = {},
  setting: Setting = {},
) =>
  Promise.all(
    inProcessRanks(size).map((ranks) => train({ ...options, cluster: { ranks, ...how } }, setting)),
  );

/** Largest difference of any number, as a share of the largest number of its tensor. */
function difference(a: Outcome, b: Outcome): number {
  let most = 0;
  for (const [name, { data }] of a.end.states) {
    const other = b.end.states.get(name)!.data;
    const scale = Math.max(1e-30, ...Array.from(data, Math.abs));
    data.forEach((x, i) => {
      most = Math.max(most, Math.abs(x - other[i]) / scale);
    });
  }
  return most;
}

const measured = ({ end, test }: Outcome) => [
  ...end.progress.history.flatMap(({ train, validation }) => [
    train.loss,
    train.accuracy ?? 0,
    validation?.loss ?? 0,
    validation?.accuracy ?? 0,
  ]),
  test.loss,
  test.accuracy,
];

function expectClose(a: Outcome, b: Outcome, within: number): void {
  expect(difference(a, b)).toBeLessThan(within);
  measured(a).forEach((x, i) => {
    expect(Math.abs(x - measured(b)[i])).toBeLessThan(within);
  });
}

describe('ranks that train together', () => {
  // 41 rows after validation: batches of 16, 16 and 9; of 34, the last has 2 rows, for 4 ranks.
  it.each([
    [2, 45, 'reference'],
    [2, 45, 'wasm'],
    [4, 38, 'wasm'],
  ] as const)(
    '%i with %i rows train as one does, dropout and penalty too (%s)',
    async (size, count, backend) => {
      const whole = await train({}, { count, backend });
      const ranks = await together(size, {}, {}, { count, backend });
      for (const rank of ranks) {
        expect(difference(ranks[0], rank)).toBe(0);
        expect(measured(rank)).toEqual(measured(ranks[0]));
      }
      expectClose(whole, ranks[1], 2e-5);
    },
  );

  it('have the same bits again', async () => {
    const [first, second] = [await together(2), await together(2)];
    expect(difference(first[0], second[0])).toBe(0);
    expect(measured(first[0])).toEqual(measured(second[0]));
  });

  it('read their rows of each batch ahead, as augmentation changes them', async () => {
    const reading = { augmentation: parseAugmentation('translate=1,flip', [6, 6, 1]) };
    const whole = await train({ reading });
    expectClose(whole, (await together(2, { reading }))[0], 2e-5);
    expectClose(whole, (await together(3, { reading }, {}, { count: 45 }))[2], 2e-5);
  });

  // Three ranks' parts mirror no other's, and of the last 9 rows the fifth is mixed with itself.
  it.each([
    [2, 'stored', {}],
    [3, 'stored', { classWeights: { a: 2 }, labelSmoothing: 0.1 }],
    [3, 'augmented', { shuffle: false }],
    [2, 'by name', {}],
  ] as const)('%i mix the pairs that one does, %s, %o', async (size, kind, more) => {
    const augmentation = parseAugmentation('translate=1,flip', [6, 6, 1]);
    const reading = kind === 'augmented' ? { augmentation } : {};
    const options = { mixup: 0.4, reading, ...more } as const;
    const setting = { byName: kind === 'by name' };
    const whole = await train(options, setting);
    const ranks = await together(size, options, {}, setting);
    expect(difference(ranks[0], ranks[1])).toBe(0);
    expectClose(whole, ranks[0], 1e-5);
    const { mixup: _, ...unmixed } = options;
    expect(difference(whole, await train(unmixed, setting))).toBeGreaterThan(1e-3);
  });

  it('have the batch statistics of all rows, or each of its own', async () => {
    const setting = { normalized: true, count: 38 };
    const whole = await train({}, setting);
    const synchronized = await together(4, {}, { synchronizedStatistics: true }, setting);
    expectClose(whole, synchronized[0], 5e-5);
    const own = await together(2, {}, {}, setting);
    expect(difference(own[0], own[1])).toBe(0);
    expect(difference(whole, own[0])).toBeGreaterThan(1e-3);
  });

  it('have the mean of their moving statistics, by their rows', async () => {
    const setting = { normalized: true, count: 45 };
    const options = { epochs: 1, batchSize: 64, validationSplit: 0 };
    const [whole, [own]] = [await train(options, setting), await together(2, options, {}, setting)];
    const name = 'batch_normalization/movingMean';
    const [a, b] = [whole, own].map(({ end }) => Array.from(end.states.get(name)!.data));
    expect(Math.max(...a.map(Math.abs))).toBeGreaterThan(1e-2);
    a.forEach((x, i) => {
      expect(Math.abs(x - b[i])).toBeLessThan(1e-6);
    });
  });

  it('send gradients in half the bytes, nearly the same', async () => {
    const whole = await train({});
    const [half] = await together(2, {}, { gradients: 'float16' });
    expect(difference(whole, half)).toBeGreaterThan(1e-5);
    expectClose(whole, half, 0.02);
  });

  it('exchange gradients and sums once a step, where they are', async () => {
    const lengths: number[] = [];
    const counting = (ranks: Collectives): Collectives => ({
      ...ranks,
      allReduce: (numbers: Numbers, wire) => {
        if (ranks.rank === 0) lengths.push(numbers.length);
        return ranks.allReduce(numbers, wire);
      },
    });
    await Promise.all(
      inProcessRanks(2).map((ranks) =>
        train({ epochs: 1, validationSplit: 0, cluster: { ranks: counting(ranks) } }),
      ),
    );
    const parameters = 9 * 4 + 4 + 64 * 3 + 3;
    // Three steps: gradients; loss, right rows and the two wishes. The test's sums come last.
    expect(lengths.slice(0, 6)).toEqual([1, 2, 3].flatMap(() => [parameters, 4]));
  });

  it('stop together, at the step when one is asked to, with one checkpoint for all', async () => {
    const control = new AbortController();
    const stopped = Promise.all(
      inProcessRanks(2).map((ranks) =>
        train({
          epochs: 50,
          eventInterval: 0,
          cluster: { ranks },
          ...(ranks.rank === 1 ? { signal: control.signal } : {}),
        }),
      ),
    );
    setTimeout(() => control.abort(), 30);
    const ends = await stopped;
    for (const { events, end } of ends) {
      expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'stopped' });
      expect(end.progress.step).toBe(ends[0].end.progress.step);
    }
    expect(ends[0].end.progress.epoch).toBeLessThan(50);
  });

  it('save together, when the first asks', async () => {
    const saved = await Promise.all(
      inProcessRanks(2).map(async (ranks) => {
        const checkpointEvery = ranks.rank === 0 ? { checkpointEvery: { batches: 2 } } : {};
        const { events } = await train({ cluster: { ranks }, ...checkpointEvery });
        return events.flatMap((e) => (e.type === 'checkpoint' ? [e.reason] : []));
      }),
    );
    expect(saved[0]).toContain('interval');
    expect(saved[1]).toEqual(saved[0]);
  });

  it('go on from what other numbers of ranks saved, to what one would have', async () => {
    const [half] = await together(2, { epochs: 1 });
    const whole = await train({});
    const rest = await together(3, { resume: half.end });
    expectClose(whole, rest[2], 2e-5);
  });
});
