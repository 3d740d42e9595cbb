import { beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../backends/backend.ts';
import { openSession } from '../backends/select.ts';
import { FoveaError } from '../base/errors.ts';
import type { Split } from '../data/dataset.ts';
import { loadDataset } from '../data/index.ts';
import { openDataset } from '../data/open.ts';
import { modelOf } from '../models/index.ts';
import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { initialStates } from '../nn/programs/programs.ts';
import { sequential } from '../nn/sequential.ts';
import { layerShapes } from '../nn/shapes.ts';
import { checkSettings, fittedSplit } from './checks.ts';
import { evaluate } from './evaluation/evaluate.ts';
import type { FitOptions } from './events.ts';
import { type FitData, fit } from './fit.ts';
import { openPredictor } from './prediction/predict.ts';

const small = (units: number) =>
  sequential({ name: 'small', inputShape: [28, 28, 1] }, [flatten(), dense({ units })]);
const split = (changes: Partial<Split> = {}): Split => ({
  count: 4,
  images: new Uint8Array(4 * 784),
  labels: Uint8Array.of(0, 1, 0, 1),
  ...changes,
});

let session: Session;
beforeAll(async () => {
  session = await openSession({ backend: 'reference' });
});

/** The parts of the error that the first step is refused with. */
async function refusal(run: () => unknown) {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    expect(error.parts.expected, error.message).toBeDefined();
    return error.message;
  }
  throw new Error('it was not refused');
}

const training = (spec: Parameters<typeof fit>[1], data: FitData, options: FitOptions = {}) =>
  refusal(() => fit(session, spec, data, options).next());

describe('fit refuses before the first step', () => {
  it('pictures that are not those the model reads', async () => {
    const digits = await loadDataset('digits', { trainCount: 20, testCount: 10 });
    expect(await training(modelOf('alexnet-cifar10'), digits)).toMatch(
      /alexnet-cifar10 reads \(32, 32, 3\), the pictures of digits are \(28, 28, 1\)/,
    );
    expect(await training(small(2), { train: split({ images: new Uint8Array(4 * 100) }) })).toMatch(
      /the pictures are of 100 numbers each/,
    );
    const few = { train: split({ images: new Uint8Array(10) }), imageShape: [28, 28, 1] } as const;
    expect(await training(small(2), few)).toMatch(/4 pictures of \(28, 28, 1\) in 10 bytes/);
  });

  it('classes that the model does not answer with', async () => {
    const digits = await loadDataset('digits', { trainCount: 20, testCount: 10 });
    expect(await training(small(3), digits)).toMatch(/answers with \(3,\), digits has 10 classes/);
    const labels = Uint8Array.of(0, 1, 200, 1);
    expect(await training(small(2), { train: split({ labels }) })).toMatch(
      /picture 2 of the split has the label 200, small answers with 2 classes/,
    );
    const negative = Int32Array.of(0, -1, 0, 1);
    expect(await training(small(2), { train: split({ labels: negative }) })).toMatch(/label -1/);
    const bad = { train: split(), validation: split({ labels }) };
    expect(await training(small(2), bad)).toMatch(/label 200/);
  });

  it('classes without codes, and says which words give them some', async () => {
    const images = new Uint8Array(4 * 784);
    const data = {
      train: split({ images }),
      imageShape: [28, 28, 1],
      classes: ['x', 'y', 'z'],
    } as const;
    const said = await training(modelOf('lenet5-1998'), data);
    expect(said).toMatch(/name the model as lenet5-1998,codes=abc, a character for each class/);
    expect(layerShapes(modelOf('lenet5-1998', { codes: 'abc' })).at(-1)?.outputShape).toEqual([3]);
  });

  it('data without pictures, and labels of other pictures', async () => {
    const empty = split({ count: 0, images: new Uint8Array(), labels: new Uint8Array() });
    expect(await training(small(2), { train: empty })).toMatch(/has 0 pictures/);
    expect(await training(small(2), { train: split({ labels: Uint8Array.of(0) }) })).toMatch(
      /4 pictures, but 1 labels/,
    );
  });

  it.each([
    [{ epochs: -1 }, /^epochs: received -1/],
    [{ epochs: 1.5 }, /^epochs: received 1.5/],
    [{ batchSize: 0 }, /^batchSize: received 0/],
    [{ batchSize: Number.NaN }, /^batchSize: received NaN/],
    [{ batchSize: 2.5 }, /^batchSize: received 2.5/],
    [{ patience: 0 }, /^patience: received 0/],
    [{ seed: -1 }, /^seed: received -1/],
    [{ seed: 2 ** 32 }, /^seed: received 4294967296/],
    [{ minDelta: -1 }, /^minDelta: received -1/],
    [{ labelSmoothing: 1 }, /^labelSmoothing: received 1/],
    [{ mixup: 0 }, /^mixup: received 0/],
    [{ mixup: 2.1 }, /^mixup: received 2.1/],
    [{ validationSplit: 1 }, /validation split 1 is not possible/],
    [{ eventInterval: -1 }, /^eventInterval: received -1/],
    [{ checkpointEvery: { seconds: -1 } }, /^checkpointEvery: received -1/],
  ] as const)('the setting %j', async (options, message) => {
    expect(await training(small(2), { train: split() }, options)).toMatch(message);
  });
});

describe('what fits', () => {
  it('is every setting at its limit', () => {
    const least = { epochs: 1, batchSize: 1, patience: 1, seed: 0, eventInterval: 0 };
    checkSettings({ ...least, minDelta: 0, labelSmoothing: 0, mixup: 1e-9 });
    checkSettings({ seed: 2 ** 32 - 1, labelSmoothing: 0.999, mixup: 2 });
    checkSettings({ checkpointEvery: { batches: 1, seconds: 0 } });
  });

  it('gets the border that the model asks for', async () => {
    const digits = await loadDataset('digits', { trainCount: 20, testCount: 10 });
    const spec = modelOf('lenet5-1998');
    const options = { epochs: 1, batchSize: 20, optimizer: 'adam' } as const;
    const { split: rows } = fittedSplit(spec, digits.train, digits);
    const framed = rows.images.subarray(0, 1024);
    expect(rows.images.length).toBe(20 * 1024);
    expect([...framed.subarray(0, 66)].every((byte) => byte === 0)).toBe(true);
    expect([...framed.subarray(66, 94)]).toEqual([...digits.train.images.subarray(0, 28)]);
    expect([...framed.subarray(14 * 32 + 2, 14 * 32 + 30)]).toEqual([
      ...digits.train.images.subarray(12 * 28, 13 * 28),
    ]);
    const types: string[] = [];
    for await (const { type } of fit(session, spec, digits, options)) types.push(type);
    expect(types).toContain('epoch');
    const { count } = await evaluate(session, spec, digits.test, digits);
    expect(count).toBe(10);
  });
});

describe('evaluate, predict and openDataset refuse', () => {
  it('labels, classes and batch sizes that do not fit', async () => {
    const classes = ['a', 'b'];
    const labels = Uint8Array.of(0, 1, 2, 1);
    const run = (rows: Split, options: object) => () =>
      evaluate(session, small(2), rows, { classes, ...options });
    expect(await refusal(run(split({ labels }), {}))).toMatch(/picture 2 of .* has the label 2/);
    expect(await refusal(run(split(), { classes: ['a'] }))).toMatch(/has 1 classes/);
    expect(await refusal(run(split(), { batchSize: 0.5 }))).toMatch(/^batchSize: received 0.5/);
  });

  it('weights of another model', async () => {
    const spec = small(2);
    const weights = new Map(
      [...initialStates(small(3))].map(([name, data]) => [name, { shape: [data.length], data }]),
    );
    const model = { spec, weights, classes: ['a', 'b'] };
    expect(await refusal(() => openPredictor(session, model))).toMatch(
      /"dense\/kernel" has 2352 numbers/,
    );
    weights.delete('dense/kernel');
    expect(await refusal(() => openPredictor(session, model))).toMatch(/have no "dense\/kernel"/);
  });

  it('a folder without the shape that its pictures are made to fit', async () => {
    const options = {} as Parameters<typeof openDataset>[1];
    expect(await refusal(() => openDataset('folder:pictures', options))).toMatch(
      /^imageShape: is missing/,
    );
  });
});
