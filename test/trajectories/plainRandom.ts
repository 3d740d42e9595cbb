/**
 * @file Shuffles and masks as the header of `base/random.ts` says them, written again.
 *
 * Nothing of the library is used, so that a change of what a seed means is seen. Next stop: `plainTraining.ts`.
 */

/** A 32-bit word, unsigned, through two multiplications and three shifted xors. */
function mixed(word: number): number {
  let h = word >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97) >>> 0;
  return (h ^ (h >>> 15)) >>> 0;
}

/** FNV-1a over the letters of a name. */
function streamOfName(name: string): number {
  return [...name].reduce(
    (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619) >>> 0,
    2_166_136_261,
  );
}

/** The bits of every index for one seed below 2^32, one named use and one step. */
function bitsOf(seed: number, name: string, step: number): (index: number) => number {
  const seeded = mixed(mixed(seed + 0x9e3779b9));
  const base0 = mixed(seeded + mixed(streamOfName(name) + 0x85ebca6b));
  const base1 = mixed(base0 ^ mixed(seeded + 0xc2b2ae35));
  const k0 = mixed(step + base0);
  const k1 = mixed((k0 ^ base1) >>> 0);
  return (index) => mixed(mixed(k0 + index) + k1);
}

/** A number in [0, 1) of 24 bits for each index. */
export function uniforms(seed: number, name: string, step: number, length: number): number[] {
  const bits = bitsOf(seed, name, step);
  return Array.from({ length }, (_, i) => Math.floor(bits(i) / 256) / 2 ** 24);
}

/** The order in which an epoch takes `count` rows. */
export function orderOfEpoch(seed: number, epoch: number, count: number): number[] {
  const bits = bitsOf(seed, `shuffle/${epoch}`, 0);
  let drawn = 0;
  const below = (n: number): number => {
    const fair = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const word = bits(drawn++);
      if (word < fair) return word % n;
    }
  };
  const order = Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last >= 1; last--) {
    const other = below(last + 1);
    const moved = order[last];
    order[last] = order[other];
    order[other] = moved;
  }
  return order;
}
