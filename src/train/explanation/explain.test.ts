/**
 * @file Explanations, judged by networks whose answer is known by hand, by finite differences, by what must add up,
 * and by networks of random weights (Adebayo et al. 2018).
 */
import { afterAll, describe, expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import { FoveaError, UsageError } from '../../base/errors.ts';
import { openDataset } from '../../data/open.ts';
import { modelOf } from '../../models/index.ts';
import { layers } from '../../nn/layers/index.ts';
import { parametersOf } from '../../nn/network.ts';
import { initialStates } from '../../nn/programs/programs.ts';
import { sequential } from '../../nn/sequential.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { StateValue, TrainedModel } from '../../nn/trained.ts';
import { fit } from '../fit.ts';
import { explain } from './explain.ts';
import { openProbe } from './probe.ts';

const { conv2d, dense, flatten, globalAveragePooling2d, activation } = layers;
const session = await openSession({ backend: 'reference' });
afterAll(() => session.close());

/** A model with weights by name; parameters that are not named are zeros. */
function withWeights(spec: ModelSpec, values: Record<string, readonly number[]>): TrainedModel {
  const weights = new Map<string, StateValue>(
    parametersOf(spec).map(({ name, shape }) => {
      const zeros = new Float32Array(shape.reduce((all, n) => all * n, 1));
      return [name, { shape, data: Float32Array.from(values[name] ?? zeros) }];
    }),
  );
  return { spec, weights, classes: ['no', 'yes'] };
}

function randomModel(spec: ModelSpec, seed: number): TrainedModel {
  const states = initialStates(spec, { seed });
  const values = Object.fromEntries([...states].map(([name, data]) => [name, [...data]]));
  const { weights } = withWeights(spec, values);
  return { spec, weights, classes: [...'0123456789'] };
}

async function mapOf(model: TrainedModel, pixels: Uint8Array, method: string, options = {}) {
  const { explanations } = await explain(session, model, pixels, { methods: [method], ...options });
  return explanations[0];
}

const pixelsOf = (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => (i * 53 + 20) % 256);

describe('a linear network, 2 channels', () => {
  const spec = sequential({ inputShape: [2, 2, 2], preprocessing: { scale: 1 / 255 } }, [
    flatten(),
    dense({ units: 2, activation: 'softmax' }),
  ]);
  // Of "yes": 1, -4, 0, 2, ...; of "no" the constant 0.5.
  const yes = [1, -4, 0, 2, 0, 0, -3, 0.5];
  const model = withWeights(spec, { 'dense/kernel': yes.flatMap((w) => [0.5, w]) });
  const pixels = Uint8Array.of(255, 0, 51, 255, 9, 9, 255, 102);

  it('has its weights for a gradient, the strongest channel of each pixel', async () => {
    const { map } = await mapOf(model, pixels, 'gradient', { class: 'yes' });
    expect([...map]).toEqual([4, 2, 0, 3]);
    expect([...(await mapOf(model, pixels, 'gradient', { class: 'no' })).map]).toEqual([
      0.5, 0.5, 0.5, 0.5,
    ]);
  });

  it('has the same under noise', async () => {
    const { map, notes } = await mapOf(model, pixels, 'smoothGrad', { class: 'yes', samples: 20 });
    [4, 2, 0, 3].forEach((w, i) => {
      expect(map[i]).toBeCloseTo(w, 5);
    });
    expect(notes).toEqual(["20 copies, noise of 15 % of the picture's span"]);
  });

  it('adds up weight times number, summed over channels, from the baseline on', async () => {
    const { map } = await mapOf(model, pixels, 'integratedGradients', { class: 'yes', steps: 3 });
    [1, 2, 0, -3 + 0.2].forEach((w, i) => {
      expect(map[i]).toBeCloseTo(w, 5);
    });
    const from = { class: 'yes', baseline: 255 };
    const second = await mapOf(model, pixels, 'integratedGradients', from);
    [4, 0, 0, -0.3].forEach((w, i) => {
      expect(second.map[i]).toBeCloseTo(w, 5);
    });
  });

  it('loses by occlusion what the covered pixel gave', async () => {
    const settings = { class: 'yes', size: 1, stride: 1 };
    const { map } = await mapOf(model, pixels, 'occlusion', settings);
    // Without the first pixel the score of "yes" falls by 1, of "no" by a half.
    expect(map[0]).toBeGreaterThan(0);
    expect(map[3]).toBeLessThan(0);
    expect(map[1]).toBeGreaterThan(map[0]);
  });

  it('loses nothing where the cover is like what it covers', async () => {
    const even = new Uint8Array(8).fill(90);
    const settings = { class: 'yes', size: 1, stride: 1 };
    const { map } = await mapOf(model, even, 'occlusion', { ...settings, fill: 90 });
    for (const value of map) expect(value).toBeCloseTo(0, 6);
    const black = await mapOf(model, even, 'occlusion', settings);
    expect(Math.max(...black.map.map(Math.abs))).toBeGreaterThan(0.01);
  });

  it('is asked about its own answer unless a class is named', async () => {
    const found = await explain(session, model, pixels, { methods: [] });
    const score = 1 + 2 - 3 + 0.2;
    expect(found).toMatchObject({ predicted: 'no', class: 'no', explanations: [] });
    expect(found.score).toBeCloseTo((0.5 * (255 + 51 + 255 + 9 + 9 + 255 + 102)) / 255, 4);
    const other = await explain(session, model, pixels, { methods: [], class: 'yes' });
    expect(other).toMatchObject({ predicted: 'no', class: 'yes' });
    expect(other.score).toBeCloseTo(score, 5);
    expect(other.probability).toBeCloseTo(1 / (1 + Math.exp(found.score - score)), 5);
  });

  it('says what it cannot do', async () => {
    const ask = (options: object) => explain(session, model, pixels, options);
    await expect(ask({ methods: ['gradCam'] })).rejects.toThrow(/no convolution/);
    await expect(ask({ methods: ['gradcam'] })).rejects.toThrow(UsageError);
    await expect(ask({ methods: ['gradcam'] })).rejects.toThrow(/did you mean "gradCam"/);
    await expect(ask({ class: 'maybe' })).rejects.toThrow(/no, yes/);
    await expect(ask({ steps: 0 })).rejects.toThrow(/1 to 4096/);
    await expect(ask({ steps: 2.5 })).rejects.toThrow(/whole number/);
    await expect(ask({ noise: Number.NaN })).rejects.toThrow(/0 to 2/);
    for (const [names, least, most] of [
      [['samples', 'steps', 'size', 'stride'], 1, 4096],
      [['baseline', 'fill'], 0, 255],
      [['noise'], 0, 2],
    ] as const) {
      for (const name of names) {
        for (const value of [least - 1, most + 1])
          await expect(ask({ [name]: value }), name).rejects.toThrow(`${least} to ${most}`);
      }
    }
    await expect(explain(session, model, pixels.subarray(1))).rejects.toThrow(/8: 2 x 2 x 2/);
    await expect(mapOf(model, new Uint8Array(8), 'smoothGrad')).rejects.toThrow(FoveaError);
  });
});

describe('a network with a ReLU', () => {
  // hidden = relu(x0 - x1), relu(x1); yes = 2 hidden0 - 3 hidden1.
  const spec = sequential({ inputShape: [1, 2, 1], preprocessing: { scale: 1 / 255 } }, [
    flatten(),
    dense({ units: 2, activation: 'relu', name: 'hidden' }),
    dense({ units: 2, activation: 'softmax', name: 'answer' }),
  ]);
  const model = withWeights(spec, {
    'hidden/kernel': [1, 0, -1, 1],
    'answer/kernel': [0, 2, 0, -3],
  });

  it('holds back what is negative on its way back, guided', async () => {
    const pixels = Uint8Array.of(255, 51);
    const plain = await mapOf(model, pixels, 'gradient', { class: 'yes' });
    expect([...plain.map]).toEqual([2, 5]);
    const guided = await mapOf(model, pixels, 'guidedBackprop', { class: 'yes' });
    expect([...guided.map]).toEqual([2, 2]);
    expect(guided.notes).toEqual([]);
  });

  it('has a gradient alone where its units are above 0', async () => {
    const { map } = await mapOf(model, Uint8Array.of(51, 255), 'gradient', { class: 'yes' });
    expect([...map]).toEqual([0, 3]);
  });
});

describe('noise', () => {
  const steep = (scale: number) => {
    const spec = sequential({ inputShape: [1, 2, 1], preprocessing: { scale } }, [
      flatten(),
      dense({ units: 2, activation: 'tanh', name: 'hidden' }),
      dense({ units: 2, name: 'answer' }),
    ]);
    const kernel = [3, -2, 1, 4].map((w) => w / (255 * scale));
    return withWeights(spec, { 'hidden/kernel': kernel, 'answer/kernel': [0, 2, 0, -3] });
  };
  const smooth = async (scale: number, options: object) => {
    const asked = { class: 'yes', samples: 8, ...options };
    return [...(await mapOf(steep(scale), Uint8Array.of(200, 30), 'smoothGrad', asked)).map];
  };

  it('is of the seed, and of the span of the numbers that the network reads', async () => {
    const one = await smooth(1 / 255, {});
    expect(await smooth(1 / 255, { seed: 0 })).toEqual(one);
    expect(await smooth(1 / 255, { seed: 1 })).not.toEqual(one);
    // Numbers 255 times as large, weights as much smaller: the same network, the same noise.
    const bytes = await smooth(1, {});
    bytes.forEach((value, i) => {
      expect(255 * value).toBeCloseTo(one[i], 3);
    });
    expect(await smooth(1 / 255, { noise: 0 })).not.toEqual(one);
  });
});

describe('a picture that is wider than high', () => {
  const spec = sequential({ inputShape: [2, 6, 1], preprocessing: { scale: 1 / 255 } }, [
    conv2d({ filters: 1, kernelSize: 1 }),
    flatten(),
    dense({ units: 2, activation: 'softmax' }),
  ]);
  // The last but one pixel of the second row alone speaks for "yes".
  const own = Array.from({ length: 12 }, (_, i) => (i === 10 ? 5 : 0));
  const model = withWeights(spec, {
    'conv2d/kernel': [1],
    'dense/kernel': own.flatMap((w) => [0, w]),
  });

  it.each([
    ['occlusion', { size: 1, stride: 1 }],
    ['gradCam', {}],
    ['gradient', {}],
  ])('keeps its rows and columns in %s', async (method, options) => {
    // Grad-CAM knows no place but by what is there: the other pixels are black.
    const pixels = Uint8Array.from(own, (w) => 50 * w);
    const { map } = await mapOf(model, pixels, method, { class: 'yes', ...options });
    expect(map).toHaveLength(12);
    expect(map.indexOf(Math.max(...map))).toBe(10);
    expect([...map].filter((value) => Math.abs(value) > 1e-6)).toHaveLength(1);
  });

  it.each([
    [[6, 12], /square of 2 pixels at 6 x 12 places/],
    [[40, 64], /square of 11 pixels at 10 x 16 places/],
  ])('is covered by a sixth of its side, of %j', async ([height, width], note) => {
    const large = sequential({ inputShape: [height, width, 1] }, [
      globalAveragePooling2d(),
      dense({ units: 2, activation: 'softmax' }),
    ]);
    const pixels = pixelsOf(height * width);
    const { notes, map } = await mapOf(withWeights(large, {}), pixels, 'occlusion');
    expect(notes[0]).toMatch(note);
    expect(map).toHaveLength(height * width);
  });
});

describe('Grad-CAM', () => {
  it('weighs maps by their mean gradient, keeps what is positive, and enlarges it', async () => {
    // Two maps of 2 x 2 by windows of 2 and stride 2: means of channels; yes = mean(map0) - 2 mean(map1).
    const spec = sequential({ inputShape: [4, 4, 2], preprocessing: { scale: 1 } }, [
      conv2d({ filters: 2, kernelSize: 2, strides: 2 }),
      globalAveragePooling2d(),
      dense({ units: 2, activation: 'softmax' }),
    ]);
    const kernel = Array.from({ length: 4 }, () => [0.25, 0, 0, 0.25]).flat();
    const model = withWeights(spec, {
      'conv2d/kernel': kernel,
      'dense/kernel': [0, 1, 0, -2],
    });
    const pixels = new Uint8Array(32);
    const paint = (row: number, column: number, channel: number, value: number) => {
      for (const [dy, dx] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ])
        pixels[((2 * row + dy) * 4 + 2 * column + dx) * 2 + channel] = value;
    };
    paint(0, 0, 0, 80);
    paint(0, 1, 0, 40);
    paint(0, 1, 1, 4);
    paint(1, 0, 1, 100);
    const { map, notes } = await mapOf(model, pixels, 'gradCam', { class: 'yes' });
    // By hand: weights 1/4 and -2/4, so 20, 10 - 2 = 8, 0, 0; enlarged by interpolation.
    expect([map[0], map[3], map[12], map[15]].map((v) => Math.round(1000 * v) / 1000)).toEqual([
      20, 8, 0, 0,
    ]);
    expect(map[1]).toBeCloseTo(20 - (20 - 8) / 4, 4);
    expect(notes).toEqual(['maps of conv2d, 2 x 2 places']);
    const against = await mapOf(model, pixels, 'gradCam', { class: 'no' });
    expect([...against.map].every((v) => v === 0)).toBe(true);
    expect(against.notes).toContain('none of its places speaks for the class');
    await expect(mapOf(model, pixels, 'gradCam', { layer: 'conv' })).rejects.toThrow(/"conv2d"/);
    await expect(mapOf(model, pixels, 'gradCam', { layer: 'dense' })).rejects.toThrow(/conv2d/);
  });

  it('takes the last convolution by default, or the layer that is named', async () => {
    const model = randomModel(modelOf('lenet5'), 3);
    const pixels = pixelsOf(784);
    expect((await mapOf(model, pixels, 'gradCam')).notes[0]).toBe('maps of conv2d_1, 8 x 8 places');
    const named = await mapOf(model, pixels, 'gradCam', { layer: 'average_pooling2d' });
    expect(named.notes[0]).toBe('maps of average_pooling2d, 12 x 12 places');
    expect(named.map).toHaveLength(784);
  });
});

describe('any network', () => {
  const spec = sequential({ inputShape: [6, 6, 1], preprocessing: { offset: -0.5 } }, [
    conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }),
    activation({ activation: 'softplus' }),
    flatten(),
    dense({ units: 4 }),
  ]);
  const model = { ...randomModel(spec, 1), classes: [...'abcd'] };

  it('has the gradient that finite differences have', async () => {
    const probe = openProbe(session, model);
    const x = probe.numbersOf(pixelsOf(36));
    const { gradient } = await probe.ask(x, 2);
    const [step, rows] = [1e-2, new Float32Array(2 * 36 * 36)];
    for (let i = 0; i < 72; i++) {
      rows.set(x, 36 * i);
      rows[36 * i + Math.floor(i / 2)] += i % 2 === 0 ? step : -step;
    }
    const { score } = await probe.ask(rows, 2);
    gradient.forEach((slope, i) => {
      expect((score[2 * i] - score[2 * i + 1]) / (2 * step)).toBeCloseTo(slope, 3);
    });
    probe.close();
  });

  it('adds up to the rise of the score, and says so', async () => {
    const { map, notes } = await mapOf(model, pixelsOf(36), 'integratedGradients', { steps: 256 });
    const probe = openProbe(session, model);
    const { data } = await probe.probabilities(pixelsOf(36));
    const best = data.indexOf(Math.max(...data));
    const scores = async (pixels: Uint8Array) =>
      (await probe.ask(probe.numbersOf(pixels), best)).score[0];
    const rise = (await scores(pixelsOf(36))) - (await scores(new Uint8Array(36)));
    expect(map.reduce((sum, v) => sum + v, 0)).toBeCloseTo(rise, 2);
    expect(notes[0]).toContain(`rises by ${rise.toFixed(3)}`);
    probe.close();
  });

  it('is explained by each method as if there were no others', async () => {
    const pixels = pixelsOf(36);
    const { explanations } = await explain(session, model, pixels);
    for (const { method, map } of explanations) {
      expect((await mapOf(model, pixels, method)).map, method).toEqual(map);
    }
  });

  it('says where a sum is off, for want of steps', async () => {
    const steep = withWeights(
      sequential({ inputShape: [1, 1, 1], preprocessing: { scale: 1 } }, [
        flatten(),
        dense({ units: 2, activation: 'tanh' }),
        dense({ units: 2, name: 'out' }),
      ]),
      { 'dense/kernel': [0, 1], 'out/kernel': [0, 0, 0, 1] },
    );
    const few = await mapOf(steep, Uint8Array.of(60), 'integratedGradients', {
      class: 'yes',
      steps: 2,
    });
    expect(few.notes[0]).toMatch(/rises by 1.000 .*: more steps/);
  });

  it('gives back what it took, and answers alike twice and for any rows in a run', async () => {
    const before = session.states().length;
    const [one, two] = [
      await explain(session, model, pixelsOf(36)),
      await explain(session, model, pixelsOf(36)),
    ];
    expect(two).toEqual(one);
    expect(one.explanations.map(({ method }) => method)).toHaveLength(6);
    const guided = one.explanations.find(({ method }) => method === 'guidedBackprop');
    expect(guided?.notes).toEqual(['no ReLU held anything back: this is the gradient']);
    expect(session.states()).toHaveLength(before);
    const probe = openProbe(session, model);
    const rows = Float32Array.from({ length: 36 * 19 }, (_, i) => Math.sin(i));
    const all = await probe.ask(rows, 1);
    const last = await probe.ask(rows.slice(36 * 18), 1);
    expect(all.score).toHaveLength(19);
    expect(all.score[18]).toBeCloseTo(last.score[0], 5);
    expect(all.gradient.subarray(36 * 18)).toEqual(last.gradient);
    probe.close();
  });
});

it('differs for a network of random weights: it explains the network, not the picture', async () => {
  const wasm = await openSession({ threads: 1 });
  const spec = modelOf('lenet5');
  const dataset = await openDataset('digits', {
    imageShape: [28, 28, 1],
    trainCount: 2000,
    testCount: 20,
  });
  for await (const _ of fit(wasm, spec, dataset, { epochs: 2, seed: 1 }));
  const trained = { spec, classes: dataset.classes };
  const random = randomModel(spec, 7);
  const { images } = dataset.test as { images: Uint8Array };
  const pixels = images.slice(0, 784);
  const { class: answer, explanations } = await explain(wasm, trained, pixels);
  const other = await explain(wasm, random, pixels, { class: answer });
  explanations.forEach(({ method, map }, i) => {
    // Guided back-propagation draws edges whatever the weights are, which is what Adebayo et al. found.
    if (method === 'guidedBackprop') return;
    expect(Math.abs(correlation(map, other.explanations[i].map)), method).toBeLessThan(0.75);
  });
  await wasm.close();
});

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((v, i) => {
    ab += (v - ma) * (b[i] - mb);
    aa += (v - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}
