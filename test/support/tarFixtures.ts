/**
 * @file Tar archives for tests, honest and hostile: a header of 512 bytes per entry, then its content.
 */

export interface TarFixture {
  readonly name: string;
  readonly data: Uint8Array;
  /** What the header claims; default: what there is. */
  readonly size?: number;
  readonly type?: string;
}

const BLOCK = 512;

export function tarOf(entries: readonly TarFixture[]): Uint8Array {
  const blocks = entries.flatMap(({ name, data, size = data.length, type = '0' }) => {
    const content = new Uint8Array(Math.ceil(data.length / BLOCK) * BLOCK);
    content.set(data);
    return [headerOf(name, size, type), content];
  });
  return Buffer.concat([...blocks, new Uint8Array(2 * BLOCK)]);
}

function headerOf(name: string, size: number, type: string): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const write = (text: string, at: number) => header.set(new TextEncoder().encode(text), at);
  write(name, 0);
  write('0000644\0', 100);
  write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  write('        ', 148);
  write(type, 156);
  write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
