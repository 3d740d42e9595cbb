/** @file Two towers that train one network: equal to one process, to each other, and in what they save and send. */
import { describe, expect, it } from 'vitest';
import { large } from '../../test/support/doors.ts';
import { type BackendName, openSession } from '../backends/select.ts';
import { RandomStream } from '../base/random.ts';
import { inProcessRanks } from '../cluster/inProcess.ts';
import type { Split } from '../data/dataset.ts';
import { modelOf } from '../models/index.ts';
import { forClasses } from '../models/variants.ts';
import { batchNormalization } from '../nn/layers/batchNormalization.ts';
import { dense } from '../nn/layers/dense.ts';
import { dropout } from '../nn/layers/dropout.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { localResponseNormalization } from '../nn/layers/windows/localResponseNormalization.ts';
import { maxPooling2d } from '../nn/layers/windows/pooling.ts';
import { sgd } from '../nn/optimizers/sgd.ts';
import { withFrozen } from '../nn/programs/frozen.ts';
import { sequential } from '../nn/sequential.ts';
import { towerPlan } from '../nn/towers/towerPlan.ts';
import { bytesOf, towerTraffic } from '../nn/towers/towerTraffic.ts';
import { evaluate } from './evaluation/evaluate.ts';
import type { Cluster, FitEvent, FitOptions } from './events.ts';
import { fit } from './fit.ts';
import type { Snapshot } from './progress.ts';

/** Three classes of 9x9 pictures: a third of the rows is light. */
function bars(count: number): Split {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const images = Uint8Array.from({ length: count * 81 }, (_, i) => {
    const noise = (i * 31) % 60;
    return Math.floor((i % 81) / 27) === labels[Math.floor(i / 81)] ? 250 - noise : noise;
  });
  return { count, images, labels };
}

const net = () =>
  sequential({ inputShape: [9, 9, 1], name: 'small-towers' }, [
    conv2d({ name: 'conv1', filters: 12, kernelSize: 3, activation: 'relu' }),
    localResponseNormalization({ name: 'norm1', alpha: 0.1 }),
    conv2d({
      name: 'conv2',
      filters: 8,
      kernelSize: 3,
      groups: 2,
      padding: 'same',
      l2: 0.01,
      useBias: false,
    }),
    batchNormalization({ name: 'bn', momentum: 0.5 }),
    maxPooling2d({ name: 'pool', poolSize: 3, strides: 2 }),
    conv2d({ name: 'conv3', filters: 16, kernelSize: 3, padding: 'same', activation: 'relu' }),
    conv2d({ name: 'conv4', filters: 8, kernelSize: 3, padding: 'same', groups: 2 }),
    flatten({ name: 'flat' }),
    dropout({ name: 'drop0', rate: 0.2 }),
    dense({ name: 'fc6', units: 24, activation: 'relu', l2: 0.01 }),
    dropout({ name: 'drop6', rate: 0.5, mode: '2012' }),
    dense({ name: 'fc8', units: 3, activation: 'softmax' }),
  ]);

interface Outcome {
  readonly end: Snapshot;
  readonly test: { readonly loss: number; readonly accuracy: number };
  readonly events: readonly FitEvent[];
}

async function train(
  options: FitOptions,
  backend: BackendName = 'reference',
  spec = net(),
): Promise<Outcome> {
  await using session = await openSession({ backend, threads: 1 });
  const events: FitEvent[] = [];
  let end: Snapshot | undefined;
  const given: FitOptions = {
    epochs: 2,
    batchSize: 8,
    seed: 3,
    optimizer: sgd({ learningRate: 0.05 }),
    validationSplit: 0.1,
    ...options,
  };
  for await (const event of fit(session, spec, { train: bars(46) }, given)) {
    events.push(event);
    if (event.type === 'checkpoint') end = await event.snapshot();
  }
  const test = await evaluate(session, spec, bars(31), { classes: ['a', 'b', 'c'] });
  return { end: end!, test, events };
}

const together = (options: FitOptions = {}, backend?: BackendName, spec = net, size = 2) =>
  Promise.all(
    inProcessRanks(size).map((ranks) =>
      train({ ...options, cluster: { ranks, towers: true } }, backend, spec()),
    ),
  );

/** Largest difference of any number, as a share of the largest number of its tensor. */
function difference(a: Outcome, b: Outcome): number {
  expect([...a.end.states.keys()].sort()).toEqual([...b.end.states.keys()].sort());
  let most = 0;
  for (const [name, { data, shape }] of a.end.states) {
    const other = b.end.states.get(name)!;
    expect(other.shape).toEqual(shape);
    const scale = Math.max(1e-30, ...Array.from(data, Math.abs));
    data.forEach((x, i) => {
      most = Math.max(most, Math.abs(x - other.data[i]) / scale);
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

describe('two towers that train together', () => {
  // 42 rows after validation: five batches of 8 and one of 2, twice.
  it.each([
    ['reference', {}],
    ['wasm', {}],
    ['reference', { optimizer: sgd({ learningRate: 0.01, momentum: 0.9, ema: 0.5 }) }],
    ['reference', { labelSmoothing: 0.1, mixup: 0.3, freeze: ['conv1', 'bn'], restoreBest: true }],
  ] as const)('are the whole network (%s, %o)', async (backend, options) => {
    const whole = await train(options, backend);
    const towers = await together(options, backend);
    expect(difference(towers[0], towers[1])).toBe(0);
    expect(measured(towers[0])).toEqual(measured(towers[1]));
    expect(difference(whole, towers[0])).toBeLessThan(1e-5);
    measured(whole).forEach((x, i) => {
      expect(Math.abs(x - measured(towers[0])[i])).toBeLessThan(1e-6);
    });
  });

  /** Whose rows do not see each other. */
  const unnormalized = () => {
    const { layers: all, ...spec } = net();
    return { ...spec, layers: all.filter(({ name }) => name !== 'bn') };
  };

  // Of the last batch's two rows one of three pairs has none.
  it.each([
    [4, 'reference', {}],
    [4, 'wasm', { labelSmoothing: 0.1, mixup: 0.3 }],
    [6, 'wasm', { optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }) }],
  ] as const)(
    'in pairs of %i ranks share the rows too (%s, %o)',
    async (size, backend, options) => {
      const whole = await train(options, backend, unnormalized());
      const towers = await together(options, backend, unnormalized, size);
      for (const rank of towers) {
        expect(difference(towers[0], rank)).toBe(0);
        expect(measured(rank)).toEqual(measured(towers[0]));
      }
      expect(difference(whole, towers[size - 1])).toBeLessThan(1e-5);
      measured(whole).forEach((x, i) => {
        expect(Math.abs(x - measured(towers[0])[i])).toBeLessThan(1e-6);
      });
    },
  );

  it('in pairs, sum gradients over those that hold the same, and exchange their own rows', async () => {
    const [{ events }] = await together({ epochs: 1 }, 'reference', unnormalized, 4);
    const [told] = events.flatMap((event) => (event.type === 'exchanged' ? [event] : []));
    expect(told.rows).toBe(4);
    // fc6 reads 72 numbers, half of which each tower has.
    expect(told.sent.get('fc6/exchange')).toBe(36 * 4 * 4);
    expect(told.sent.get('gradient/fc6/kernel')).toBe(72 * 12 * 4);
    expect(told.sent.get('wishes')).toBe(16);
  });

  it('send what shapes say, and say so once', async () => {
    const [bytes, rows] = [4, 8];
    const [{ events }] = await together({ epochs: 1, batchSize: rows });
    const told = events.flatMap((event) => (event.type === 'exchanged' ? [event] : []));
    expect(told).toHaveLength(1);
    expect(told[0].rows).toBe(rows);
    // Two maps of 7x7 at the border; half of 3x3x8; half of 72 numbers; three sums.
    const [border, maps, row] = [7 * 7 * 2, 3 * 3 * 4, 36].map((n) => n * rows * bytes);
    expect(Object.fromEntries(told[0].sent)).toEqual({
      'norm1/exchange': border,
      'norm1/exchange/gradient': border,
      'conv3/exchange': maps,
      'conv3/exchange/gradient': maps,
      'fc6/exchange': row,
      'fc6/exchange/gradient': row,
      'fc8/exchange': 3 * rows * bytes,
      'penalty/exchange': bytes,
      wishes: 8,
    });
    for (const traffic of towerTraffic(towerPlan(net()))) {
      const name = `${traffic.layer}/exchange`;
      const sent = (told[0].sent.get(name) ?? 0) + (told[0].sent.get(`${name}/gradient`) ?? 0);
      expect(bytesOf(traffic, rows)).toBe(sent);
    }
  });

  it('send nothing back to layers that are not trained', async () => {
    const freeze = ['conv1', 'conv2', 'bn'];
    const [{ events }] = await together({ epochs: 1, freeze });
    const told = events.find((event) => event.type === 'exchanged');
    const names = [...(told?.type === 'exchanged' ? told.sent.keys() : [])];
    expect(names.filter((name) => name.endsWith('gradient'))).toEqual(['fc6/exchange/gradient']);
    const back = towerTraffic(towerPlan(withFrozen(net(), freeze)));
    expect(back.filter((t) => t.back > 0).map(({ layer }) => layer)).toEqual(['fc6']);
  });

  it('go on from what one process saved, and one process from theirs', async () => {
    const optimizer = sgd({ learningRate: 0.01, momentum: 0.9 });
    const whole = await train({ optimizer });
    const [towers] = await together({ optimizer, epochs: 1 });
    const alone = await train({ optimizer, epochs: 1 });
    expect(difference(whole, await train({ optimizer, resume: towers.end }))).toBeLessThan(1e-5);
    const [rest] = await together({ optimizer, resume: alone.end });
    expect(difference(whole, rest)).toBeLessThan(1e-5);
    const [all] = await together({ optimizer });
    const [again] = await together({ optimizer, resume: towers.end });
    expect(difference(all, again)).toBe(0);
  });

  it.each([2, 4])('of %i ranks stop after the same step, when one is asked to', async (size) => {
    const control = new AbortController();
    const stopped = inProcessRanks(size).map((ranks) =>
      train({
        epochs: 500,
        eventInterval: 0,
        cluster: { ranks, towers: true },
        ...(ranks.rank === 1 ? { signal: control.signal } : {}),
      }),
    );
    setTimeout(() => control.abort(), 300);
    const [one, ...others] = await Promise.all(stopped);
    for (const other of others) {
      expect(other.events.at(-1)).toMatchObject({ type: 'done', reason: 'stopped' });
      expect(difference(one, other)).toBe(0);
      expect(one.end.progress.step).toBe(other.end.progress.step);
    }
  });
});

large('AlexNet itself', () => {
  it('has the losses of one process over ten steps', { timeout: 900_000 }, async () => {
    const [count, size] = [20, 227 * 227 * 3];
    const random = new RandomStream(1);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    const images = Uint8Array.from(
      { length: count * size },
      (_, i) => 128 * random.uniform() + 12 * labels[Math.floor(i / size)],
    );
    const losses = async (cluster?: Cluster) => {
      await using session = await openSession({ threads: 1 });
      const spec = forClasses(modelOf('alexnet'), 10);
      const optimizer = sgd({ learningRate: 0.001 });
      const options = { epochs: 1, batchSize: 2, eventInterval: 0, optimizer, cluster };
      const means: number[] = [];
      for await (const event of fit(session, spec, { train: { count, images, labels } }, options)) {
        if (event.type === 'batch') means.push(event.loss);
      }
      return means;
    };
    const whole = await losses();
    const [towers] = await Promise.all(
      inProcessRanks(2).map((ranks) => losses({ ranks, towers: true })),
    );
    expect(whole).toHaveLength(10);
    whole.forEach((loss, i) => {
      expect(Math.abs(towers[i] / loss - 1)).toBeLessThan(1e-5);
    });
  });
});

describe('towers are refused', () => {
  const refusal = (options: FitOptions, size = 2, spec = net()) =>
    Promise.allSettled(
      inProcessRanks(size).map((ranks) =>
        train({ ...options, cluster: { ranks, towers: true } }, 'reference', spec),
      ),
    ).then(([first]) => String((first as PromiseRejectedResult).reason));

  it('to other than two ranks', async () => {
    expect(await refusal({}, 3)).toMatch(/3 ranks for 2 towers/);
    expect(await refusal({}, 1)).toMatch(/1 rank for 2 towers/);
  });

  it('to optimizers that look at the whole network', async () => {
    expect(await refusal({ optimizer: sgd({ clipNorm: 1 }) })).toMatch(/clipNorm/);
  });

  it('to half precision, which skips a step by what all gradients are', async () => {
    expect(await refusal({ precision: 'float16' })).toMatch(/each tower has half of them/);
  });
});
