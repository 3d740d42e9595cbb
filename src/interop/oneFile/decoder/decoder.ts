/**
 * @file Reads what a shipped text holds: bytes that were deflated, then floats. The loops over characters are a module's.
 *
 * The text is long and is handed to the module as it is asked for. Previous stops: `decoderModule.ts`, `places.ts`.
 * Next stops: `../weights.ts`; `web/shipped/openProgram.ts`, which opens the module.
 */
import { FoveaError } from '../../../base/errors.ts';
import { BITS, PIECE } from '../text.ts';
import { FLOATS, MOST_FLOATS, READER, TEXT } from './places.ts';

const PAGE_BYTES = 65_536;
/** Characters that the most floats at once are read from: 24 bits each. */
const WINDOW = 2 * Math.ceil((24 * MOST_FLOATS) / BITS) + PIECE;

/** What the module exports. */
export interface DecoderExports {
  inflate(to: number): void;
  floats(count: number, mantissa: number, plane: number, to: number): void;
}

/** Pieces of text, of which the first `deflated` hold `size` bytes deflated, the others the bits of floats. */
export interface PackedText {
  readonly text: readonly string[];
  readonly deflated: number;
  readonly size: number;
}

/** `open`: the module's exports, over this memory. */
export async function openDecoder(
  { text, deflated, size }: PackedText,
  open: (memory: WebAssembly.Memory) => DecoderExports | Promise<DecoderExports>,
): Promise<Decoder> {
  const letters = text.slice(0, deflated).reduce((sum, { length }) => sum + length, 0);
  const to = TEXT + Math.max(letters, WINDOW);
  const pages = Math.ceil((to + size) / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const decoder = new Decoder(await open(memory), memory.buffer, text);
  return decoder.inflate(deflated, new Uint8Array(memory.buffer, to, size));
}

export class Decoder {
  /** What was deflated. */
  bytes = new Uint8Array();
  readonly #module: DecoderExports;
  readonly #text: readonly string[];
  /** The reader's words, and all bytes. */
  readonly #reader: Int32Array;
  readonly #all: Uint8Array;
  readonly #encoder = new TextEncoder();
  #piece = 0;
  /** Where the characters that were handed over end. */
  #end = TEXT;

  constructor(module: DecoderExports, memory: ArrayBuffer, text: readonly string[]) {
    this.#module = module;
    this.#text = text;
    this.#reader = new Int32Array(memory);
    this.#all = new Uint8Array(memory);
  }

  /** Fills `to`, which is `bytes` from then on, from the first pieces. */
  inflate(pieces: number, to: Uint8Array<ArrayBuffer>): this {
    this.#restart();
    while (this.#piece < pieces) this.#handOver();
    try {
      this.#module.inflate(to.byteOffset);
    } catch (error) {
      // Only spoilt text leads out of the memory.
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      endsTooEarly();
    }
    if (this.#bitsLeft() < 0) endsTooEarly();
    this.#restart();
    this.bytes = to;
    return this;
  }

  /** Fills `to` with the next floats, of `mantissa` bits each; their exponents stand in `bytes` from `plane` on. */
  floats(mantissa: number, plane: number, to: Float32Array): void {
    for (let at = 0; at < to.length; at += MOST_FLOATS) {
      const count = Math.min(MOST_FLOATS, to.length - at);
      this.#fill(count * (mantissa + 1));
      this.#module.floats(count, mantissa, this.bytes.byteOffset + plane + at, FLOATS);
      to.set(new Float32Array(this.#all.buffer, FLOATS, count), at);
    }
  }

  /** Sees to it that so many bits can be read. */
  #fill(bits: number): void {
    if (this.#bitsLeft() >= bits) return;
    const at = this.#word(READER.at);
    this.#all.copyWithin(TEXT, at, this.#end);
    this.#reader[READER.at / 4] = TEXT;
    this.#end -= at - TEXT;
    while (this.#bitsLeft() < bits) this.#handOver();
  }

  #handOver(): void {
    const piece = this.#text[this.#piece++] ?? endsTooEarly();
    this.#end += this.#encoder.encodeInto(piece, this.#all.subarray(this.#end)).written;
  }

  #restart(): void {
    this.#reader.set([TEXT, 0, 0]);
    this.#end = TEXT;
  }

  /** Of the characters that were handed over. */
  #bitsLeft(): number {
    return ((this.#end - this.#word(READER.at)) / 2) * BITS + this.#word(READER.count);
  }

  #word(address: number): number {
    return this.#reader[address / 4] ?? 0;
  }
}

function endsTooEarly(): never {
  throw new FoveaError({
    problem: 'the text that holds the network ends too early',
    expected: 'the file as it was written',
  });
}
