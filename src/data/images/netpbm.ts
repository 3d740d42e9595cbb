/**
 * @file PBM, PGM and PPM: the picture formats one can write by hand. Read without any library.
 *
 *   P1 bits   P2 gray   P3 colour     numbers in text
 *   P4 bits   P5 gray   P6 colour     bytes; two per sample, high byte first, when the maximum is above 255
 *
 * http://netpbm.sourceforge.net/doc/pnm.html
 */
import { FoveaError } from '../../base/errors.ts';
import { checkPictureSize, type Picture } from './picture.ts';

const LARGEST_MAXIMUM = 65_535;

export function isNetpbm(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] >= 0x31 && bytes[1] <= 0x36 && isSpaceOrHash(bytes[2]);
}

/** The size that its head claims. */
export function netpbmSize(bytes: Uint8Array, where = 'picture') {
  const text = new TextScanner(bytes, 2, where);
  return { width: text.number('width'), height: text.number('height') };
}

export function parseNetpbm(bytes: Uint8Array, where = 'picture'): Picture {
  const kind = bytes[1] - 0x30;
  const text = new TextScanner(bytes, 2, where);
  const width = text.number('width');
  const height = text.number('height');
  checkPictureSize(width, height, where);
  const bits = kind === 1 || kind === 4;
  const maximum = bits ? 1 : text.number('maximum');
  if (maximum < 1 || maximum > LARGEST_MAXIMUM) {
    throw new FoveaError({
      where,
      problem: `a largest value of ${maximum}`,
      expected: `1 to ${LARGEST_MAXIMUM}`,
    });
  }
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const count = width * height * channels;
  const samples = kind <= 3 ? textSamples(text, count, bits) : undefined;
  const read =
    samples ??
    binarySamples(bytes, text.position + 1, { width, height, channels, maximum, bits, where });
  const pixels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const sample = read(i);
    if (sample > maximum) {
      throw new FoveaError({ where, problem: `value ${sample}`, expected: `0 to ${maximum}` });
    }
    // In a bitmap 1 is ink: black.
    pixels[i] = bits ? 255 * (1 - sample) : Math.round((255 * sample) / maximum);
  }
  return { width, height, channels, pixels };
}

/** Reads numbers in order; `at` is only there to have the shape of the binary reader. */
function textSamples(text: TextScanner, count: number, bits: boolean): (at: number) => number {
  text.expectAtLeast(count);
  return bits ? () => text.bit() : () => text.number('value');
}

interface BinaryLayout {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly maximum: number;
  readonly bits: boolean;
  readonly where: string;
}

function binarySamples(
  bytes: Uint8Array,
  start: number,
  { width, height, channels, maximum, bits, where }: BinaryLayout,
): (at: number) => number {
  const rowBytes = Math.ceil(width / 8);
  const wide = maximum > 255;
  const needed = bits ? rowBytes * height : width * height * channels * (wide ? 2 : 1);
  if (bytes.length - start < needed) {
    throw truncated(where, `${Math.max(0, bytes.length - start)} bytes`, `${needed}`);
  }
  if (bits) {
    return (at) => {
      const column = at % width;
      const byte = bytes[start + Math.floor(at / width) * rowBytes + (column >> 3)];
      return (byte >> (7 - (column & 7))) & 1;
    };
  }
  if (wide) return (at) => bytes[start + 2 * at] * 256 + bytes[start + 2 * at + 1];
  return (at) => bytes[start + at];
}

/** Numbers between white space and "# comments". */
class TextScanner {
  position: number;
  readonly #bytes: Uint8Array;
  readonly #where: string;

  constructor(bytes: Uint8Array, position: number, where: string) {
    this.#bytes = bytes;
    this.position = position;
    this.#where = where;
  }

  /** Every sample takes a byte at the least: refuses a short file before reading it. */
  expectAtLeast(samples: number): void {
    const left = this.#bytes.length - this.position;
    if (left < samples) throw truncated(this.#where, `${left} characters`, `${samples} values`);
  }

  number(what: string): number {
    this.#skipSpace();
    const begin = this.position;
    let value = 0;
    while (isDigit(this.#bytes[this.position])) {
      value = value * 10 + this.#bytes[this.position++] - 0x30;
    }
    if (this.position === begin) throw truncated(this.#where, `no ${what}`, 'a whole number');
    return value;
  }

  /** One 0 or 1; in a text bitmap they may touch. */
  bit(): number {
    this.#skipSpace();
    const value = this.#bytes[this.position++] - 0x30;
    if (value === 0 || value === 1) return value;
    throw truncated(this.#where, 'no bit', '0 or 1');
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.position];
      if (byte === 0x23) {
        while (this.position < this.#bytes.length && this.#bytes[this.position] !== 0x0a) {
          this.position++;
        }
      } else if (isSpaceOrHash(byte)) this.position++;
      else return;
    }
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isSpaceOrHash(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d) || byte === 0x23;
}

function truncated(where: string, received: string, expected: string): FoveaError {
  return new FoveaError({ where, problem: `the picture is cut or damaged: ${received}`, expected });
}
