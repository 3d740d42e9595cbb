/**
 * @file How a convolution by a table of connections (C3 of LeNet-5) is laid out for lanes of four.
 *
 * Four output maps share a vector; term t of the vector is the t-th connection of each of them. The input is
 * gathered into these slots once, and so are the weights:
 *
 *   maps 0..3 see 012 123 234 345   ->   term 0: inputs 0 1 2 3, term 1: 1 2 3 4, term 2: 2 3 4 5
 *
 * so a term is one multiply-add of whole vectors and no kernel that does not exist is computed. A lane whose
 * map has fewer terms than its neighbours idles: it repeats the map's first connection with the weight 0.
 * Previous stop: `lowering/connected.ts`. Next stop: `slotConv2d.ts`.
 */
import type { Connections } from '../../../../ops/windows/connectedConv2d.ts';

export interface SlotLayout {
  /** Per vector of four maps: its first slot and its number of terms. */
  readonly vectors: readonly { readonly first: number; readonly terms: number }[];
  readonly maps: number;
  /** Per slot the input map it holds. */
  readonly inputs: readonly number[];
  /** Per slot the connection whose weight it holds; -1 where the lane idles. */
  readonly connections: readonly number[];
}

export function layoutOf(table: Connections): SlotLayout {
  const firstOf: number[] = [];
  table.reduce((next, maps) => {
    firstOf.push(next);
    return next + maps.length;
  }, 0);
  const vectors: { first: number; terms: number }[] = [];
  const inputs: number[] = [];
  const connections: number[] = [];
  for (let o = 0; o < table.length; o += 4) {
    const maps = table.slice(o, o + 4);
    const terms = Math.max(...maps.map((m) => m.length));
    vectors.push({ first: inputs.length, terms });
    for (let t = 0; t < terms; t++) {
      for (let lane = 0; lane < 4; lane++) {
        const seen = table[o + lane] ?? maps[0];
        const real = o + lane < table.length && t < seen.length;
        inputs.push(real ? seen[t] : seen[0]);
        connections.push(real ? firstOf[o + lane] + t : -1);
      }
    }
  }
  return { vectors, maps: table.length, inputs, connections };
}
