import { describe, expect, it } from 'vitest';
import { runBothWays } from '../../../../test/onnx/bothWays.ts';
import { conv, image, MODELS, w, weights } from '../../../../test/onnx/layerModels.ts';
import { floats, node, type Written, writeModel } from '../../../../test/onnx/writeModel.ts';
import { openSession } from '../../../backends/select.ts';
import { FoveaError } from '../../../base/errors.ts';
import type { LayerSpec } from '../../../nn/spec.ts';
import { decodeModel } from '../decode.ts';
import { specOfOnnx } from './importSpec.ts';

const kinds = (layers: readonly LayerSpec[]): string => layers.map(({ kind }) => kind).join(' ');

const importing = (written: Written) =>
  specOfOnnx(decodeModel(writeModel(written), 'model'), 'model');

function refusalOf(written: Written): string {
  try {
    importing(written);
  } catch (error) {
    expect(error).toBeInstanceOf(FoveaError);
    return (error as FoveaError).message;
  }
  return expect.fail('it was imported');
}

/** A graph of the file's operators, which knows no layout but the file's, judges the layers. */
async function agrees(written: Written) {
  await using session = await openSession({ backend: 'reference' });
  const { imported, outputs } = await runBothWays(session, writeModel(written), { batchSize: 2 });
  for (const { graph, layers } of outputs) {
    expect(layers).toHaveLength(graph.length);
    graph.forEach((y, i) => {
      expect(layers[i], `number ${i}`).toBeCloseTo(y, 4);
    });
    expect(new Set(graph.map((y) => y.toFixed(4))).size).toBeGreaterThan(1);
  }
  return imported;
}

describe('an ONNX model as layers', () => {
  it.each(MODELS)('has %s', async (_, layers, written) => {
    const { spec } = await agrees(written);
    expect(kinds(spec.layers)).toBe(layers);
  });

  it('reads and gives several things by name', async () => {
    const { spec } = await agrees({
      inputs: { 'left/picture': ['n', 3, 6, 5], right: ['n', 3, 6, 5] },
      outputs: ['sum:0', 'c'],
      weights: w,
      nodes: [
        node('Conv', ['left/picture', 'w', 'b'], ['c']),
        node('Conv', ['right', 'w', 'b'], ['d']),
        node('Add', ['c', 'd'], ['sum:0']),
      ],
    });
    expect(spec.inputs?.map(({ name }) => name)).toEqual(['left_picture', 'right']);
    expect(spec.outputs?.map(({ name }) => name)).toEqual(['sum_0', 'c']);
    // One layer, applied twice, as both nodes read the same weights.
    expect(spec.layers[1]?.shares).toBe('conv2d');
  });

  it('shares no weights between layers that read them in different orders', async () => {
    const { spec } = await agrees({
      inputs: { x: ['n', 2, 3, 3], z: ['n', 18] },
      outputs: ['y'],
      weights: [weights('k', 18, 4)],
      nodes: [
        node('Flatten', ['x'], ['f']),
        node('MatMul', ['f', 'k'], ['a']),
        node('MatMul', ['z', 'k'], ['b']),
        node('Add', ['a', 'b'], ['y']),
      ],
    });
    expect(spec.layers.some(({ shares }) => shares !== undefined)).toBe(false);
  });

  it('leaves an activation out of a layer that someone else reads', async () => {
    const { spec } = await agrees({
      inputs: image,
      outputs: ['y'],
      weights: w,
      nodes: [conv, node('Relu', ['c'], ['r']), node('Sub', ['r', 'c'], ['y'])],
    });
    expect(kinds(spec.layers)).toBe('conv2d activation subtract');
  });

  it('trains what is left out only while training', () => {
    const { spec } = importing({
      inputs: image,
      outputs: ['y'],
      opset: 10,
      nodes: [node('Dropout', ['x'], ['d'], { ratio: 0.25 }), node('Relu', ['d'], ['y'])],
    });
    expect(spec.layers[0]).toMatchObject({ kind: 'dropout', options: { rate: 0.25 } });
  });

  it('makes the log-softmax at the end a softmax, and says so', () => {
    const { spec, notes } = importing({
      inputs: { x: ['n', 4] },
      outputs: ['y'],
      weights: [weights('k', 4, 3)],
      nodes: [node('MatMul', ['x', 'k'], ['m']), node('LogSoftmax', ['m'], ['y'])],
    });
    expect(spec.layers.at(-1)?.options.activation).toBe('softmax');
    expect(notes.join()).toContain('log-softmax');
  });

  it('takes what the file does to its pixels for preprocessing', () => {
    const scaled = (mean: readonly number[], std: readonly number[]) =>
      importing({
        inputs: image,
        outputs: ['y'],
        weights: [...w, floats('mean', [1, 3, 1, 1], mean), floats('std', [1, 3, 1, 1], std)],
        nodes: [
          node('Sub', ['x', 'mean'], ['s']),
          node('Div', ['s', 'std'], ['d']),
          node('Conv', ['d', 'w', 'b'], ['y']),
        ],
      });
    // Of bytes: the file says it all.
    const bytes = scaled([100, 110, 120], [50, 60, 70]);
    expect(bytes.preprocessing).toBe('file');
    expect(kinds(bytes.spec.layers)).toBe('conv2d');
    const { scale, mean } = bytes.spec.preprocessing;
    [1 / 50, 1 / 60, 1 / 70].forEach((n, i) => {
      expect((scale as number[])[i]).toBeCloseTo(n, 6);
    });
    [100, 110, 120].forEach((n, i) => {
      expect(mean?.[i]).toBeCloseTo(n, 3);
    });
    // Of numbers from 0 to 1: that pixels are divided by 255 before is assumed.
    const units = scaled([0.4, 0.5, 0.6], [0.25, 0.25, 0.25]);
    expect(units.preprocessing).toBe('assumed');
    expect(units.spec.preprocessing.scale).toBeCloseTo(4 / 255, 6);
    expect(units.spec.preprocessing.mean?.[1]).toBeCloseTo(0.5 * 255, 3);
  });

  it('takes names of classes and scalings from what the file says beside its graph', () => {
    const written = (metadata: Record<string, string>): Written => ({
      inputs: image,
      outputs: ['y'],
      weights: [weights('k', 90, 2)],
      nodes: [node('Flatten', ['x'], ['f']), node('MatMul', ['f', 'k'], ['y'])],
      metadata,
    });
    expect(importing(written({})).classes).toEqual(['0', '1']);
    expect(importing(written({ names: "{0: 'cat', 1: 'dog'}" })).classes).toEqual(['cat', 'dog']);
    expect(importing(written({ labels: 'cat\ndog\n' })).classes).toEqual(['cat', 'dog']);
    expect(importing(written({ labels: 'cat,dog,cow' })).classes).toEqual(['0', '1']);
    const said = importing(written({ 'fovea.preprocessing': '{"scale":0.5,"offset":-1}' }));
    expect(said.preprocessing).toBe('file');
    expect(said.spec.preprocessing).toMatchObject({ scale: 0.5, offset: -1 });
  });
});

describe('what no layers express', () => {
  it.each([
    [
      'an operator without a layer',
      [node('Erf', ['x'], ['y'])],
      'Erf "y" (opset 17): no layer does',
    ],
    [
      'rows mixed with each other',
      [node('Flatten', ['x'], ['y'], { axis: 2 })],
      'rows of the batch are mixed',
    ],
    [
      'a batch that moves',
      [node('Transpose', ['x'], ['y'], { perm: [1, 0, 2, 3] })],
      'it moves the batch',
    ],
    [
      'a norm over other axes',
      [node('Softmax', ['x'], ['y'], { axis: 2 })],
      'a softmax along axis 2',
    ],
    ['a kernel that is computed', [node('Conv', ['x', 'x'], ['y'])], ''],
    ['nothing at all', [node('Identity', ['x'], ['y'])], 'the output "y" is an input'],
  ] as const)('%s', (_, nodes, message) => {
    const refusal = refusalOf({ inputs: { x: [1, 3, 3, 3] }, outputs: ['y'], nodes });
    expect(refusal).toContain(message);
  });

  it('is said with what would run it', () => {
    const refusal = refusalOf({
      inputs: image,
      outputs: ['y'],
      nodes: [node('Erf', ['x'], ['y'])],
    });
    expect(refusal).toContain('importOnnxGraph of the library runs such models');
  });
});
