import { describe, expect, it } from 'vitest';
import { wasmBackend } from '../backends/wasm/index.ts';
import { FoveaError } from '../base/errors.ts';
import { RandomStream } from '../base/random.ts';
import { activation } from './layers/activation.ts';
import { batchNormalization } from './layers/batchNormalization.ts';
import { dense } from './layers/dense.ts';
import { flatten } from './layers/shapes/flatten.ts';
import { add, concatenate } from './layers/shapes/join.ts';
import { conv2d } from './layers/windows/conv2d.ts';
import { conv2dTranspose } from './layers/windows/conv2dTranspose.ts';
import { globalAveragePooling2d } from './layers/windows/globalPooling.ts';
import { maxPooling2d } from './layers/windows/pooling.ts';
import type { LayerOutput } from './layers/wiring.ts';
import { input, type ModelParts, model } from './model.ts';
import { adam } from './optimizers/adam.ts';
import { initialStates, trainingGraph } from './programs/programs.ts';
import { parseModelSpec, sequential } from './sequential.ts';
import { layerShapes } from './shapes.ts';
import type { ModelSpec } from './spec.ts';

const image = { shape: [12, 12, 1] };
const conv = (filters: number, more = {}) =>
  conv2d({ filters, kernelSize: 3, padding: 'same', ...more });

/** x + f(x), as in residual networks, with batch normalisation. */
function residual(x: LayerOutput, filters: number): LayerOutput {
  const first = activation({ activation: 'relu' })(batchNormalization()(conv(filters)(x)));
  return activation({ activation: 'relu' })(add()(conv(filters)(first), x));
}

function residualNetwork(): ModelSpec {
  const x = input(image);
  const stem = conv(8, { activation: 'relu' })(x);
  const blocks = residual(maxPooling2d()(residual(stem, 8)), 8);
  const y = dense({ units: 2, activation: 'softmax' })(globalAveragePooling2d()(blocks));
  return model({ inputs: x, outputs: y, name: 'residual' });
}

describe('model', () => {
  it('writes a chain as sequential does', () => {
    const x = input(image);
    const y = dense({ units: 3 })(flatten()(conv(2)(x)));
    expect(model({ inputs: x, outputs: y, name: 'chain' })).toEqual(
      sequential({ inputShape: image.shape, name: 'chain' }, [
        conv(2),
        flatten(),
        dense({ units: 3 }),
      ]),
    );
  });

  it('writes branches by name, each layer after those it reads', () => {
    const x = input(image);
    const a = conv(2, { name: 'left' })(x);
    const b = conv(3)(x);
    const spec = model({ inputs: [x], outputs: [concatenate()(b, a, x)] });
    expect(spec.layers.map(({ name, inputs }) => [name, inputs])).toEqual([
      ['conv2d', undefined],
      ['left', ['input']],
      ['concatenate', ['conv2d', 'left', 'input']],
    ]);
    expect(layerShapes(spec).at(-1)?.outputShape).toEqual([12, 12, 6]);
    expect(parseModelSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });

  it('is the same where the layers name what they read', () => {
    const x = input(image);
    const stem = conv(1)(x);
    const byCalls = model({ inputs: x, outputs: add()(stem, x), name: 'm' });
    const byNames = sequential({ inputShape: image.shape, name: 'm' }, [
      conv(1),
      add({ inputs: ['conv2d', 'input'] }),
    ]);
    expect(byCalls).toEqual(byNames);
  });

  it('leaves out what leads nowhere, and numbers around the names that are given', () => {
    const x = input(image);
    conv(9)(x);
    const a = conv(1)(x);
    const b = conv(1, { name: 'conv2d' })(a);
    const { layers } = model({ inputs: x, outputs: b });
    expect(layers.map(({ name }) => name)).toEqual(['conv2d_1', 'conv2d']);
  });

  it('lets a layer without parameters stand twice', () => {
    const x = input(image);
    const relu = activation({ activation: 'relu' });
    const spec = model({ inputs: x, outputs: relu(conv(1)(relu(x))) });
    expect(spec.layers.map(({ name }) => name)).toEqual(['activation', 'conv2d', 'activation_1']);
  });

  it('follows ten thousand layers', () => {
    const x = input({ shape: [2, 2, 1] });
    let y: LayerOutput = x;
    for (let i = 0; i < 1e4; i++) y = activation({ activation: 'relu', name: `a${i}` })(y);
    expect(model({ inputs: x, outputs: y }).layers).toHaveLength(1e4);
  });

  it('gives a decoder the size of its encoder, for odd sizes too', () => {
    const x = input({ shape: [13, 10, 1] });
    const down = { kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' } as const;
    const half = conv2d({ filters: 4, ...down })(x);
    const quarter = conv2d({ filters: 8, ...down })(half);
    const up = conv2dTranspose({ filters: 4, ...down, outputPadding: [0, 0] })(quarter);
    const skipped = concatenate()(up, half);
    const y = conv2dTranspose({ filters: 1, ...down, outputPadding: [0, 1] })(skipped);
    const shapes = layerShapes(model({ inputs: x, outputs: add()(y, x) }));
    expect(shapes.map(({ outputShape }) => outputShape.join('x'))).toEqual([
      '7x5x4',
      '4x3x8',
      '7x5x4',
      '7x5x8',
      '13x10x1',
      '13x10x1',
    ]);
  });
});

describe('errors of a model', () => {
  const x = input(image);
  const cases: Record<string, [() => ModelSpec, RegExp]> = {
    'an input that nothing reads': [
      () => model({ inputs: { a: x, b: input(image) }, outputs: flatten()(x) }),
      /no layer on the way to its outputs reads its input "b"/,
    ],
    'an input twice': [
      () => model({ inputs: [x, x], outputs: flatten()(x) }),
      /one input is given twice/,
    ],
    'inputs of one name': [
      () => {
        const [a, b] = [input({ ...image, name: 'a' }), input({ ...image, name: 'a' })];
        return model({ inputs: [a, b], outputs: add()(a, b) });
      },
      /two inputs are called "a"/,
    ],
    'no output': [() => model({ inputs: x, outputs: [] }), /received no outputs/],
    'another input': [
      () => model({ inputs: input({ shape: [3, 3, 1] }), outputs: flatten()(x) }),
      /reads an input of \(12, 12, 1\) that is not the one given, of \(3, 3, 1\)/,
    ],
    'one layer on two sizes': [
      () => {
        const row = dense({ units: 2 });
        const [a, b] = [row(flatten()(x)), row(flatten()(maxPooling2d()(x)))];
        return model({ inputs: x, outputs: add()(a, b) });
      },
      /layer "dense_1".*its kernel would be \(36, 2\), that of "dense", which it shares, is \(144, 2\)/,
    ],
    'an input of a layer': [
      () => model({ inputs: conv(1)(x), outputs: flatten()(x) }),
      /its input is what a layer gives/,
    ],
    'no layer': [() => model({ inputs: x, outputs: x }), /its output is its input/],
    'a layer as input': [
      () => model({ inputs: x, outputs: flatten()(conv(1) as unknown as LayerOutput) }),
      /layer flatten: input 1 is the layer conv2d itself\n.*\n.*conv2d\(\{ \.\.\. \}\)\(x\)/,
    ],
    'a list of inputs': [
      () => model({ inputs: x, outputs: add()([x, x] as unknown as LayerOutput) }),
      /pass inputs one by one: add\(\)\(a, b\)/,
    ],
    'names and a call': [
      () => model({ inputs: x, outputs: add({ inputs: ['a', 'b'] })(x, x) }),
      /names its inputs \(a, b\) and is called on others/,
    ],
    'two for a layer that reads one': [
      () => model({ inputs: x, outputs: flatten({ name: 'row' })(x, x) }),
      /layer "row" \(flatten\): reads 2 layers/,
    ],
    'none for a layer': [() => model({ inputs: x, outputs: flatten()() }), /reads? 0|inputs/],
    'shapes that do not join': [
      () => model({ inputs: x, outputs: add({ name: 'sum' })(maxPooling2d()(x), x) }),
      /layer "sum" \(add\) on an input of \(6, 6, 1\) and \(12, 12, 1\)/,
    ],
    'an unknown option': [
      () => model({ inputs: x, outputs: flatten()(x), inputShap: [1] } as ModelParts),
      /unknown option "inputShap"/,
    ],
  };

  it.each(Object.keys(cases))('%s', (name) => {
    const [make, message] = cases[name];
    expect(make).toThrow(FoveaError);
    expect(make).toThrow(message);
  });
});

describe('a residual network', () => {
  it('learns to tell lying bars from standing ones', async () => {
    const spec = residualNetwork();
    const [N, side] = [32, 12];
    const session = await wasmBackend.open({ threads: 1 });
    const optimizer = adam();
    const program = session.compile(trainingGraph(spec, { optimizer }, N));
    for (const [name, values] of initialStates(spec, { optimizer, seed: 1 })) {
      session.writeState(name, values);
    }
    const random = new RandomStream(1, 'bars');
    const correct: number[] = [];
    for (let step = 0; step < 60; step++) {
      const pictures = program.input('x').fill(0);
      for (let n = 0; n < N; n++) {
        const label = random.integer(2);
        const at = random.integer(side);
        program.input('labels')[n] = label;
        for (let i = 0; i < side; i++) {
          pictures[n * side * side + (label === 0 ? at * side + i : i * side + at)] = 1;
        }
      }
      for (const [name, value] of Object.entries(optimizer.scalars(step, 0.01))) {
        program.input(name)[0] = value;
      }
      program.run();
      correct.push((await program.output('correct'))[0] / N);
    }
    await session.close();
    expect(correct.slice(-5).reduce((sum, share) => sum + share / 5, 0)).toBeGreaterThan(0.95);
  });
});
