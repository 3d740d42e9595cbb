/**
 * @file Names of classes from a file: short ones, since they stand in tables, drawings and captions.
 */
import { FoveaError } from './errors.ts';
import { printable } from './printable.ts';

/** As long as the name of a folder may be. */
const LONGEST = 255;

/** The names, or an error that says which is too long. */
export function checkedClassNames(names: readonly string[], where: string): readonly string[] {
  const long = names.find((name) => name.length > LONGEST);
  if (long === undefined) return names;
  throw new FoveaError({
    where,
    problem: `the name of class ${names.indexOf(long)} has ${long.length} characters: ${printable(long, 40)}`,
    expected: `at most ${LONGEST}`,
  });
}
