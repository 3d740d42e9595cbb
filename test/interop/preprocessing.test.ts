/** @file How pixels become numbers: words, what they come to, and the channels turned round. */
import { describe, expect, it } from 'vitest';
import { fillPixels } from '../../src/data/batches/batches.ts';
import { withChannelsReversed } from '../../src/interop/channelOrder.ts';
import {
  parsePreprocessing,
  preprocessingWords,
  scalingNames,
} from '../../src/interop/preprocessing.ts';
import { layers } from '../../src/nn/layers/index.ts';
import { input, model } from '../../src/nn/model.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { withPreprocessing } from '../../src/runs/importRun.ts';
import { answersOf, drawnRows, furthest, type NamedRows } from './answers.ts';
import { withWeights } from './models.ts';

const { averagePooling2d, conv2d, dense, flatten } = layers;
const grey = { inputShape: [2, 2, 1] };
const colour = { inputShape: [2, 2, 3] };

/** What the first pixel (10, 100, 200) becomes. */
function numbersOf(words: string, { inputShape } = colour): number[] {
  const { preprocessing } = parsePreprocessing(words, { inputShape });
  const pixels = Uint8Array.of(...[10, 100, 200].slice(0, inputShape[2]));
  const x = new Float32Array(pixels.length);
  fillPixels(pixels, 1, Int32Array.of(0), preprocessing, x);
  return [...x];
}

function near(actual: readonly number[], expected: readonly number[]): void {
  for (const [i, n] of actual.entries()) expect(n).toBeCloseTo(expected[i], 5);
}

describe('words for a preprocessing', () => {
  it('are those in use', () => {
    near(numbersOf('0..1'), [10 / 255, 100 / 255, 200 / 255]);
    near(numbersOf('0..255'), [10, 100, 200]);
    near(numbersOf('-1..1'), [10 / 127.5 - 1, 100 / 127.5 - 1, 200 / 127.5 - 1]);
    near(numbersOf('mnist', grey), [(10 / 255 - 0.1307) / 0.3081]);
    near(numbersOf('imagenet'), [
      (10 / 255 - 0.485) / 0.229,
      (100 / 255 - 0.456) / 0.224,
      (200 / 255 - 0.406) / 0.225,
    ]);
    near(numbersOf('cifar10'), [
      (10 / 255 - 0.4914) / 0.2471,
      (100 / 255 - 0.4822) / 0.2435,
      (200 / 255 - 0.4465) / 0.2616,
    ]);
    expect(scalingNames).toHaveLength(6);
  });

  it('are numbers of one own', () => {
    near(numbersOf('scale=1,mean=124/117/104'), [-114, -17, 96]);
    near(numbersOf('scale=1,mean=4,std=2'), [3, 48, 98]);
    near(numbersOf('mean=0.5,std=0.1/0.2/0.5'), [
      (10 / 255 - 0.5) / 0.1,
      (100 / 255 - 0.5) / 0.2,
      (200 / 255 - 0.5) / 0.5,
    ]);
    near(numbersOf('imagenet,std=1'), [10 / 255 - 0.485, 100 / 255 - 0.456, 200 / 255 - 0.406]);
  });

  it.each([
    ['imagenet', grey],
    ['bgr', grey],
    ['nonsense', colour],
    ['mean=1/2', colour],
    ['std=0', colour],
    ['scale=x', colour],
    ['scale', colour],
  ])('"%s" is refused for a network that it does not fit', (words, spec) => {
    expect(() => parsePreprocessing(words, spec)).toThrow(/preprocess: /);
  });

  it('are said again in a note', () => {
    expect(preprocessingWords({ scale: 1 / 255, offset: 0 })).toBe('pixel * 0.003922');
    expect(preprocessingWords({ scale: [1, 2, 3], offset: -1, mean: [4, 5, 6] })).toBe(
      '(pixel - (4, 5, 6)) * (1, 2, 3) - 1',
    );
  });
});

describe('a network that reads blue first', () => {
  const reversed = (rows: NamedRows): NamedRows => {
    const { input } = rows;
    return { input: input.map((_, i) => input[i - (i % 3) + 2 - (i % 3)]) };
  };
  const folded = sequential({ inputShape: [6, 5, 3] }, [
    conv2d({ filters: 4, kernelSize: 3, padding: 'same' }),
    flatten(),
    dense({ units: 3 }),
  ]);
  const other = sequential({ inputShape: [6, 4, 3] }, [
    averagePooling2d(),
    flatten(),
    dense({ units: 3 }),
  ]);

  const grouped = sequential({ inputShape: [6, 5, 3] }, [
    conv2d({ name: 'channel_order', filters: 6, kernelSize: 3, groups: 3 }),
    flatten(),
    dense({ units: 3 }),
  ]);
  // Its second use reads no picture.
  const x = input({ shape: [6, 5, 3] });
  const twice = conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'tanh' });
  const shared = model({ inputs: x, outputs: dense({ units: 3 })(flatten()(twice(twice(x)))) });

  it.each([
    ['by its first kernel', folded, /input channels of conv2d were turned round/],
    ['by a layer in front', other, /a frozen 1x1 convolution \(channel_order\)/],
    ['of groups', grouped, /a frozen 1x1 convolution \(channel_order_1\)/],
    ['of a layer that is applied twice', shared, /a frozen 1x1 convolution/],
  ])('gives the same answers for red first: %s', async (_, spec, words) => {
    const trained = withWeights(spec);
    const { model: turned, note } = withChannelsReversed(trained);
    expect(note).toMatch(words);
    const rows = drawnRows(trained, 2);
    const answers = await answersOf(turned, rows);
    expect(furthest(await answersOf(trained, reversed(rows)), answers)).toBeLessThan(1e-5);
    expect(furthest(await answersOf(trained, rows), answers)).toBeGreaterThan(1e-3);
  });

  it('is one by "bgr", and keeps a border', () => {
    const spec = { ...folded, preprocessing: { scale: 1, offset: 0, border: 1 } };
    const { model, notes } = withPreprocessing(withWeights(spec), 'scale=1,mean=1/2/3,bgr');
    expect(model.spec.preprocessing).toEqual({ scale: 1, offset: 0, mean: [1, 2, 3], border: 1 });
    expect(notes).toHaveLength(1);
  });
});
