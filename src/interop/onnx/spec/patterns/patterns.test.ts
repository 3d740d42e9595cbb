import { describe, expect, it } from 'vitest';
import { runBothWays } from '../../../../../test/onnx/bothWays.ts';
import { conv, image, w, weights } from '../../../../../test/onnx/layerModels.ts';
import {
  floats,
  integers,
  node,
  type Written,
  writeModel,
} from '../../../../../test/onnx/writeModel.ts';
import { openSession } from '../../../../backends/select.ts';
import { FoveaError } from '../../../../base/errors.ts';
import { decodeModel } from '../../decode.ts';
import { evaluate } from '../../evaluate.ts';
import { specOfOnnx } from '../importSpec.ts';
import { withPatterns } from './index.ts';

const scalar = (name: string, value: number) => floats(name, [], [value]);
const NUMBERS = [
  scalar('root', Math.SQRT2),
  scalar('half', 0.5),
  scalar('one', 1),
  scalar('three', 3),
  scalar('six', 6),
  scalar('seven', 7),
  scalar('zero', 0),
  scalar('two', 2),
];

/** A convolution, and what follows it. */
const behind = (
  nodes: Written['nodes'],
  more: Written['weights'] = [],
  outputs = ['y'],
): Written => ({
  inputs: image,
  outputs,
  weights: [...w, ...NUMBERS, ...more],
  nodes: [conv, ...nodes],
});

/** The layers, which answer as the file's operators do. */
async function layersOf(written: Written) {
  await using session = await openSession({ backend: 'reference' });
  const { imported, outputs } = await runBothWays(session, writeModel(written), { batchSize: 2 });
  for (const { graph, layers } of outputs) {
    expect(layers).toHaveLength(graph.length);
    const apart = Math.max(...graph.map((y, i) => Math.abs(y - layers[i]!)));
    expect(apart).toBeLessThan(1e-5);
    expect(new Set(graph.map((y) => y.toFixed(4))).size).toBeGreaterThan(1);
  }
  return imported.spec.layers;
}

const kinds = (layers: Awaited<ReturnType<typeof layersOf>>) => layers.map(({ kind }) => kind);

/** x (1 + erf(x / root 2)) / 2, as PyTorch writes it up to opset 19. */
const gelu = (half: string, x = 'c') => [
  node('Div', [x, 'root'], ['d']),
  node('Erf', ['d'], ['e']),
  node('Add', ['e', 'one'], ['f']),
  node('Mul', [x, 'f'], ['g']),
  node('Mul', ['g', half], ['y']),
];
const clipped = (most: string) => [
  node('Add', ['c', 'three'], ['d']),
  node('Clip', ['d', 'zero', most], ['e']),
  node('Div', ['e', 'six'], ['f']),
  node('Mul', ['c', 'f'], ['y']),
];

describe('an activation of several operators', () => {
  it.each([
    ['gelu', gelu('half')],
    ['swish', [node('Sigmoid', ['c'], ['d']), node('Mul', ['c', 'd'], ['y'])]],
    [
      'mish',
      [node('Softplus', ['c'], ['d']), node('Tanh', ['d'], ['e']), node('Mul', ['e', 'c'], ['y'])],
    ],
    ['hardSwish', clipped('six')],
    [
      'hardSwish',
      [
        node('HardSigmoid', ['c'], ['d'], { alpha: 1 / 6, beta: 0.5 }),
        node('Mul', ['c', 'd'], ['y']),
      ],
    ],
  ])('%s goes into the layer before it', async (name, nodes) => {
    const [layer, ...more] = await layersOf(behind(nodes));
    expect(layer?.options.activation).toBe(name);
    expect(more).toEqual([]);
  });

  it('is none with another number in it', async () => {
    const nodes = [
      node('HardSigmoid', ['c'], ['d'], { alpha: 0.2, beta: 0.5 }),
      node('Mul', ['c', 'd'], ['y']),
    ];
    expect(kinds(await layersOf(behind(nodes)))).toEqual(['conv2d', 'activation', 'multiply']);
  });

  it.each([
    ['gelu of another scale', gelu('one')],
    ['a bound of 7', clipped('seven')],
  ])('is none: %s', async (_, nodes) => {
    // Refused or written as other layers, but never with other answers.
    const found = await layersOf(behind(nodes)).catch((error: unknown) => {
      if (error instanceof FoveaError) return [];
      throw error;
    });
    expect(found.map(({ options }) => options.activation)).not.toContain('gelu');
    expect(found.map(({ options }) => options.activation)).not.toContain('hardSwish');
  });

  it('is looked for no deeper than it can be', () => {
    const nodes = Array.from({ length: 20_000 }, (_, i) =>
      node('Mul', [i === 0 ? 'c' : `m${i}`, 'half'], [i === 19_999 ? 'y' : `m${i + 1}`]),
    );
    const file = decodeModel(writeModel(behind(nodes)), 'model');
    const evaluation = evaluate(file, { batchSize: 1 });
    const { model } = withPatterns(
      file,
      evaluation,
      new Map(nodes.map(({ output }) => [output![0]!, 1])),
    );
    expect(model.nodes).toHaveLength(20_001);
  });

  it('is none where somebody else reads a part of it', async () => {
    const nodes = [node('Sigmoid', ['c'], ['d']), node('Mul', ['c', 'd'], ['y'])];
    const layers = await layersOf(behind(nodes, [], ['y', 'd']));
    expect(kinds(layers)).toEqual(['conv2d', 'activation', 'multiply']);
  });
});

describe('windows of several operators', () => {
  it('pools the smallest', async () => {
    const nodes = [
      node('Neg', ['c'], ['d']),
      node('MaxPool', ['d'], ['e'], { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] }),
      node('Neg', ['e'], ['y']),
    ];
    expect(kinds(await layersOf(behind(nodes)))).toEqual(['conv2d', 'minPooling2d']);
  });

  /** As PyTorch pads: [before, behind] along an axis. */
  const around = (x: string, y: string, axis: number, before: number, last: number) => [
    node('Slice', [x, `from${axis}`, 'end', `at${axis}`], [`l${axis}`]),
    node('Slice', [x, 'start', `to${axis}`, `at${axis}`], [`r${axis}`]),
    node(
      'Concat',
      [...(before > 0 ? [`l${axis}`] : []), x, ...(last > 0 ? [`r${axis}`] : [])],
      [y],
      {
        axis,
      },
    ),
  ];
  const places = [
    integers('from2', [-2]),
    integers('from3', [-1]),
    integers('end', [2 ** 31 - 1]),
    integers('start', [0]),
    integers('to2', [1]),
    integers('to3', [3]),
    integers('at2', [2]),
    integers('at3', [3]),
  ];

  it('pads with the other side', async () => {
    const nodes = [...around('c', 'd', 2, 2, 1), ...around('d', 'y', 3, 1, 3)];
    const [, padding, ...more] = await layersOf(behind(nodes, places));
    expect(padding?.kind).toBe('padding2d');
    expect(padding?.options).toMatchObject({
      mode: 'circular',
      padding: [
        [2, 1],
        [1, 3],
      ],
    });
    expect(more).toEqual([]);
  });

  it.each([
    ['its own', [node('Slice', ['c', 'start', 'to3', 'at3'], ['d'])], ['d', 'c']],
    ['every second one', [node('Slice', ['c', 'start', 'end', 'at3', 'by2'], ['d'])], ['c', 'd']],
  ])('pads no side with %s', (_, slices, parts) => {
    const nodes = [...slices, node('Concat', parts, ['y'], { axis: 3 })];
    const written = behind(nodes, [...places, integers('by2', [2])]);
    const file = decodeModel(writeModel(written), 'model');
    expect(() => specOfOnnx(file, 'model')).toThrow(FoveaError);
  });

  it('cuts at the sides', async () => {
    const more = [integers('from', [1, 2]), integers('to', [-1, 99]), integers('along', [2, -1])];
    const nodes = [node('Slice', ['c', 'from', 'to', 'along'], ['y'])];
    const [, cropping] = await layersOf(behind(nodes, more));
    expect(cropping?.kind).toBe('cropping2d');
    expect(cropping?.options).toEqual({
      cropping: [
        [1, 1],
        [2, 0],
      ],
    });
  });
});

describe('squares', () => {
  it('are distances to centres, in the order of the layer', async () => {
    const nodes = [
      node('Flatten', ['c'], ['f']),
      node('Unsqueeze', ['f', 'one_axis'], ['u']),
      node('Sub', ['centers', 'u'], ['d']),
      node('Pow', ['d', 'two'], ['s']),
      node('ReduceSum', ['s', 'last_axis'], ['y'], { keepdims: 0 }),
    ];
    const more = [
      weights('centers', 2, 4 * 6 * 5),
      integers('one_axis', [1]),
      integers('last_axis', [-1]),
    ];
    expect(kinds(await layersOf(behind(nodes, more)))).toEqual(['conv2d', 'flatten', 'rbf']);
  });

  it.each([
    [4, 'localResponseNormalization'],
    [0, undefined],
  ])('of %i neighbours normalise', async (size, kind) => {
    const [below, above] = [size / 2, size / 2 - 1];
    const near = Array.from({ length: 16 }, (_, i) => {
      const apart = (i % 4) - Math.floor(i / 4);
      // The other one has a hole in the middle.
      return size === 0 ? (apart === 0 ? 0 : 0.1) : -below <= apart && apart <= above ? 0.1 : 0;
    });
    const nodes = [
      node('Mul', ['c', 'c'], ['s']),
      node('Conv', ['s', 'near'], ['n']),
      node('Add', ['n', 'one'], ['k']),
      node('Pow', ['k', 'half'], ['p']),
      node('Div', ['c', 'p'], ['y']),
    ];
    const written = behind(nodes, [floats('near', [4, 4, 1, 1], near)]);
    if (kind === undefined) {
      await expect(layersOf(written)).rejects.toThrow(/no layer does what/);
      return;
    }
    const [, layer] = await layersOf(written);
    expect(layer?.kind).toBe(kind);
    expect(layer?.options).toMatchObject({ size, k: 1, beta: 0.5 });
  });
});
