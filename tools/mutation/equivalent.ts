/**
 * @file Mutants that change nothing anybody was promised, with the reason: they are left out of the score.
 *
 * A mutant is known by its file, its line as written and what that becomes, and is not tried. Swapped arguments of
 * what takes them in any order (`mutants.ts`) are not even made.
 */
import type { Placed } from './placed.ts';

export interface Equivalent {
  readonly file: string;
  /** The line it is in, without its indentation. */
  readonly line: string;
  /** The line above it, where the file has that line more than once. */
  readonly above?: string;
  /** The line with the mutant; absent: all mutants of the line. */
  readonly becomes?: string;
  readonly why: string;
}

const DRAWN = 'a part of a drawing stands one pixel further; nobody was promised where';
const WORK = 'an estimate of work: it decides where work is cut into pieces, never what comes out';
const BEYOND =
  'what is written past the end of a typed array is dropped, and nothing else reads it';

export const equivalents: readonly Equivalent[] = [
  {
    file: 'src/ops/scores/rbf.ts',
    line: 'for (let m = 0; m < M; m++)',
    above: 'const M = centers.shape[0];',
    becomes: 'for (let m = 0; m <= M; m++)',
    why: BEYOND,
  },
  {
    file: 'src/train/drawing/rows.ts',
    line: 'parts.push(translated(16, y + GAP, foot.drawing));',
    becomes: 'parts.push(translated((17), y + GAP, foot.drawing));',
    why: DRAWN,
  },
  {
    file: 'src/ops/moves/pad2d.ts',
    line: 'for (let n = 0; n < N; n++)',
    becomes: 'for (let n = (-1); n < N; n++)',
    why: BEYOND,
  },
  {
    file: 'src/backends/wasm/emit/rows/reduce.ts',
    line: 'if (level.extent % steps > 0) part(level.extent % steps);',
    becomes: 'if (level.extent * steps > 0) part(level.extent % steps);',
    why: 'the part that is left is empty then, and an empty block adds 0',
  },
  {
    file: 'src/backends/wasm/emit/connected/slotConv2d.ts',
    line: 'const pixels = N * OH * (paddedW - 2 * (KW - 1));',
    why: WORK,
  },
  {
    file: 'src/backends/wasm/emit/elementwise/random.ts',
    line: 'multiplyAdds: size * 4,',
    why: WORK,
  },
  {
    file: 'src/data/loader/prefetch.node.ts',
    line: 'const waiting = Atomics.waitAsync(control, RING.produced, produced, 100);',
    becomes: 'const waiting = Atomics.waitAsync(control, RING.produced, produced, (99));',
    why: 'milliseconds after which a wait that is woken by then looks again',
  },
];

export function isEquivalent(mutant: Placed): boolean {
  return equivalents.some(
    ({ file, line, above, becomes }) =>
      file === mutant.file &&
      line === mutant.lineText &&
      (above === undefined || above === mutant.above) &&
      (becomes === undefined || becomes === mutant.becomes),
  );
}
