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

const NEVER = 'there always is such a number: what stands in its place is for the compiler';
const ROWS = 'how many rows are asked about at once changes no answer';

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
  {
    file: 'src/interop/onnx/spec/channels.ts',
    line: 'for (const [i, place] of places.entries()) moved[place] = numbers[isOne ? 0 : i] ?? 0;',
    becomes:
      'for (const [i, place] of places.entries()) moved[place] = numbers[isOne ? 0 : i] ?? (-1);',
    why: NEVER,
  },
  {
    file: 'src/interop/onnx/spec/patterns/squares.ts',
    line: 'count > 1 &&',
    becomes: 'count >= 1 &&',
    why: 'one group of all channels is none',
  },
  {
    file: 'src/interop/onnx/proto/schema.ts',
    line: 'IR_VERSION_2019_1_22: 4,',
    why: 'a name of onnx.proto that nobody here reads',
  },
  {
    file: 'src/interop/tfjs/graph/windows.ts',
    line: 'const [KH = 0, KW = 0, channels = 0, depthMultiplier = 0] = kernel.shape;',
    why: NEVER,
  },
  {
    file: 'src/interop/oneFile/decoder/decoder.ts',
    line: 'this.#reader[READER.at / 4] = TEXT;',
    becomes: 'this.#reader[READER.at / (3)] = TEXT;',
    why: 'its place is 0',
  },
  {
    file: 'src/cluster/mpi/openMpi.node.ts',
    line: 'const from = isShared(sent) ? sent : sent.slice();',
    becomes: 'const from = false ? sent : sent.slice();',
    why: 'a copy that need not be made',
  },
  {
    file: 'src/studies/lenetRobustness.ts',
    line: "quick: { data: 'digits', trainCount: 1500, testCount: 300, seeds: 3, passes: 3, epochs: 5 },",
    why: 'how much a study measures in its quick form',
  },
  {
    file: 'src/train/explanation/probe.ts',
    line: 'const batch = count === 1 ? 1 : BATCH;',
    becomes: 'const batch = true ? 1 : BATCH;',
    why: ROWS,
  },
  {
    file: 'src/train/evaluation/evaluate.ts',
    line: 'const most = Math.max(1, Math.floor(MOST_NUMBERS / (shape[0] * shape[1] * shape[2])));',
    why: ROWS,
  },
  {
    file: 'src/train/evaluation/evaluate.ts',
    line: 'const own = seen.length === 1 ? seen[0] : meanOf(seen, metrics);',
    becomes: 'const own = seen.length === (0) ? seen[0] : meanOf(seen, metrics);',
    why: 'the mean of one is itself',
  },
  {
    file: 'src/train/evaluation/classification.ts',
    line: 'for (let i = 0; i < scores.length; i++) {',
    becomes: 'for (let i = 0; i <= scores.length; i++) {',
    why: 'what is read past the end is as large as nothing',
  },
  {
    file: 'src/train/pretraining/machineOfLayer.ts',
    line: 'const [H = 1, W = 1] = hiddenShape(machine);',
    why: NEVER,
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
