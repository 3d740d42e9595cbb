import { describe, expect, it } from 'vitest';
import type { ServedModel } from './served.ts';
import { tensorRequest } from './tensorRequests.ts';

const tensor = (name: string, ...shape: number[]) => ({ name, shape, program: name });
const model: ServedModel = {
  ...{ name: 'm', folder: '', classes: [], pictures: 'none' },
  inputs: [tensor('a', 2), tensor('b', 1)],
  outputs: [tensor('y', 3), tensor('z', 3)],
};
const input = (name: string, rows: number, width: number, more: object = {}) => ({
  ...{ name, shape: [rows, width], datatype: 'FP32', data: new Array(rows * width).fill(1) },
  ...more,
});
const both = (rows = 1) => [input('a', rows, 2), input('b', rows, 1)];
const bytes = (body: object) => new TextEncoder().encode(JSON.stringify(body));
const ask = (body: object, length?: string, more: readonly number[] = []) =>
  tensorRequest(Uint8Array.from([...bytes(body), ...more]), length, model);

describe('a request of tensors', () => {
  it('asks for all outputs as numbers unless it says otherwise', () => {
    const wanted = (body: object) =>
      ask({ inputs: both(), ...body }).outputs.map((o) => [o.tensor.name, o.binary]);
    expect(wanted({})).toEqual([
      ['y', false],
      ['z', false],
    ]);
    expect(wanted({ parameters: { binary_data_output: true } })).toEqual([
      ['y', true],
      ['z', true],
    ]);
    const own = [{ name: 'z', parameters: { binary_data: false } }, { name: 'y' }];
    expect(wanted({ parameters: { binary_data_output: true }, outputs: own })).toEqual([
      ['z', false],
      ['y', true],
    ]);
  });

  it('has as many rows in each input, and at most 10,000', () => {
    expect(ask({ inputs: both(10_000) }).task.count).toBe(10_000);
    expect(() => ask({ inputs: both(10_001) })).toThrow(/shape \(10001, 2\).*\n?.*at most 10000/);
    expect(() => ask({ inputs: [input('a', 2, 2), input('b', 1, 1)] })).toThrow(/2 and 1 rows/);
  });

  it('brings the bytes of its binary tensors in their order, and no others', () => {
    const binary = (size: number) => ({ data: undefined, parameters: { binary_data_size: size } });
    const body = {
      inputs: [
        input('b', 1, 1, { datatype: 'UINT8', ...binary(1) }),
        input('a', 1, 2, { datatype: 'UINT8', ...binary(2) }),
      ],
    };
    const length = String(bytes(body).length);
    const { rows } = ask(body, length, [7, 8, 9]).task;
    expect(rows).toEqual({ a: Uint8Array.of(8, 9), b: Uint8Array.of(7) });
    expect(() => ask(body, length, [7, 8])).toThrow(/"a" claims 2 bytes, and 1 are left/);
    expect(() => ask(body, length, [7, 8, 9, 10])).toThrow(/1 bytes belong to no tensor/);
    for (const wrong of ['-1', '1', 'x', '9999', '2.5'])
      expect(() => ask(body, wrong, [7, 8, 9])).toThrow(/Content-Length is/);
  });
});
