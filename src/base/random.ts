/**
 * @file Counter-based random numbers: a hash of (seed, stream, step, index), nothing carried from draw to draw.
 *
 * The number for an index needs no other number, so it is the same on every backend, for any number of
 * threads, and after a resume. 32-bit additions, shifts, xors and multiplications only. It is written over any
 * kind of words (`Words`), so that a backend has it in its lanes without saying it again.
 *
 *   key  = (k0, k1), both from seed, stream and step, once per run
 *   bits = mix(mix(index + k0) + k1)
 *   u    = (bits >>> 8) * 2^-24                uniform over the 2^24 multiples of 2^-24 in [0, 1)
 *
 * The second word of the key keeps two sequences from being shifted copies of one another.
 * `mix` is a bijection of 32-bit words with very low bias, found by search:
 * https://github.com/skeeto/hash-prospector (constants of its issue 19). Next stop: `ops/randomUniform.ts`.
 */

/** Two 32-bit words, unsigned. */
export type Key = readonly [number, number];

/** `mix`: per round h = (h xor h >>> shift) * factor; at the end h xor h >>> lastShift. */
export const MIX = {
  rounds: [
    { shift: 16, factor: 0x21f0aaad },
    { shift: 15, factor: 0x735a2d97 },
  ],
  lastShift: 15,
} as const;

/** The bits of a word that make a number in [0, 1): the highest so many. */
export const UNIFORM_BITS = 24;

/** What the hash asks of 32-bit words: numbers here, lanes or the text of a shader in a backend. */
export interface Words<W> {
  add(a: W, b: W): W;
  xor(a: W, b: W): W;
  /** As `MIX` says. */
  mix(a: W): W;
}

/** The key of one step: k0 = mix(base0 + step), k1 = mix(base1 ^ k0). */
export function stepKeyOf<W>(
  words: Words<W>,
  [base0, base1]: readonly [W, W],
  step: W,
): readonly [W, W] {
  const k0 = words.mix(words.add(step, base0));
  return [k0, words.mix(words.xor(k0, base1))];
}

/** 32 random bits for one index. */
export function randomBitsOf<W>(words: Words<W>, [k0, k1]: readonly [W, W], index: W): W {
  return words.mix(words.add(words.mix(words.add(k0, index)), k1));
}

const [FIRST, SECOND] = MIX.rounds;

/** One bijection of 32-bit words; the result is unsigned. Written out: shuffles and initializers draw by it. */
export function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> FIRST.shift), FIRST.factor);
  h = Math.imul(h ^ (h >>> SECOND.shift), SECOND.factor);
  return (h ^ (h >>> MIX.lastShift)) >>> 0;
}

const NUMBERS: Words<number> = { add: (a, b) => a + b, xor: (a, b) => a ^ b, mix };

/**
 * The half of the key that is known before a run. A seed is a whole number up to 2^53, a stream a
 * 32-bit one: one stream per use (shuffling, each dropout layer, ...), see `streamOf`.
 */
export function baseKey(seed: number, stream: number): Key {
  const low = seed | 0;
  const high = Math.floor(seed / 2 ** 32) | 0;
  const seeded = mix(mix(low + 0x9e3779b9) + high);
  const k0 = mix(seeded + mix(stream + 0x85ebca6b));
  return [k0, mix(k0 ^ mix(seeded + 0xc2b2ae35))];
}

export function stepKey(base: Key, step: number): Key {
  return stepKeyOf(NUMBERS, base, step);
}

/** 32 random bits, unsigned, for one index. */
export function randomBits(key: Key, index: number): number {
  return randomBitsOf(NUMBERS, key, index);
}

/** A number in [0, 1), exact in float32 and never 1, of 32 random bits. */
function uniformOf(bits: number): number {
  return (bits >>> (32 - UNIFORM_BITS)) * 2 ** -UNIFORM_BITS;
}

export function uniformAt(key: Key, index: number): number {
  return uniformOf(randomBits(key, index));
}

/** A stream number from a name, so that "dropout_1" and "conv2d/kernel" draw apart (FNV-1a, 32 bits). */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Draws one after the other for shuffles and initializers: the same numbers under an advancing index. */
export class RandomStream {
  readonly #base: Key;
  #key: Key;
  #block = 0;
  #index = 0;

  constructor(seed: number, stream: number | string = 0) {
    this.#base = baseKey(seed, typeof stream === 'string' ? streamOf(stream) : stream);
    this.#key = stepKey(this.#base, 0);
  }

  /** 32 random bits, unsigned. */
  bits(): number {
    if (this.#index === 2 ** 32) {
      this.#index = 0;
      this.#key = stepKey(this.#base, ++this.#block);
    }
    return randomBits(this.#key, this.#index++);
  }

  /** In [0, 1), or in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformOf(this.bits());
  }

  /** Mean 0, variance 1 (Box and Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log((this.bits() + 0.5) * 2 ** -32));
    return radius * Math.cos(2 * Math.PI * this.bits() * 2 ** -32);
  }

  /** A whole number from 0 to n - 1, each as likely as the others; n up to 2^32. */
  integer(n: number): number {
    const fair = Math.floor(2 ** 32 / n) * n;
    let bits = this.bits();
    while (bits >= fair) bits = this.bits();
    return bits % n;
  }

  /** The numbers 0 to n - 1 in random order (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}
