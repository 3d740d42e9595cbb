import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { photographs } from '../../../test/support/photographs.ts';
import type { Session } from '../../backends/backend.ts';
import { openSession } from '../../backends/select.ts';
import { drawDigits } from '../../data/datasets/digits.ts';
import { pictureToPng } from '../../data/images/contactSheet.ts';
import type { Picture } from '../../data/images/picture.ts';
import { readImage } from '../../data/images/readImage.node.ts';
import { loadDataset } from '../../data/index.ts';
import { modelOf } from '../../models/index.ts';
import { fit } from '../fit.ts';
import { openPredictor, readerOf } from './predict.ts';
import { readsWriting } from './reading.ts';

const spec = modelOf('lenet5');
const classes = [...'0123456789'];
let session: Session;
let read: ReturnType<typeof openPredictor>;

beforeAll(async () => {
  session = await openSession({ threads: 1 });
  const data = await loadDataset('digits', { trainCount: 9000, testCount: 10 });
  const optimizer = { kind: 'adam', learningRate: 0.003 };
  for await (const _ of fit(session, spec, data, { epochs: 3, batchSize: 32, optimizer }));
  read = openPredictor(session, { spec, classes });
});
afterAll(() => session.close());

const answerTo = async (picture: Picture, options = {}) =>
  (await read(picture, options)).answers[0]?.class;

describe('photographed digits', () => {
  it.each([false, true])('are read in light and shade (chalk on a board: %s)', async (light) => {
    const shots = [0, 1, 2].flatMap((seed) => photographs(seed, { light }));
    const rightOf = async (pictures: typeof shots, options = {}) => {
      let right = 0;
      for (const { picture, digit } of pictures)
        if ((await answerTo(picture, options)) === String(digit)) right++;
      return right;
    };
    expect(await rightOf(shots)).toBeGreaterThanOrEqual(27);
    expect(await rightOf(shots.slice(0, 10), { asIs: true })).toBeLessThan(6);
  });

  it('get no answer where nothing is written', async () => {
    const [{ picture }] = photographs(4, { blank: true });
    expect(await read(picture)).toMatchObject({
      answers: [],
      blank: true,
      notes: ['no ink was found'],
    });
    // As it is, a sheet is a picture like any other.
    expect(await read(picture, { asIs: true })).toMatchObject({
      blank: false,
      answers: [{}, {}, {}],
    });
  });
});

describe('pictures as the data set has them', () => {
  it('reach the network unchanged through a file', async () => {
    const { images, labels } = drawDigits(100, 5, 'test');
    let right = 0;
    for (let i = 0; i < 100; i++) {
      const pixels = Uint8Array.from(images.subarray(784 * i, 784 * (i + 1)));
      const picture = await readImage(pictureToPng(pixels, [28, 28, 1]), { channels: 1 });
      const { given, answers, notes } = await read(picture);
      expect(given).toEqual(pixels);
      expect(notes).toEqual([]);
      if (answers[0].class === String(labels[i])) right++;
    }
    expect(right).toBeGreaterThanOrEqual(88);
  });
});

describe('what counts as writing', () => {
  it('is one channel and classes of one character', () => {
    expect(readsWriting(readerOf({ spec, classes }))).toBe(true);
    expect(readsWriting(readerOf({ spec, classes: ['shirt', 'boot'] }))).toBe(false);
    expect(readsWriting(readerOf({ spec: modelOf('cifar-quick'), classes }))).toBe(false);
  });
});
