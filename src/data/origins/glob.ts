/**
 * @file Names that fit a pattern: "*" and "?" stand for any, "{000..099}" for a number of that range.
 *
 * The tables say which beginnings of the name fit which beginnings of the pattern, so that the work is the
 * product of their lengths whatever the pattern: regular expressions, and the glob libraries made of them,
 * take minutes for thirty stars. Next stop: `shards.node.ts`.
 */
import { UsageError } from '../../base/errors.ts';

type Part =
  | { readonly kind: 'any' | 'one' }
  | { readonly kind: 'letter'; readonly letter: string }
  | { readonly kind: 'range'; readonly least: number; readonly most: number };

/** No file name is longer than 255 bytes. */
const LONGEST = 1_000;
/** Digits of a number; more is no number that a range can hold. */
const MOST_DIGITS = 15;

/** A test for names; the pattern stands for the last part of a path alone. */
export function nameMatcher(pattern: string): (name: string) => boolean {
  if (pattern.length > LONGEST) {
    throw new UsageError({
      option: 'data',
      problem: `a pattern of ${pattern.length} characters`,
      expected: `at most ${LONGEST}`,
    });
  }
  const parts = partsOf(pattern);
  return (name) => parts.reduce((ends, part) => step(ends, part, name), startOf(name))[name.length];
}

function partsOf(pattern: string): Part[] {
  const parts: Part[] = [];
  for (const [word, from, to] of pattern.matchAll(/\{(\d+)\.\.(\d+)\}|./gsu)) {
    if (word === '*') parts.push({ kind: 'any' });
    else if (word === '?') parts.push({ kind: 'one' });
    else if (from === undefined) parts.push({ kind: 'letter', letter: word });
    else parts.push({ kind: 'range', least: Number(from), most: Number(to) });
  }
  return parts;
}

/** Entry i: the parts so far fit the first i characters of the name. */
type Ends = readonly boolean[];

const startOf = (name: string): Ends => Array.from({ length: name.length + 1 }, (_, i) => i === 0);

/** The ends after one more part. */
function step(ends: Ends, part: Part, name: string): Ends {
  const after: boolean[] = ends.map(() => false);
  ends.forEach((fits, at) => {
    if (part.kind === 'any') after[at] = fits || (at > 0 && after[at - 1]);
    if (!fits) return;
    if (part.kind === 'letter' && name.startsWith(part.letter, at)) {
      after[at + part.letter.length] = true;
    }
    const character = name.codePointAt(at);
    if (part.kind === 'one' && character !== undefined)
      after[at + (character > 0xffff ? 2 : 1)] = true;
    if (part.kind === 'range') numbersAt(name, at, part, after);
  });
  return after;
}

function numbersAt(
  name: string,
  at: number,
  { least, most }: { readonly least: number; readonly most: number },
  after: boolean[],
): void {
  let number = 0;
  for (let end = at; end < at + MOST_DIGITS && /\d/.test(name[end] ?? ''); end++) {
    number = 10 * number + Number(name[end]);
    // "007" is 7; a number goes to its last digit.
    if (!/\d/.test(name[end + 1] ?? '') && number >= least && number <= most) after[end + 1] = true;
  }
}
