/**
 * @file Single operations of TensorFlow.js graph models, by numbers worked out by hand; and what is refused of them.
 */
import { describe, expect, it } from 'vitest';
import { referenceBackend } from '../../src/backends/reference/index.ts';
import { importModel } from '../../src/interop/importers.ts';
import { sourceOfFiles } from '../../src/interop/source.ts';
import { inferenceGraph, parameterNames } from '../../src/nn/programs/programs.ts';
import { restoreStates } from '../../src/train/snapshots/snapshot.ts';

interface Node {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr?: Record<string, unknown>;
}

interface Constant {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly int?: true;
  readonly more?: object;
}

const s = (text: string) => ({ s: btoa(text) });
const ints = (...numbers: number[]) => ({ list: { i: numbers.map(String) } });
const floats = (...data: number[]): Constant => ({ shape: [data.length], data });
const whole = (...data: number[]): Constant => ({ shape: [data.length], data, int: true });

/** A graph that reads "x" of this shape; its last node is the answer. */
async function imported(
  shape: readonly number[],
  nodes: readonly Node[],
  constants: Record<string, Constant> = {},
) {
  const dim = [-1, ...shape].map((n) => ({ size: String(n) }));
  const all: Node[] = [
    { name: 'x', op: 'Placeholder', input: [], attr: { shape: { shape: { dim } } } },
    ...Object.keys(constants).map((name) => ({ name, op: 'Const', input: [] })),
    ...nodes,
  ];
  const entries = Object.entries(constants);
  const weights = entries.map(([name, { shape: own, int, more }]) => {
    return { name, shape: own, dtype: int ? 'int32' : 'float32', ...more };
  });
  const bytes = entries.map(([, { data, int }]) =>
    Buffer.from((int ? Int32Array.from(data) : Float32Array.from(data)).buffer),
  );
  const json = {
    format: 'graph-model',
    signature: { outputs: { y: { name: `${nodes.at(-1)?.name}:0` } } },
    modelTopology: { node: all },
    weightsManifest: [{ paths: ['w.bin'], weights }],
  };
  const files = new Map([
    ['model.json', new TextEncoder().encode(JSON.stringify(json))],
    ['w.bin', new Uint8Array(Buffer.concat(bytes))],
  ]);
  return importModel(await sourceOfFiles('model.json', files));
}

type Given = Parameters<typeof imported>;

/** What it answers to one row of numbers. */
async function answer(x: readonly number[], ...given: Given): Promise<number[]> {
  const { spec, weights } = await imported(...given);
  await using session = await referenceBackend.open();
  const scope = session.scopeOf();
  const program = scope.compile(inferenceGraph(spec, 1));
  restoreStates(scope, parameterNames(spec), weights);
  program.input('x').set(x);
  program.run();
  const [name = ''] = Object.keys(inferenceGraph(spec, 1).outputs);
  return Array.from(await program.output(name), (n) => Math.round(1e4 * n) / 1e4);
}

const op = (name: string, input: string[], attr: Record<string, unknown> = {}): Node => ({
  ...{ name: 'y', op: name, input, attr },
});

describe('operations with a constant', () => {
  const x = [1, -2, 4];
  const c = { c: floats(2, 5, 8) };
  it.each<[string, string[], number[]]>([
    ['AddV2', ['c', 'x'], [3, 3, 12]],
    ['Sub', ['x', 'c'], [-1, -7, -4]],
    ['Sub', ['c', 'x'], [1, 7, 4]],
    ['Mul', ['x', 'c'], [2, -10, 32]],
    ['RealDiv', ['x', 'c'], [0.5, -0.4, 0.5]],
    ['BiasAdd', ['x', 'c'], [3, 3, 12]],
  ])('%s of %j', async (name, input, right) => {
    expect(await answer(x, [3], [op(name, input)], c)).toEqual(right);
  });

  it('Maximum is a bound from below, Minimum one from above', async () => {
    const bound = { c: floats(3) };
    expect(await answer(x, [3], [op('Maximum', ['x', 'c'])], bound)).toEqual([3, 3, 4]);
    expect(await answer(x, [3], [op('Minimum', ['c', 'x'])], bound)).toEqual([1, -2, 3]);
  });

  it('are refused where they are no layer', async () => {
    await expect(imported([3], [op('RealDiv', ['c', 'x'])], c)).rejects.toThrow(
      /divides a constant/,
    );
    await expect(imported([3], [op('RealDiv', ['x', 'x'])])).rejects.toThrow(
      /\(RealDiv\): it divides two tensors/,
    );
    await expect(imported([3], [op('Maximum', ['x', 'c'])], c)).rejects.toThrow(/more than one/);
    const two = { c: floats(1, 2) };
    await expect(imported([3], [op('Mul', ['x', 'c'])], two)).rejects.toThrow(/2 numbers/);
  });
});

describe('activations', () => {
  it('have the slopes that they say, and those of TensorFlow where they say none', async () => {
    const x = [-10, 5];
    expect(await answer(x, [2], [op('LeakyRelu', ['x'])])).toEqual([-2, 5]);
    expect(await answer(x, [2], [op('LeakyRelu', ['x'], { alpha: { f: 0.5 } })])).toEqual([-5, 5]);
    const fused = (attr: object): Given => [
      [2],
      [
        op('_FusedMatMul', ['x', 'k', 'b'], {
          fused_ops: { list: { s: ['BiasAdd', 'LeakyRelu'].map(btoa) } },
          ...attr,
        }),
      ],
      { k: { shape: [2, 2], data: [1, 0, 0, 1] }, b: floats(0, -7) },
    ];
    expect(await answer(x, ...fused({}))).toEqual([-2, -0.4]);
    expect(await answer(x, ...fused({ leakyrelu_alpha: { f: 0.5 } }))).toEqual([-5, -1]);
  });

  it('Prelu shares its slopes along axes of one', async () => {
    const x = [-1, -1, -1, -1];
    const slopes = (shape: number[], ...data: number[]) => ({ a: { shape, data } });
    const node = op('Prelu', ['x', 'a']);
    expect(await answer(x, [2, 1, 2], [node], slopes([1, 1, 2], 2, 3))).toEqual([-2, -3, -2, -3]);
    expect(await answer(x, [2, 1, 2], [node], slopes([2, 1, 2], 2, 3, 4, 5))).toEqual([
      -2, -3, -4, -5,
    ]);
  });
});

describe('matrices and statistics', () => {
  it('a transposed matrix is turned', async () => {
    const k = { k: { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] } };
    const turned = op('MatMul', ['x', 'k'], { transpose_b: { b: true } });
    expect(await answer([1, 10, 100], [3], [turned], k)).toEqual([321, 654]);
    await expect(
      imported([3], [op('MatMul', ['x', 'k'], { transpose_a: { b: true } })], k),
    ).rejects.toThrow(/transpose_a/);
  });

  it('a normalisation has the epsilon of TensorFlow where it says none', async () => {
    const numbers = { g: floats(1), b: floats(0), m: floats(0), v: floats(0) };
    const node = op('FusedBatchNormV3', ['x', 'g', 'b', 'm', 'v'], { is_training: { b: false } });
    expect(await answer([1], [1], [node], numbers)).toEqual([100]);
    const training = { ...node, attr: {} };
    await expect(imported([1], [training], numbers)).rejects.toThrow(/is_training/);
  });

  it('what is added to a convolution goes into it only where it has a number per channel', async () => {
    const nodes = (input: string): Node[] => [
      { name: 'k1', op: 'Conv2D', input: ['x', 'k'], attr: { strides: ints(1, 1, 1, 1) } },
      op('AddV2', ['k1', input]),
    ];
    const k = { shape: [1, 1, 1, 2], data: [1, 2] };
    const one = await imported([1, 1, 1], nodes('c'), { k, c: floats(5) });
    expect(one.spec.layers.map(({ kind }) => kind)).toEqual(['conv2d', 'batchNormalization']);
    expect(await answer([3], [1, 1, 1], nodes('c'), { k, c: floats(5) })).toEqual([8, 11]);
    const two = await imported([1, 1, 1], nodes('c'), { k, c: floats(5, 6) });
    expect(two.spec.layers.map(({ kind }) => kind)).toEqual(['conv2d']);
    expect(await answer([3], [1, 1, 1], nodes('c'), { k, c: floats(5, 6) })).toEqual([8, 12]);
  });
});

describe('pictures', () => {
  const x = [1, 2, 3, 4];
  it('are padded at the sides that are meant', async () => {
    const pad = op('PadV2', ['x', 'p', 'v']);
    const sides = { p: { ...whole(0, 0, 1, 0, 0, 2, 0, 0), shape: [4, 2] }, v: floats(9) };
    expect(await answer(x, [2, 2, 1], [pad], sides)).toEqual([9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 9, 9]);
    const channels = { ...sides, p: { ...whole(0, 0, 0, 0, 0, 0, 1, 0), shape: [4, 2] } };
    await expect(imported([2, 2, 1], [pad], channels)).rejects.toThrow(/batch or channels/);
  });

  it('are enlarged by whole factors, and not from corner to corner', async () => {
    const node = (attr: object) => op('ResizeNearestNeighbor', ['x', 'to'], { ...attr });
    const to = { to: whole(4, 2) };
    expect(await answer(x, [2, 2, 1], [node({})], to)).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
    await expect(imported([2, 2, 1], [node({ align_corners: { b: true } })], to)).rejects.toThrow(
      /align_corners/,
    );
    await expect(imported([2, 2, 1], [node({})], { to: whole(3, 2) })).rejects.toThrow(/3 x 2/);
  });

  it('are not stepped over along batch or channels', async () => {
    const pool = (...steps: number[]) =>
      op('MaxPool', ['x'], {
        ksize: ints(1, 2, 2, 1),
        strides: ints(...steps),
        padding: s('VALID'),
      });
    expect(await answer(x, [2, 2, 1], [pool(1, 1, 1, 1)])).toEqual([4]);
    // Some writers have texts as lists of bytes.
    const attr = { ...pool(1, 1, 1, 1).attr, padding: { s: [...Buffer.from('SAME')] } };
    expect(await answer(x, [2, 2, 1], [op('MaxPool', ['x'], attr)])).toEqual([4, 4, 4, 4]);
    await expect(imported([2, 2, 1], [pool(1, 1, 1, 2)])).rejects.toThrow(/batch and channels/);
    await expect(imported([2, 2, 1], [pool(2, 1, 1, 1)])).rejects.toThrow(/batch and channels/);
  });

  it('come out of a transposed convolution as large as it says, or not at all', async () => {
    const node = op('Conv2DBackpropInput', ['to', 'k', 'x'], {
      strides: ints(1, 2, 2, 1),
      padding: s('SAME'),
    });
    const k = { shape: [1, 1, 1, 1], data: [3] };
    const to = (...size: number[]) => ({ to: whole(1, ...size, 1), k });
    expect((await answer(x, [2, 2, 1], [node], to(4, 4))).filter((n) => n !== 0)).toEqual([
      3, 6, 9, 12,
    ]);
    await expect(imported([2, 2, 1], [node], to(3, 4))).rejects.toThrow(/gives 3 x 4 pixels/);
  });
});

describe('shapes', () => {
  it('get axes where they are wanted, counted from either end', async () => {
    const shapeAfter = async (...nodes: Node[]) => {
      const { spec } = await imported([2, 3], [...nodes], {
        last: whole(-1),
        first: whole(1),
        batch: whole(0),
        rows: whole(2, 3),
      });
      return spec.layers.map(({ options }) => options.targetShape).at(-1);
    };
    expect(await shapeAfter(op('ExpandDims', ['x', 'last']))).toEqual([2, 3, 1]);
    expect(await shapeAfter(op('ExpandDims', ['x', 'first']))).toEqual([1, 2, 3]);
    await expect(shapeAfter(op('ExpandDims', ['x', 'batch']))).rejects.toThrow(/before the batch/);
    await expect(shapeAfter(op('Reshape', ['x', 'rows']))).rejects.toThrow(/makes 2 rows/);
  });
});

describe('arrays', () => {
  const node = op('Mul', ['x', 'c']);
  it('are quantised by a scale and a least number', async () => {
    const data = [0, 0];
    const quantization = { dtype: 'uint8', scale: 0.5, min: -3 };
    // Eight bytes of zeros are eight numbers of one byte.
    const c = { shape: [8], data, more: { quantization } };
    const ones = new Array<number>(8).fill(1);
    expect(await answer(ones, [8], [node], { c })).toEqual(ones.map(() => -3));
    const whole = { c: { ...c, int: true as const } };
    await expect(imported([8], [node], whole)).rejects.toThrow(/the quantization of "c"/);
  });

  it('take all bytes of their files', async () => {
    const c = { shape: [1], data: [1, 2] };
    await expect(imported([1], [node], { c })).rejects.toThrow(/8 bytes, its arrays take 4/);
    const long = { shape: [3], data: [1, 2] };
    await expect(imported([3], [node], { c: long })).rejects.toThrow(/needs 12 bytes/);
  });
});
