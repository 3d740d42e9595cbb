/**
 * @file Mutants that change nothing anybody was promised, with the reason: they are left out of the score.
 *
 * A mutant is known by its file, its line as written and what was put in. One that is noticed after all counts.
 */
import { changeOf, type Placed } from './placed.ts';

export interface Equivalent {
  readonly file: string;
  /** The line it is in, without its indentation. */
  readonly line: string;
  /** As the tool prints it: "old -> new"; absent: all mutants of the line. */
  readonly change?: string;
  readonly why: string;
}

export const equivalents: readonly Equivalent[] = [];

export function isEquivalent(mutant: Placed): boolean {
  return equivalents.some(
    ({ file, line, change }) =>
      file === mutant.file &&
      line === mutant.lineText &&
      (change === undefined || change === changeOf(mutant)),
  );
}
