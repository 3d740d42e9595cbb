/**
 * @file Names of runs that a page keeps: what a folder can be called on every system.
 */
import { UsageError } from '../../base/errors.ts';
import { shownValue } from '../../base/printable.ts';

const MOST_LETTERS = 80;
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_ .,=()+-]*$/u;
/** Names that Windows gives to devices. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

export function checkedRunName(name: string): string {
  const fits = name.length <= MOST_LETTERS && NAME.test(name) && !/[ .]$/.test(name);
  if (fits && !DEVICE.test(name)) return name;
  throw new UsageError({
    option: 'name',
    problem: `received ${shownValue(name)}`,
    expected: `1 to ${MOST_LETTERS} letters, digits and _ - + . , = ( ), the first a letter or a digit`,
  });
}

/** The name, or with the lowest number behind it that makes it a new one: "lenet5", "lenet5-2", ... */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const kept = wanted.replace(/[^\p{L}\p{N}_ .,=()+-]/gu, '-').slice(0, MOST_LETTERS - 4);
  const name = /^[\p{L}\p{N}_]/u.test(kept) ? kept.replace(/[ .]+$/, '') : `run${kept}`;
  // Disks of some systems do not tell capitals from others.
  const known = new Set([...taken].map((other) => other.toLowerCase()));
  let free = name;
  for (let i = 2; known.has(free.toLowerCase()); i++) free = `${name}-${i}`;
  return checkedRunName(free);
}
