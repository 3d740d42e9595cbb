/** @file Archives that are written: read back by the strict reader and by another, their bytes in place. */
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { storeZip } from './storeZip.ts';
import { readZip } from './zip.ts';

const files = new Map([
  ['a/data.pkl', Uint8Array.of(1, 2, 3)],
  ['a/data/0', Uint8Array.from({ length: 100 }, (_, i) => i)],
  ['a/ä', new Uint8Array(0)],
]);

describe('a zip of stored files', () => {
  it.each([1, 2, 8, 64])('is read back, its files at multiples of %i', async (alignment) => {
    const bytes = storeZip(files, alignment);
    const entries = readZip(bytes, { where: 'x', most: 1000 });
    for (const entry of entries) {
      const content = await entry.read();
      expect(content).toEqual(files.get(entry.name));
      expect(content.byteOffset % alignment).toBe(0);
    }
    expect(entries).toHaveLength(3);
    expect(unzipSync(bytes)).toEqual(Object.fromEntries(files));
  });
});
