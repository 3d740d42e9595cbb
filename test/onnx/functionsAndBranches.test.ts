/**
 * @file Functions of the file and branches that the file decides, against onnxruntime; and files that make endless work of
 * them.
 */
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSession } from '../../src/backends/select.ts';
import { FoveaError } from '../../src/base/errors.ts';
import { exportModel } from '../../src/interop/exporters.ts';
import { decodeModel, externalFilesOf } from '../../src/interop/onnx/decode.ts';
import { graphOfOnnx } from '../../src/interop/onnx/importGraph.ts';
import {
  TensorProto_DataLocation,
  TensorProto_DataType,
} from '../../src/interop/onnx/proto/schema.ts';
import { compileImported } from '../../src/interop/onnxGraph.ts';
import { runBothWays } from './bothWays.ts';
import { call, domain, graph, WHOLE, X } from './callingModel.ts';
import { floats, integers, node, type Written, writeModel } from './writeModel.ts';

async function ours(bytes: Uint8Array): Promise<Record<string, readonly number[]>> {
  const imported = graphOfOnnx(bytes);
  await using session = await openSession({ backend: 'reference' });
  const program = compileImported(session, imported);
  program.input('x').set(X);
  program.run();
  const found: Record<string, readonly number[]> = {};
  for (const { name } of imported.outputs) found[name] = [...(await program.output(name))];
  return found;
}

const refusalOf = (written: Partial<Written>): string => {
  const file = { inputs: { x: [2, 4] }, outputs: ['y'], nodes: [], ...written };
  try {
    graphOfOnnx(writeModel(file));
  } catch (error) {
    expect(error).toBeInstanceOf(FoveaError);
    return (error as FoveaError).message;
  }
  return expect.fail('it was imported');
};

describe('functions of the file and branches that it decides', () => {
  beforeAll(() => {
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = 'error';
  });

  it('are what onnxruntime makes of them', async () => {
    const bytes = writeModel(WHOLE);
    const judge = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
    const right = await judge.run({ x: new ort.Tensor('float32', Float32Array.from(X), [2, 4]) });
    const found = await ours(bytes);
    for (const name of WHOLE.outputs) {
      const numbers = right[name]?.data as Float32Array;
      expect(found[name]).toHaveLength(numbers.length);
      numbers.forEach((n, i) => {
        expect(found[name]?.[i]).toBeCloseTo(n, 4);
      });
    }
    await judge.release();
  });

  it('give what they were given, and one value twice', async () => {
    const same = { name: 'Same', domain, input: ['x'], output: ['x', 'h', 'h'] };
    const bytes = writeModel({
      inputs: { x: [8] },
      outputs: ['y', 'a', 'b', 'c'],
      weights: [integers('yes', [1])],
      functions: [{ ...same, node: [node('Neg', ['x'], ['h'])] }],
      nodes: [
        call('Same', ['x'], ['a', 'b', 'c']),
        node('If', ['yes'], ['y'], { then_branch: graph([], ['b']), else_branch: graph([], []) }),
      ],
    });
    const negative = X.map((n) => -n);
    expect(await ours(bytes)).toEqual({ y: negative, a: X, b: negative, c: negative });
  });

  it('have the version of operators that the function names', async () => {
    const clip = {
      name: 'Bounded',
      domain,
      opsetImport: [{ domain: '', version: 6n }],
      input: ['x'],
      output: ['y'],
      node: [
        node('Clip', ['x'], ['t'], { min: { float: -1 }, max: { float: 1 } }),
        node('Neg', ['t'], ['y']),
      ],
    };
    const bytes = writeModel({
      inputs: { x: [8] },
      outputs: ['y'],
      functions: [clip],
      // A name like those that are made for what is within.
      nodes: [node('Exp', ['x'], ['y/t']), call('Bounded', ['x'], ['y'])],
    });
    expect((await ours(bytes)).y).toEqual([-0.5, 1, -1, -0.25, 1, -1, -0.125, -1]);
  });

  it('become layers like any other nodes, which leave and come back', async () => {
    await using session = await openSession({ backend: 'reference' });
    const { imported, outputs } = await runBothWays(session, writeModel(WHOLE));
    const kinds = imported.spec.layers.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'dense')).toHaveLength(3);
    expect(kinds.filter((kind) => kind === 'add')).toHaveLength(3);
    const files = await exportModel(imported, 'onnx', { name: 'net' });
    const again = await runBothWays(session, files.get('net.onnx')!, { batchSize: 2 });
    outputs.forEach(({ graph: right, layers }, k) => {
      right.forEach((n, i) => {
        expect(layers[i]).toBeCloseTo(n, 4);
        expect(again.outputs[k]?.layers[i]).toBeCloseTo(n, 4);
      });
    });
  });

  it('name the files that tensors within lie in', () => {
    const tensor = (location: string) => ({
      name: 'k',
      dims: [1n],
      dataType: TensorProto_DataType.FLOAT,
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [{ key: 'location', value: location }],
    });
    const branch = graph(
      [node('Constant', [], ['c'], { value: tensor('a') })],
      ['c'],
      [tensor('b')],
    );
    const model = writeModel({
      inputs: { x: [1] },
      outputs: ['y'],
      nodes: [node('If', ['x'], ['y'], { then_branch: branch, else_branch: branch })],
      functions: [
        { name: 'F', domain, node: [node('Constant', [], ['c'], { value: tensor('f') })] },
      ],
    });
    expect(externalFilesOf(decodeModel(model, 'm'))).toEqual(['b', 'a', 'f']);
  });
});

describe('functions and branches that cannot be taken in', () => {
  const relu = graph([node('Relu', ['x'], ['h'])], ['h']);
  const both = { then_branch: relu, else_branch: relu };
  const called = (name: string, ...nodes: Written['nodes']) => ({
    name,
    domain,
    input: ['x'],
    output: ['y'],
    node: [...nodes],
  });

  it.each([
    [
      'a condition of the picture',
      { nodes: [node('ReduceMax', ['x'], ['m']), node('If', ['m'], ['y'], both)] },
      'If "y" (opset 17): its condition is worked out from the inputs',
    ],
    [
      'a condition that is an input',
      { inputs: { x: [2, 4], train: [] }, nodes: [node('If', ['train'], ['y'], both)] },
      'give the numbers of the input "train": fixed',
    ],
    [
      'a condition of several numbers',
      { weights: [integers('c', [1, 0])], nodes: [node('If', ['c'], ['y'], both)] },
      'its condition is 2 numbers',
    ],
    [
      'a branch that is not there',
      {
        weights: [integers('c', [0])],
        nodes: [node('If', ['c'], ['y'], { then_branch: relu })],
      },
      'it has no else_branch',
    ],
    [
      'a name of another branch',
      {
        weights: [integers('c', [1])],
        nodes: [node('If', ['c'], ['a'], both), node('Relu', ['h'], ['y'])],
      },
      'reads "h", which nothing before it gives',
    ],
    [
      'a name of the graph in a function',
      {
        functions: [called('F', node('Add', ['x', 'k'], ['y']))],
        weights: [floats('k', [1], [1])],
        nodes: [call('F', ['x'], ['y'])],
      },
      'reads "y/k", which nothing before it gives',
    ],
    [
      'a function that calls itself by another',
      {
        functions: [called('F', call('G', ['x'], ['y'])), called('G', call('F', ['x'], ['y']))],
        nodes: [call('F', ['x'], ['y'])],
      },
      'the function calls itself: "house.F > house.G > house.F"',
    ],
    [
      'too many outputs',
      { functions: [called('F')], nodes: [call('F', ['x'], ['y', 'z'])] },
      '2 outputs are read of 1',
    ],
    [
      'too many inputs',
      { functions: [called('F')], nodes: [call('F', ['x', 'x'], ['y'])] },
      '2 inputs for a function of 1',
    ],
    [
      'an output that nothing gives',
      { functions: [called('F')], nodes: [call('F', ['x'], ['y'])] },
      'reads "y/y", which nothing before it gives',
    ],
    [
      'two functions of one name',
      { functions: [called('F'), called('F')] },
      'the function house.F is there twice',
    ],
    [
      'a version of operators that nobody knows',
      {
        functions: [{ ...called('F'), opsetImport: [{ domain: '', version: 99n }] }],
        nodes: [call('F', ['x'], ['y'])],
      },
      "version 99 of ONNX's operators",
    ],
  ] as readonly [string, Partial<Written>, string][])('%s', (_, written, message) => {
    expect(refusalOf(written)).toContain(message);
  });

  it.each([
    ['that double at each of 60 levels', ['x'], 60],
    ['of many inputs', Array.from({ length: 20_000 }, () => 'x'), 3],
  ])('functions %s, in little time', (_, input, levels) => {
    const before = process.cpuUsage();
    const functions = Array.from({ length: levels }, (_, i) =>
      i === 0
        ? called('F0', ...Array.from({ length: 3 }, () => node('Max', input, [''])))
        : called(`F${i}`, ...Array.from({ length: 9 }, () => call(`F${i - 1}`, ['x'], ['']))),
    );
    const nodes = [call(`F${levels - 1}`, ['x'], ['y'])];
    expect(refusalOf({ functions, nodes })).toContain('come to more than');
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(5_000_000);
  });
});
