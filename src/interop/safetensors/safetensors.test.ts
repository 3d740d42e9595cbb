import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { behindDoor } from '../../../test/support/doors.ts';
import { FoveaError } from '../../base/errors.ts';
import type { NumberArray } from '../elementTypes.ts';
import { findDuplicateKey } from './jsonKeys.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** A file with any header and any data. */
function fileOf(header: unknown, data: ArrayLike<number> = [], length?: bigint): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

const bytesOf = (data: { buffer: ArrayBufferLike }): Uint8Array => new Uint8Array(data.buffer);
const entry = (dtype: string, shape: unknown, begin: number, end: number): object => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('safetensors', () => {
  it('gives back what was written, metadata included, from unaligned memory too', () => {
    const tensors = new Map<string, { shape: number[]; data: NumberArray }>([
      ['mask', { shape: [3], data: Uint8Array.of(1, 0, 255) }],
      [
        'w',
        { shape: [2, 2], data: Float32Array.of(1.5, -0, Number.NaN, Number.NEGATIVE_INFINITY) },
      ],
      ['none', { shape: [0, 4], data: new Float32Array(0) }],
      ['step', { shape: [], data: Int32Array.of(-7) }],
      ['d', { shape: [1], data: Float64Array.of(Math.PI) }],
    ]);
    const file = writeSafetensors(tensors, { format: 'fovea', naïve: '"é"' });
    expect(new DataView(file.buffer).getUint32(0, true) % 8).toBe(0);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    const back = readSafetensors(Buffer.from(shifted.buffer, 3));
    expect(back.metadata).toEqual({ format: 'fovea', naïve: '"é"' });
    expect(new Set(back.tensors.keys())).toEqual(new Set(tensors.keys()));
    for (const [name, { shape, data }] of tensors) {
      expect(back.tensors.get(name)?.shape).toEqual(shape);
      expect(back.tensors.get(name)?.data).toEqual(data);
    }
    const reversed = new Map([...tensors].reverse());
    expect(writeSafetensors(reversed, { format: 'fovea', naïve: '"é"' })).toEqual(file);
  });

  it('widens F16, BF16 and I64', () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00, 0xfe00, 0x7bff, 0, 0x8003);
    const f16 = readSafetensors(fileOf({ h: entry('F16', [8], 0, 16) }, bytesOf(halves)));
    expect([...(f16.tensors.get('h')?.data ?? [])]).toEqual([
      1,
      -2,
      2 ** -24,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      65504,
      0,
      -3 * 2 ** -24,
    ]);
    const brains = Uint16Array.of(0x3f80, 0xc040);
    const bf16 = readSafetensors(fileOf({ b: entry('BF16', [2], 0, 4) }, bytesOf(brains)));
    expect([...(bf16.tensors.get('b')?.data ?? [])]).toEqual([1, -3]);
    const longs = BigInt64Array.of(-5n, 2n ** 40n);
    const i64 = readSafetensors(fileOf({ i: entry('I64', [2], 0, 16) }, bytesOf(longs)));
    expect([...(i64.tensors.get('i')?.data ?? [])]).toEqual([-5, 2 ** 40]);
    const tooLong = fileOf({ i: entry('I64', [1], 0, 8) }, bytesOf(BigInt64Array.of(2n ** 60n)));
    expect(() => readSafetensors(tooLong)).toThrow(/I64 tensor holds 1152921504606846976/);
  });

  it('reads tensors of no numbers beside others, in whatever order they are named', () => {
    const [full, none] = [entry('U8', [4], 0, 4), entry('U8', [0], 0, 0)];
    const behind = entry('U8', [0], 4, 4);
    for (const header of [
      { full, none, behind },
      { behind, none, full },
      { none, behind, full },
    ]) {
      const { tensors } = readSafetensors(fileOf(header, new Uint8Array(4)));
      expect([...tensors.keys()].sort()).toEqual(['behind', 'full', 'none']);
    }
  });

  it('reads a tensor of no numbers, whatever its other extents', () => {
    const shape = [...new Array<number>(24).fill(2 ** 50), 0];
    const { tensors } = readSafetensors(fileOf({ none: entry('F32', shape, 0, 0) }));
    expect(tensors.get('none')).toMatchObject({ shape, data: new Float32Array(0) });
  });

  const four = new Uint8Array(4);
  const lies: [string, Uint8Array, RegExp][] = [
    ['no bytes', new Uint8Array(0), /has 0 bytes/],
    ['a header length beyond the file', fileOf('{}', [], 3n), /claims 3 bytes/],
    [
      'a header length of 2^64 - 1',
      fileOf('{}', [], 2n ** 64n - 1n),
      /claims 18446744073709551615/,
    ],
    ['an array for a header', fileOf('[]'), /not an object/],
    ['a byte-order mark', fileOf('\ufeff{}'), /not JSON/],
    ['a duplicate name', fileOf('{"a":{},"\\u0061":{}}'), /key "a" twice/],
    ['metadata that is no text', fileOf({ __metadata__: { a: 1 } }), /__metadata__/],
    [
      'a header of 100,000 levels',
      fileOf(`{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`),
      /more than 64 levels/,
    ],
    [
      'a shape that cannot be shown',
      fileOf('{"a":{"dtype":"U8","shape":{"toString":1},"data_offsets":[0,4]}}', four),
      /shape \{"toString":1\}/,
    ],
    ['an entry that is no object', fileOf({ a: 3 }), /dtype undefined/],
    ['an entry that is nothing', fileOf({ a: null }), /dtype undefined/],
    ['an unknown dtype', fileOf({ a: entry('F8_E4M3', [4], 0, 4) }, four), /F8_E4M3/],
    ['a dtype from the prototype', fileOf({ a: entry('toString', [4], 0, 4) }, four), /toString/],
    ['a fractional extent', fileOf({ a: entry('U8', [0.5, 8], 0, 4) }, four), /shape \[0.5,8\]/],
    [
      'a product beyond 2^53',
      fileOf({ a: entry('U8', [2 ** 50, 2 ** 50], 0, 4) }, four),
      /needs NaN/,
    ],
    [
      'offsets the wrong way round',
      fileOf({ a: entry('U8', [0], 4, 0) }, four),
      /data_offsets \[4,0\]/,
    ],
    ['a gap', fileOf({ a: entry('U8', [2], 2, 4) }, four), /gap/],
    [
      'an overlap',
      fileOf({ a: entry('U8', [3], 0, 3), b: entry('U8', [2], 2, 4) }, four),
      /"b" at byte 2 overlaps/,
    ],
    ['bytes behind the last', fileOf({ a: entry('U8', [3], 0, 3) }, four), /1 bytes stand behind/],
  ];
  it.each(lies)('refuses %s', (_, file, message) => {
    expect(() => readSafetensors(file, 'weights.safetensors')).toThrow(FoveaError);
    expect(() => readSafetensors(file, 'weights.safetensors')).toThrow(message);
    expect(() => readSafetensors(file, 'weights.safetensors')).toThrow(/^weights\.safetensors: /);
  });

  it('throws nothing but its own errors, whatever is damaged', () => {
    const good = writeSafetensors(
      new Map([['w', { shape: [2, 3], data: Float32Array.from([0, 1, 2, 3, 4, 5]) }]]),
      { a: 'b' },
    );
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const bad = good.slice(0, Math.max(at, length));
        bad[at] = byte;
        try {
          readSafetensors(bad);
        } catch (error) {
          expect(error).toBeInstanceOf(FoveaError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('puts the largest elements first, so that each is aligned', () => {
    const tensors = new Map([
      ['a', { shape: [3], data: new Uint8Array(3) }],
      ['b', { shape: [1], data: new Float64Array(1) }],
      ['c', { shape: [1], data: new Float32Array(1) }],
    ]);
    const file = writeSafetensors(tensors);
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
    const offsets = ['b', 'c', 'a'].map((name) => header[name].data_offsets);
    expect(offsets).toEqual([
      [0, 8],
      [8, 12],
      [12, 15],
    ]);
    expect(length % 8).toBe(0);
  });

  it('refuses to write what it would not read', () => {
    const data = Float32Array.of(1);
    expect(() => writeSafetensors(new Map([['w', { shape: [2], data }]]))).toThrow(/1 numbers/);
    expect(() => writeSafetensors(new Map([['__metadata__', { shape: [1], data }]]))).toThrow();
  });
});

describe('findDuplicateKey', () => {
  it('tells keys from values and objects from one another', () => {
    expect(findDuplicateKey('{"a":"a","b":{"a":1},"c":[{"a":1},{"a":2}]}')).toBeUndefined();
    expect(findDuplicateKey('{"a":"\\"a\\":","b":{"x":1, "x" : 2}}')).toBe('x');
  });
});

behindDoor('FOVEA_EVIL', 'hostile safetensors', (folder) => {
  const files = join(folder, 'derived', 'safetensors');
  for (const name of readdirSync(files)) {
    it(name, () => {
      const bytes = readFileSync(join(files, name));
      if (name.startsWith('valid')) {
        const [tensor] = readSafetensors(bytes, name).tensors.values();
        expect(tensor.shape).toEqual([2, 3]);
        expect([...tensor.data]).toEqual([0, 1, 2, 3, 4, 5]);
      } else expect(() => readSafetensors(bytes, name)).toThrow(FoveaError);
    });
  }
});
