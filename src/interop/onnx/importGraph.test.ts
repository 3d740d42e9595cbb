import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  attributeOf,
  floats,
  integers,
  node,
  type Written,
  writeModel,
} from '../../../test/onnx/writeModel.ts';
import { openSession } from '../../backends/select.ts';
import { FoveaError } from '../../base/errors.ts';
import { compileImported } from '../onnxGraph.ts';
import { graphOfOnnx, type ImportGraphOptions } from './importGraph.ts';
import { type GraphProto, GraphProtoSchema, ModelProtoSchema } from './proto/schema.ts';

/** What the first output of a model is for numbers of its inputs. */
async function outputOf(
  model: Uint8Array,
  given: Readonly<Record<string, readonly number[]>>,
  options: ImportGraphOptions = {},
) {
  const imported = graphOfOnnx(model, options);
  await using session = await openSession({ backend: 'reference' });
  const program = compileImported(session, imported);
  for (const { name } of imported.inputs) program.input(name).set(given[name]!);
  program.run();
  const [first] = imported.outputs;
  return { shape: first!.shape, numbers: [...(await program.output(first!.name))] };
}

const one = (nodes: Written['nodes'], more: Partial<Written> = {}) =>
  writeModel({ nodes, inputs: { x: [1, 4] }, outputs: ['y'], ...more });

const refusalOf = (bytes: Uint8Array, options: ImportGraphOptions = {}): string => {
  try {
    graphOfOnnx(bytes, options);
  } catch (error) {
    expect(error).toBeInstanceOf(FoveaError);
    return (error as FoveaError).message;
  }
  return expect.fail('it was imported');
};

describe('an ONNX graph', () => {
  it('says its inputs, outputs and who made it', () => {
    const model = one([node('Relu', ['x'], ['y'])], { inputs: { x: ['batch', 4] } });
    const { inputs, outputs, producedBy } = graphOfOnnx(model, { batchSize: 3 });
    expect(inputs).toEqual([{ name: 'x', shape: [3, 4], type: 'float32' }]);
    expect(outputs).toEqual([{ name: 'y', shape: [3, 4], type: 'float32' }]);
    expect(producedBy).toBe('ONNX opset 17, by test');
  });

  it('works out at import what follows from shapes', async () => {
    // x (2, 3, 4) -> (2, 12), by the shape of x itself
    const model = writeModel({
      inputs: { x: ['n', 3, 4] },
      outputs: ['y'],
      weights: [integers('first', [0]), integers('rest', [-1]), integers('axes', [0])],
      nodes: [
        node('Shape', ['x'], ['shape']),
        node('Gather', ['shape', 'first'], ['rows'], { axis: 0 }),
        node('Concat', ['rows', 'rest'], ['target'], { axis: 0 }),
        node('Reshape', ['x', 'target'], ['y']),
      ],
    });
    const { graph, outputs } = graphOfOnnx(model, { batchSize: 2 });
    expect(outputs[0]?.shape).toEqual([2, 12]);
    expect(graph.outputs.y?.op).toBe('reshape');
    expect(graph.outputs.y?.inputs[0]?.op).toBe('input');
  });

  it('keeps whole numbers exact that float32 would round', async () => {
    const model = writeModel({
      inputs: { x: [1] },
      outputs: ['y'],
      weights: [integers('large', [2 ** 24 + 1]), integers('two', [2 ** 24 - 1])],
      nodes: [
        node('Sub', ['large', 'two'], ['difference']),
        node('Expand', ['x', 'difference'], ['y']),
      ],
    });
    expect((await outputOf(model, { x: [7] })).numbers).toEqual([7, 7]);
  });

  it('reads as an attribute what is an input in later versions', async () => {
    const old = one([node('Clip', ['x'], ['y'], { min: { float: -1 }, max: { float: 2 } })], {
      opset: 6,
    });
    const now = one([node('Clip', ['x', 'least', 'most'], ['y'])], {
      weights: [floats('least', [], [-1]), floats('most', [], [2])],
    });
    const x = [-3, -0.5, 1, 5];
    expect((await outputOf(old, { x })).numbers).toEqual([-1, -0.5, 1, 2]);
    expect((await outputOf(now, { x })).numbers).toEqual([-1, -0.5, 1, 2]);
  });

  it('takes softmax over all axes together before version 13, over one since', async () => {
    const softmax = (opset: number) =>
      writeModel({
        opset,
        inputs: { x: [1, 2, 2] },
        outputs: ['y'],
        nodes: [node('Softmax', ['x'], ['y'], { axis: 1 })],
      });
    const x = [0, 0, 0, 0];
    expect((await outputOf(softmax(11), { x })).numbers).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect((await outputOf(softmax(13), { x })).numbers).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it('counts padding in averages only where it is asked to', async () => {
    const pool = (count: number) =>
      writeModel({
        inputs: { x: [1, 1, 2, 2] },
        outputs: ['y'],
        nodes: [
          node('AveragePool', ['x'], ['y'], {
            kernel_shape: [2, 2],
            pads: [1, 1, 0, 0],
            count_include_pad: count,
          }),
        ],
      });
    const x = [4, 8, 12, 16];
    expect((await outputOf(pool(0), { x })).numbers).toEqual([4, 6, 8, 10]);
    expect((await outputOf(pool(1), { x })).numbers).toEqual([1, 3, 4, 10]);
  });

  it('divides whole numbers towards 0', async () => {
    const model = writeModel({
      inputs: { x: [1] },
      outputs: ['y'],
      weights: [integers('a', [-7]), integers('b', [2])],
      nodes: [
        node('Div', ['a', 'b'], ['q']),
        node('CastLike', ['q', 'x'], ['f']),
        node('Add', ['f', 'x'], ['y']),
      ],
    });
    expect((await outputOf(model, { x: [0] })).numbers).toEqual([-3]);
  });

  it('resizes by the rules of the file', async () => {
    const resize = (settings: Record<string, string>) =>
      writeModel({
        inputs: { x: [1, 1, 1, 2] },
        outputs: ['y'],
        weights: [floats('roi', [0], []), floats('scales', [4], [1, 1, 1, 2])],
        nodes: [node('Resize', ['x', 'roi', 'scales'], ['y'], { mode: 'linear', ...settings })],
      });
    const x = [0, 4];
    expect((await outputOf(resize({}), { x })).numbers).toEqual([0, 1, 3, 4]);
    const corners = resize({ coordinate_transformation_mode: 'align_corners' });
    const found = (await outputOf(corners, { x })).numbers;
    [0, 4 / 3, 8 / 3, 4].forEach((y, i) => {
      expect(found[i]).toBeCloseTo(y, 5);
    });
    const nearest = resize({ mode: 'nearest' });
    expect((await outputOf(nearest, { x })).numbers).toEqual([0, 0, 4, 4]);
  });

  it('tempers channels by an even window as ONNX has it: further up than down', async () => {
    const model = writeModel({
      inputs: { x: [1, 3, 1, 1] },
      outputs: ['y'],
      nodes: [
        node('LRN', ['x'], ['y'], {
          size: 2,
          alpha: { float: 2 },
          beta: { float: 1 },
          bias: { float: 0 },
        }),
      ],
    });
    // y[c] = x[c] / (x[c]^2 + x[c + 1]^2)
    const found = (await outputOf(model, { x: [1, 2, 4] })).numbers;
    [1 / 5, 2 / 20, 4 / 16].forEach((y, i) => {
      expect(found[i]).toBeCloseTo(y, 6);
    });
  });

  it('has names like any other', async () => {
    const model = writeModel({
      inputs: { constructor: [1, 2] },
      outputs: ['__proto__'],
      nodes: [node('Neg', ['constructor'], ['__proto__'])],
    });
    expect((await outputOf(model, { constructor: [1, -2] })).numbers).toEqual([-1, 2]);
  });
});

describe('what cannot be imported', () => {
  it('is named with operator, node and version', () => {
    const message = refusalOf(one([{ ...node('Bernoulli', ['x'], ['y']), name: 'coin' }]));
    expect(message).toContain('Bernoulli "coin" (opset 17): this operator cannot be imported');
  });

  it('says that an input decides shapes, and takes its numbers', async () => {
    const model = writeModel({
      inputs: { x: [1, 4], shape: [2] },
      outputs: ['y'],
      nodes: [node('Reshape', ['x', 'shape'], ['y'])],
    });
    expect(refusalOf(model)).toContain('give the numbers of the input "shape": fixed');
    const fixed = new Map([['shape', { shape: [2], numbers: Float64Array.of(2, -1) }]]);
    expect((await outputOf(model, { x: [1, 2, 3, 4] }, { fixed })).shape).toEqual([2, 2]);
  });

  it('asks for the extent of an open axis by name', () => {
    const model = one([node('Relu', ['x'], ['y'])], { inputs: { x: [1, 'width'] } });
    expect(refusalOf(model)).toContain('dimensions: { width: 224 }');
    expect(graphOfOnnx(model, { dimensions: { width: 5 } }).outputs[0]?.shape).toEqual([1, 5]);
  });

  it.each([
    [
      'an unknown name',
      [node('Relu', ['nobody'], ['y'])],
      'reads "nobody", which nothing before it gives',
    ],
    ['a circle', [node('Add', ['x', 'y'], ['y'])], 'reads "y", which nothing before it gives'],
    [
      'a name given twice',
      [node('Relu', ['x'], ['y']), node('Neg', ['x'], ['y'])],
      'the name "y" is given twice',
    ],
    ['an output of an input', [node('Relu', ['x'], ['x'])], 'the name "x" is given twice'],
    [
      'an attribute of a wrong type',
      [node('Softmax', ['x'], ['y'], { axis: 'one' })],
      'its attribute axis is string',
    ],
    [
      'a stride of 0',
      [node('MaxPool', ['x'], ['y'], { kernel_shape: [2], strides: [0] })],
      'received (1, 4)',
    ],
    ['no input', [node('Relu', [], ['y'])], 'has no input 1'],
    ['an output that nobody gives', [node('Relu', ['x'], ['z'])], 'output "y" is given by no node'],
    ['a network of another kind', [node('LSTM', ['x'], ['y'])], 'LSTM'],
  ] as const)('%s', (_, nodes, message) => {
    expect(refusalOf(one(nodes))).toContain(message);
  });

  it('asks for no endless memory or work', () => {
    const huge = node('ConstantOfShape', ['extents'], ['big']);
    const weights = [integers('extents', [2 ** 40])];
    expect(refusalOf(one([huge, node('Add', ['x', 'big'], ['y'])], { weights }))).toContain(
      'fewer than',
    );
    const large = [integers('extents', [2 ** 29])];
    const sum = [
      huge,
      node('CumSum', ['big', 'axis'], ['sums']),
      node('ReduceSum', ['sums'], ['one'], { keepdims: 0 }),
      node('Add', ['x', 'one'], ['y']),
    ];
    expect(refusalOf(one(sum, { weights: [...large, integers('axis', [0])] }))).not.toBe('');
    const loop = [
      node('ConstantOfShape', ['extents'], ['a0']),
      ...Array.from({ length: 40 }, (_, i) => node('Exp', [`a${i}`], [`a${i + 1}`])),
      node('ReduceSum', ['a40'], ['one'], { keepdims: 0 }),
      node('Add', ['x', 'one'], ['y']),
    ];
    expect(refusalOf(one(loop, { weights: [integers('extents', [2 ** 26])] }))).toContain(
      'would take very long',
    );
  });

  it('is nothing but refused where it nests without end', () => {
    let inside: GraphProto = create(GraphProtoSchema, { name: 'deep' });
    for (let i = 0; i < 150; i++) {
      const attribute = [{ ...attributeOf('then_branch', 0), g: inside }];
      inside = create(GraphProtoSchema, { node: [{ opType: 'If', attribute }] });
    }
    expect(
      refusalOf(toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph: inside }))),
    ).toContain('this is no ONNX model, or a damaged one');
  });

  it('is said of every beginning of a file', () => {
    const whole = one([node('Relu', ['x'], ['y'])]);
    for (let length = 0; length < whole.length; length++) refusalOf(whole.subarray(0, length));
  });
});
