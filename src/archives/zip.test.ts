/** @file Zip archives: what is read, and every way to be refused. */

import fc from 'fast-check';
import { type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FoveaError } from '../base/errors.ts';
import { readZip } from './zip.ts';

const text = (words: string) => new TextEncoder().encode(words);
const files = { 'a/x.txt': text('hello '.repeat(100)), 'a/y.bin': Uint8Array.of(1, 2, 3) };
const limits = { where: 'x.zip', most: 1e6 };
const open = (bytes: Uint8Array) => readZip(bytes, limits);

/** The archive with some of its bytes changed: `at` counts from the nth place where the signature stands. */
function patched(bytes: Uint8Array, signature: number, nth: number, at: number, values: number[]) {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  let found = 0;
  for (let i = 0; i + 4 <= copy.length; i++) {
    if (view.getUint32(i, true) === signature && found++ === nth) copy.set(values, i + at);
  }
  return copy;
}
const [END, ENTRY, LOCAL] = [0x06054b50, 0x02014b50, 0x04034b50];

describe('a zip archive', () => {
  it('gives its files, packed or stored', async () => {
    const zippable: Zippable = {
      'a/x.txt': files['a/x.txt'],
      'a/y.bin': [files['a/y.bin'], { level: 0 }],
    };
    const entries = open(zipSync(zippable));
    expect(entries.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['a/x.txt', 600],
      ['a/y.bin', 3],
    ]);
    expect(await entries[0].read()).toEqual(files['a/x.txt']);
    expect(await entries[1].read()).toEqual(files['a/y.bin']);
    expect(open(zipSync({}))).toEqual([]);
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', 'a\\..\\x', 'C:x', 'a//x', './x', 'x\0.txt'])(
    'is refused where a name leads out of it: %s',
    (name) => {
      expect(() => open(zipSync({ [name]: text('x') }))).toThrow(/leads out of the archive/);
    },
  );

  it('is refused where two names are one on some disk', () => {
    expect(() => open(zipSync({ 'a/X': text('1'), 'a/x': text('2') }))).toThrow(/twice/);
  });

  it('is refused where it holds links or devices', () => {
    const made = (kind: number) =>
      open(zipSync({ link: [text('/etc/passwd'), { os: 3, attrs: (kind | 0o777) << 16 }] }));
    expect(() => made(0xa000)).toThrow(/"link" is a link/);
    expect(() => made(0x2000)).toThrow(/no regular file/);
    expect(made(0x8000)).toHaveLength(1);
  });

  it('is refused where it claims more than is read, before anything is unpacked', () => {
    const bomb = zipSync({ a: new Uint8Array(2e6), b: new Uint8Array(10) });
    expect(bomb.length).toBeLessThan(5000);
    expect(() => open(bomb)).toThrow(/claims 2000010 bytes unpacked/);
  });

  it('is refused where a file unpacks to more or less than it claims', async () => {
    const whole = zipSync({ x: new Uint8Array(5000) });
    for (const size of [4999, 100, 5001]) {
      const lying = patched(whole, ENTRY, 0, 24, [size & 255, size >> 8, 0, 0]);
      await expect(open(lying)[0].read()).rejects.toThrow(FoveaError);
    }
    // 20 bytes cannot be a gigabyte.
    const huge = patched(whole, ENTRY, 0, 24, [0, 0, 15, 0]);
    await expect(open(huge)[0].read()).rejects.toThrow(/cannot unpack to/);
  });

  it('is refused where files share their bytes', () => {
    const bytes = zipSync({ a: [text('same'), { level: 0 }], b: [text('same'), { level: 0 }] });
    // Both entries of the directory lead to the first file, whose own header says what it is.
    const view = new DataView(bytes.buffer);
    const both = patched(bytes, ENTRY, 1, 42, [0, 0, 0, 0]);
    expect(view.getUint32(0, true)).toBe(LOCAL);
    expect(() => open(both)).toThrow(/another file by its own header/);
    const renamed = patched(both, ENTRY, 1, 46, [97]);
    expect(() => open(renamed)).toThrow(/twice/);
    const longer = patched(patched(bytes, ENTRY, 0, 20, [9, 0, 0, 0]), ENTRY, 0, 24, [9, 0, 0, 0]);
    expect(() => open(longer)).toThrow(/"b" overlaps with another file/);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['is none', text('not a zip archive at all'), /no zip archive/],
    ['is empty', new Uint8Array(0), /no zip archive/],
    ['is cut', zipSync(files).slice(0, -30), /no zip archive/],
    ['is encrypted', patched(zipSync(files), ENTRY, 0, 8, [1, 0]), /is encrypted/],
    ['is packed by another method', patched(zipSync(files), ENTRY, 0, 10, [12]), /method 12/],
    ['is one of several', patched(zipSync(files), END, 0, 4, [1]), /several volumes/],
    ['has a directory elsewhere', patched(zipSync(files), END, 0, 16, [1]), /directory is damaged/],
    ['names a place without a file', patched(zipSync(files), ENTRY, 0, 42, [3]), /has no header/],
    ['is of 4 GB', patched(zipSync(files), ENTRY, 0, 20, [255, 255, 255, 255]), /4 GB or more/],
  ])('is refused where it %s', (_, bytes, words) => {
    expect(() => open(bytes)).toThrow(words);
    expect(() => open(bytes)).toThrow(FoveaError);
  });

  it('is refused where its content is not what was packed', async () => {
    const stored = zipSync({ x: [text('hello'), { level: 0 }] });
    const damaged = stored.slice();
    damaged[stored.indexOf(104)] ^= 1; // the h
    const [name] = [stored.indexOf(104)];
    expect(name).toBeGreaterThan(30);
    await expect(open(damaged)[0].read()).rejects.toThrow(/another checksum/);
  });

  it('never ends otherwise than with its files or a FoveaError', async () => {
    const whole = zipSync({ ...files, c: new Uint8Array(3000) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const broken = whole.slice();
          for (const [at, value] of changes) broken[at] = value;
          try {
            for (const entry of open(broken)) await entry.read();
          } catch (error) {
            expect(error).toBeInstanceOf(FoveaError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
