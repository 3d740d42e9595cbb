/** @file Kinds and claimed sizes of picture files, against what a decoder says of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { behindDoor } from '../../../test/support/doors.ts';
import { FoveaError } from '../../base/errors.ts';
import { claimedSize, kindOf } from './kinds.ts';

const drawn = () =>
  sharp({ create: { width: 37, height: 251, channels: 3, background: '#a03060' } });

describe('the first bytes of a picture file', () => {
  it.each([
    ['png', () => drawn().png()],
    ['jpeg', () => drawn().jpeg()],
    // A profile and other things stand before the frame.
    [
      'jpeg',
      () =>
        drawn()
          .withIccProfile('p3')
          .withExif({ IFD0: { Copyright: 'x'.repeat(9000) } })
          .jpeg({ progressive: true }),
    ],
    ['webp', () => drawn().webp()],
    ['webp', () => drawn().webp({ lossless: true })],
    [
      'webp',
      () =>
        drawn()
          .withExif({ IFD0: { Copyright: 'x' } })
          .webp(),
    ],
  ] as const)('say kind and size: %s', async (kind, make) => {
    const bytes = new Uint8Array(await make().toBuffer());
    expect(kindOf(bytes, 'x')).toBe(kind);
    expect(claimedSize(bytes, kind)).toEqual({ width: 37, height: 251 });
    // Cut anywhere, it has that size or says none.
    for (let length = 2; length < Math.min(60, bytes.length); length++) {
      const size = claimedSize(bytes.subarray(0, length), kind);
      expect([undefined, 37]).toContain(size?.width);
    }
  });

  it('are those of no picture, whatever the name says', () => {
    for (const text of ['', 'GIF89a', '<svg>', 'hello world', 'P7\n', 'RIFF....WAVE']) {
      expect(() => kindOf(new TextEncoder().encode(text), 'cat.png')).toThrow(FoveaError);
    }
    expect(kindOf(new TextEncoder().encode('P5 1 1 255\nx'), 'x')).toBe('netpbm');
  });
});

behindDoor('FOVEA_DATA', 'photographs', (folder) => {
  const photos = join(folder, 'photos');
  const names = readdirSync(photos).filter((name) => /\.(png|jpg)$/.test(name));
  it.each(names)('%s claims the size it has', async (name) => {
    const bytes = new Uint8Array(readFileSync(join(photos, name)));
    const kind = kindOf(bytes, name);
    const { width, height } = await sharp(bytes).metadata();
    expect(kind !== 'netpbm' && claimedSize(bytes, kind)).toEqual({ width, height });
  });
});
