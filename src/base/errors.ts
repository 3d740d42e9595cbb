/**
 * @file The one kind of error Fovea throws on purpose.
 *
 * An error teaches: what was received, what was expected, and how to mend it. The command line prints
 * these three parts and no stack trace; anything else that reaches it is a bug of ours.
 */
import { printable, printableLines, shortened } from './printable.ts';

export interface ErrorParts {
  /** What happened, with the received values: "pooling window (5, 5) does not fit input (4, 4)". */
  readonly problem: string;
  /** What would have been accepted. */
  readonly expected?: Words;
  /** A setting, command or step that works. */
  readonly fix?: Words;
  /** Where: a layer path ("conv2d_1"), a file. */
  readonly where?: string;
  /** The setting that was wrong, by its name in code ("batchSize"). */
  readonly option?: string;
}

/** A setting in a sentence. The library writes its name; the command line the option it stands for. */
export interface Setting {
  readonly setting: string;
  readonly value?: string | number | undefined;
}

export type Words = string | readonly (string | Setting)[];

/** advice`only ${setting('epochs')} may change` */
export function advice(strings: TemplateStringsArray, ...settings: readonly Setting[]): Words {
  return strings.flatMap((text, i) => [text, ...settings.slice(i, i + 1)]);
}

export function setting(name: string, value?: string | number): Setting {
  return { setting: name, value };
}

/** As code says it: "threads: 1". */
const inCode = ({ setting: name, value }: Setting): string =>
  value === undefined ? name : `${name}: ${value}`;

export class FoveaError extends Error {
  readonly parts: ErrorParts;
  constructor(parts: ErrorParts | string, options?: ErrorOptions) {
    const p = typeof parts === 'string' ? { problem: parts } : parts;
    super(describe(p), options);
    this.name = 'FoveaError';
    this.parts = p;
  }
}

/** A list of 4,000 classes is no help: parts longer than this are cut. */
const MOST_PART = 2_000;

/**
 * An error's parts as lines; `write` says how a setting is called where it is read. The parts may hold names
 * from anywhere: none reaches a terminal as it is.
 */
export function describe(p: ErrorParts, write: (setting: Setting) => string = inCode): string {
  const part = (text: Words) => printableLines(shortened(textOf(text, write), MOST_PART));
  const problem = part(p.problem);
  const option = p.option === undefined ? undefined : write(setting(p.option));
  const places = [p.where, option]
    .filter((place) => place !== undefined)
    .map((place) => printable(place));
  const lines = [[...places, problem].join(': ')];
  if (p.expected !== undefined) lines.push(`  expected: ${part(p.expected)}`);
  if (p.fix !== undefined) lines.push(`  to fix: ${part(p.fix)}`);
  return lines.join('\n');
}

function textOf(text: Words, write: (setting: Setting) => string): string {
  if (typeof text === 'string') return text;
  return text.map((part) => (typeof part === 'string' ? part : write(part))).join('');
}

/** A wrong use of the command line or an option (exit code 2), as against a failure (exit code 1). */
export class UsageError extends FoveaError {
  constructor(parts: ErrorParts | string, options?: ErrorOptions) {
    super(parts, options);
    this.name = 'UsageError';
  }
}

/** A setting that `parse` refuses is wrong usage, whoever found it. */
export function asUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof FoveaError ? new UsageError(error.parts, { cause: error }) : error;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Throws when a state that the code rules out happens all the same: a bug of ours, never a user's. */
export function unreachable(what: string): never {
  throw new Error(`internal error: ${what}`);
}

/** Longer than any name: not compared, letter by letter, with all of them. */
const MOST_NAME = 100;

/** The nearest known name within an edit distance that a typing slip explains, for "did you mean". */
export function nearestName(received: string, known: readonly string[]): string | undefined {
  if (received.length > MOST_NAME) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(received.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(received.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** The error for a name that is not in a table: says which names are, and the nearest one. */
export function unknownName(
  kind: string,
  received: unknown,
  known: readonly string[],
  usage = false,
): FoveaError {
  const near = typeof received === 'string' ? nearestName(received, known) : undefined;
  const parts = {
    problem: `unknown ${kind} "${String(received)}"`,
    expected: `one of ${known.join(', ')}`,
    ...(near === undefined ? {} : { fix: `did you mean "${near}"?` }),
  };
  return usage ? new UsageError(parts) : new FoveaError(parts);
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  // row[j]: from the letters of `a` so far to the first j of `b`
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  let whole = b.length;
  for (const [i, letter] of a.split('').entries()) {
    whole = i + 1;
    const next = [whole];
    let before = i; // of b's letters before this one, from a's letters before this one
    for (const [j, distance] of row.slice(1).entries()) {
      whole = Math.min(before + (letter === b[j] ? 0 : 1), distance + 1, whole + 1);
      next.push(whole);
      before = distance;
    }
    row = next;
  }
  return whole;
}
