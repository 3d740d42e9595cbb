/**
 * @file Axes of values of any kind, as places from 0 to 1 with what is written at them: numbers, evenly or by their
 * logarithms, or words side by side.
 *
 * Next stops: `parallel.ts`, `panels.ts`.
 */
import { axisTicks } from './curves.ts';
import { cutTo } from './letters.ts';

export interface Ruler {
  readonly name: string;
  /** 0 to 1. */
  place(value: string): number;
  readonly ticks: readonly { readonly at: number; readonly words: string }[];
}

/** Longer words are cut. */
const MOST_LETTERS = 16;

/**
 * Of the values that are there: numbers where all of them are, by their logarithms where they span ten times or more and
 * `isEven` is not said.
 */
export function rulerOf(name: string, values: readonly string[], isEven = false): Ruler {
  const numbers = values.map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
  return numbers.every(Number.isFinite) ? ofNumbers(name, numbers, isEven) : ofWords(name, values);
}

function ofWords(name: string, values: readonly string[]): Ruler {
  const known = [...new Set(values)];
  const at = (i: number): number => (i + 0.5) / Math.max(1, known.length);
  return {
    name,
    place: (value) => at(Math.max(0, known.indexOf(value))),
    ticks: known.map((value, i) => ({ at: at(i), words: cutTo(value, MOST_LETTERS) })),
  };
}

function ofNumbers(name: string, numbers: readonly number[], isEven: boolean): Ruler {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const isLog = !isEven && low > 0 && high >= 10 * low;
  const scaled = (n: number): number => (isLog ? Math.log10(n) : n);
  const [from, to] = [scaled(low), scaled(high)];
  // A little room, so that nothing lies on the ends.
  const [start, length] =
    to > from ? [from - 0.05 * (to - from), 1.1 * (to - from)] : [from - 1, 2];
  const place = (n: number): number => (scaled(n) - start) / length;
  const few = [...new Set(numbers)].toSorted((a, b) => a - b);
  const written = few.length <= 5 ? few : isLog ? powers(from, to) : axisTicks(low, high);
  const ticks = written.map((n) => ({ at: place(n), words: numberWords(n) }));
  return { name, place: (value) => place(Number(value)), ticks };
}

/** Powers of ten from one exponent to another; with fewer than two of them 2 and 5 times these too. */
function powers(from: number, to: number): number[] {
  const exponents = Array.from(
    { length: Math.ceil(to) - Math.floor(from) + 1 },
    (_, i) => Math.floor(from) + i,
  );
  const within = (factors: readonly number[]) =>
    exponents
      .flatMap((e) => factors.map((factor) => factor * 10 ** e))
      .filter((n) => Math.log10(n) >= from - 1e-9 && Math.log10(n) <= to + 1e-9);
  const tens = within([1]);
  return tens.length > 1 ? tens : within([1, 2, 5]);
}

/** "0.003", "1e+9" */
function numberWords(value: number): string {
  const short = Number(value.toPrecision(4));
  return Math.abs(short) >= 1e6 ? short.toExponential() : String(short);
}

/** Those ticks that are so far from the one before them that is kept; their words would lie on one another. */
export function apartBy({ ticks }: Ruler, least: number): Ruler['ticks'] {
  const kept: Ruler['ticks'][number][] = [];
  for (const tick of ticks.toSorted((a, b) => a.at - b.at)) {
    const last = kept.at(-1);
    if (last === undefined || tick.at - last.at >= least) kept.push(tick);
  }
  return kept;
}
