import { beforeAll, describe, expect, it } from 'vitest';
import { layers } from '../../../nn/layers/index.ts';
import { parametersOf } from '../../../nn/network.ts';
import { initialStates } from '../../../nn/programs/programs.ts';
import { sequential } from '../../../nn/sequential.ts';
import type { TrainedModel } from '../../../nn/trained.ts';
import { exportModel } from '../../exporters.ts';
import { importModel } from '../../importers.ts';
import { sourceOfFiles } from '../../source.ts';
import { placedRows, turnedKernel } from './kernels.ts';

const { conv2d, dense, flatten } = layers;

/** 1.9 million weights in kernels of either kind; units that no block of rows divides. */
const spec = sequential({ inputShape: [18, 16, 3] }, [
  conv2d({ filters: 33, kernelSize: [3, 2] }),
  flatten(),
  dense({ units: 259 }),
  dense({ units: 70 }),
]);

const model: TrainedModel = {
  spec,
  weights: new Map(
    [...initialStates(spec, { seed: 3 })].flatMap(([name, data]) => {
      const shape = parametersOf(spec).find((parameter) => parameter.name === name)?.shape;
      return shape === undefined ? [] : [[name, { shape, data }]];
    }),
  ),
  classes: [],
};

let file: Uint8Array;

/** The file, `offset` bytes behind the start of its memory. */
function at(offset: number) {
  const memory = new Uint8Array(offset + file.length);
  memory.set(file, offset);
  return sourceOfFiles('net.onnx', new Map([['net.onnx', memory.subarray(offset)]]));
}

beforeAll(async () => {
  file = (await exportModel(model, 'onnx', { name: 'net' })).get('net.onnx')!;
  await importModel(await at(0)); // what is loaded once is not counted
});

describe('weights of a large file', () => {
  it.each([0, 1, 2, 3])('are the same %i bytes behind an even place', async (offset) => {
    const back = await importModel(await at(offset));
    const all = (of: TrainedModel) =>
      [...of.weights.values()].map(({ data }) =>
        Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      );
    const given = all(model);
    expect(all(back).map((bytes, i) => Buffer.compare(bytes, given[i]))).toEqual(
      given.map(() => 0),
    );
  });

  it.each([0, 1])('are made in the memory where they stay (%i bytes behind)', async (offset) => {
    const source = await at(offset);
    const before = process.memoryUsage().arrayBuffers;
    const { weights } = await importModel(source);
    const made = process.memoryUsage().arrayBuffers - before;
    for (const { data } of weights.values()) expect(data.buffer.byteLength).toBe(data.byteLength); // the file's memory can go
    expect(made).toBeLessThan(1.25 * file.length);
  });
});

describe('a kernel', () => {
  const numbers = Float32Array.from({ length: 100 * 6 }, (_, i) => i);
  const places = Int32Array.of(3, 0, 5, 1, 2, 4);

  it('is turned by blocks of its rows', () => {
    const asked: number[] = [];
    const copy = (from: number, into: Float32Array | Float64Array): void => {
      asked.push(into.length);
      into.set(numbers.subarray(from, from + into.length));
    };
    const turned = turnedKernel({ shape: [100, 6], copy }, 100, places);
    const expected = new Float32Array(600);
    for (const [i, number] of numbers.entries())
      expected[places[i % 6] * 100 + Math.floor(i / 6)] = number;
    expect([...turned]).toEqual([...expected]);
    expect(asked.reduce((sum, count) => sum + count)).toBe(600);
    expect(Math.max(...asked)).toBeLessThan(300);
  });

  it('gets its rows where they belong', () => {
    const copy = (from: number, into: Float32Array | Float64Array): void =>
      into.set(numbers.subarray(from, from + into.length));
    const placed = placedRows({ shape: [6, 100], copy }, 6, places);
    for (let k = 0; k < 6; k++) expect(placed[places[k] * 100 + 7]).toBe(k * 100 + 7);
    expect([...placedRows({ shape: [6, 100], copy }, 6, undefined)]).toEqual([...numbers]);
  });
});
