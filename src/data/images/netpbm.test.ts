import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FoveaError } from '../../base/errors.ts';
import { isNetpbm, parseNetpbm } from './netpbm.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

const withBytes = (text: string, ...bytes: number[]) => Uint8Array.from([...ascii(text), ...bytes]);

describe('PBM, PGM, PPM', () => {
  it.each([
    ['P1', ascii('P1\n# a comment\n3 2\n101 0 1\n0'), [0, 255, 0, 255, 0, 255]],
    ['P2', ascii('P2 3 2 15 0 1 2 13 14 15'), [0, 17, 34, 221, 238, 255]],
    ['P4', withBytes('P4 3 2\n', 0b10100000, 0b01000000), [0, 255, 0, 255, 0, 255]],
    ['P5', withBytes('P5\n3 2\n255\n', 0, 1, 2, 253, 254, 255), [0, 1, 2, 253, 254, 255]],
    ['P5 of 16 bits', withBytes('P5 2 1 65535 ', 0x80, 0, 0xff, 0xff), [128, 255]],
    ['P3', ascii('P3 1 2 255 1 2 3 4 5 6'), [1, 2, 3, 4, 5, 6]],
    ['P6', withBytes('P6 1 2 255\n', 1, 2, 3, 4, 5, 6), [1, 2, 3, 4, 5, 6]],
  ])('reads %s', (_, bytes, expected) => {
    expect(isNetpbm(bytes)).toBe(true);
    expect([...parseNetpbm(bytes).pixels]).toEqual(expected);
  });

  it.each([
    ['a cut header', ascii('P5 3'), /no height/],
    ['cut pixels', withBytes('P5 3 2 255 ', 1, 2), /2 bytes/],
    ['cut text', ascii('P2 3 2 255 1 2'), /6 values/],
    ['absurd sizes', ascii('P5 4000000000 4000000000 255 '), /4000000000 x 4000000000/],
    ['no pixels', ascii('P5 0 4 255 '), /0 x 4/],
    ['a line without end', ascii('P5 9000000 1 255 '), /9000000 x 1/],
    ['a maximum of 0', ascii('P5 1 1 0 x'), /largest value of 0/],
    ['values above the maximum', ascii('P2 1 1 7 9'), /value 9/],
    ['letters', ascii('P2 2 1 255 1 x    '), /no value/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseNetpbm(bytes)).toThrow(FoveaError);
    expect(() => parseNetpbm(bytes)).toThrow(message);
  });

  it('throws a FoveaError or reads, whatever follows', () => {
    const body = fc.array(fc.constantFrom(...'0123456789 #\n'), { maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), body, (kind, rest) => {
        try {
          parseNetpbm(ascii(`P${kind} ${rest.join('')}`));
        } catch (error) {
          expect(error).toBeInstanceOf(FoveaError);
        }
      }),
    );
  });
});
