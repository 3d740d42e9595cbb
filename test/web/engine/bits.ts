/** @file All bits of a model's weights in a few letters, to be compared between machines. */

interface Numbers {
  readonly data: ArrayLike<number>;
}

/** FNV-1a over the words of each. */
export function bitsOf(weights: ReadonlyMap<string, Numbers>): Record<string, string> {
  const of = (data: ArrayLike<number>): string => {
    let hash = 0xcbf29ce484222325n;
    for (const word of new Uint32Array(Float32Array.from(data).buffer)) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(word)) * 0x100000001b3n);
    }
    return hash.toString(16);
  };
  return Object.fromEntries([...weights].map(([name, { data }]) => [name, of(data)]));
}
