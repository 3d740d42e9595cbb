import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { floats, integers, node, writeModel } from '../../../test/onnx/writeModel.ts';
import { behindDoor } from '../../../test/support/doors.ts';
import { FoveaError } from '../../base/errors.ts';
import { importModel } from '../importers.ts';
import { openSource } from '../source.node.ts';
import { sourceOfFiles } from '../source.ts';
import { graphOfOnnx } from './importGraph.ts';
import { TensorProto_DataLocation, TensorProto_DataType } from './proto/schema.ts';

/** A dense layer whose kernel lies in another file, from byte 8 on. */
function outside(entries: Readonly<Record<string, string>>): Uint8Array {
  const kernel = {
    name: 'k',
    dims: [4n, 2n],
    dataType: TensorProto_DataType.FLOAT,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  };
  return writeModel({
    inputs: { x: ['n', 4] },
    outputs: ['y'],
    weights: [kernel],
    nodes: [node('MatMul', ['x', 'k'], ['y'])],
  });
}

const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
const data = new Uint8Array(Float32Array.of(0, 0, ...numbers, 9).buffer);
const place = { location: 'weights.bin', offset: '8', length: '32' };

const sourceOf = (model: Uint8Array, files: Readonly<Record<string, Uint8Array>>) =>
  sourceOfFiles('net.onnx', new Map([['net.onnx', model], ...Object.entries(files)]));

async function refusalOf(model: Uint8Array, files: Readonly<Record<string, Uint8Array>> = {}) {
  try {
    await importModel(await sourceOf(model, files));
  } catch (error) {
    expect(error).toBeInstanceOf(FoveaError);
    return (error as FoveaError).message;
  }
  return expect.fail('it was imported');
}

describe('weights in files beside the model', () => {
  it('are read from the place that the model says', async () => {
    const imported = await importModel(await sourceOf(outside(place), { 'weights.bin': data }));
    expect(imported.format).toBe('onnx');
    expect([...(imported.weights.get('dense/kernel')?.data ?? [])]).toEqual(numbers);
  });

  it('are asked for where they are missing, and measured', async () => {
    expect(await refusalOf(outside(place))).toContain(
      '"weights.bin", which is not beside the model',
    );
    const short = { 'weights.bin': data.subarray(0, 20) };
    expect(await refusalOf(outside(place), short)).toContain(
      'bytes 8 to 40 of "weights.bin", which has 20',
    );
    const negative = outside({ ...place, offset: '-8' });
    expect(await refusalOf(negative, { 'weights.bin': data })).toContain('bytes -8 to 24');
    const few = outside({ ...place, length: '16' });
    expect(await refusalOf(few, { 'weights.bin': data })).toContain('bytes of 4 numbers');
  });

  it.each(['../weights.bin', '/etc/passwd', 'a/../../weights.bin', 'C:\\weights.bin', ''])(
    'are not read from %s',
    async (location) => {
      const message = await refusalOf(outside({ location }), { 'weights.bin': data });
      expect(message).toContain('as a file of its own');
      expect(message).toContain('net.onnx');
    },
  );
});

describe('a file that is', () => {
  it('another thing is not taken for one of ONNX', async () => {
    const text = new TextEncoder().encode('{"model": 1}');
    expect(await refusalOf(text)).toContain('this is no ONNX model');
  });

  it('recognised by what it holds, whatever it is called', async () => {
    const model = writeModel({
      inputs: { x: ['n', 4] },
      outputs: ['y'],
      weights: [floats('k', [4, 2], numbers), integers('unread', [1])],
      nodes: [node('MatMul', ['x', 'k'], ['y'])],
    });
    const source = await sourceOfFiles('net.bin', new Map([['net.bin', model]]));
    const { spec, producedBy } = await importModel(source);
    expect(spec).toMatchObject({ name: 'net', inputShape: [4] });
    expect(producedBy).toBe('ONNX opset 17, by test');
  });
});

behindDoor('FOVEA_EVIL', 'hostile ONNX files', (folder) => {
  const files = readdirSync(`${folder}/derived/onnx`);
  it('are there', () => expect(files.length).toBeGreaterThan(10));
  it.each(files)('%s', async (file) => {
    const path = `${folder}/derived/onnx/${file}`;
    const source = await openSource(path);
    if (file === 'valid-control.onnx') {
      expect((await importModel(source)).spec.layers.length).toBeGreaterThan(0);
      return;
    }
    await expect(importModel(source)).rejects.toBeInstanceOf(FoveaError);
    expect(() => graphOfOnnx(source.bytes, { where: path })).toThrow(FoveaError);
  });
});
