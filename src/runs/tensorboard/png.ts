/**
 * @file A colour picture as PNG, packed by Node's own zlib beside the main thread, which is training's.
 *
 * One filter (none) and one IDAT chunk. Source: PNG specification, third edition, sections 5 and 11. Next stop:
 * `runEvents.ts`.
 */
import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';
import type { Sheet } from '../../data/images/contactSheet.ts';

const packed = promisify(deflate);
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Bits of a channel, colour type RGB; deflate, adaptive filters, not interlaced. */
const FORM = [8, 2, 0, 0, 0];

export async function pngOf({ width, height, pixels }: Sheet): Promise<Uint8Array> {
  const size = new DataView(new ArrayBuffer(8));
  size.setUint32(0, width);
  size.setUint32(4, height);
  const stride = 3 * width;
  // Each row begins with the number of its filter.
  const rows = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  }
  return Buffer.concat([
    SIGNATURE,
    ...chunk('IHDR', Buffer.concat([new Uint8Array(size.buffer), Uint8Array.from(FORM)])),
    ...chunk('IDAT', await packed(rows)),
    ...chunk('IEND', new Uint8Array()),
  ]);
}

/** Length, name, data, and the checksum of the two last. */
function chunk(name: string, data: Uint8Array): readonly Uint8Array[] {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return [length, named, check];
}
