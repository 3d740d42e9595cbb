/**
 * @file Is it the data set that it was? What differs from a record is said in words.
 *
 * A run keeps the names of the classes, in their order, and the digests. Classes that were renamed or stand in
 * another order make every label wrong; pictures that are gone make a validation set another one.
 */
import type { AnyDataset } from './streamed.ts';

/** What is kept of a data set; `run.json` holds it under "data". */
export interface DataIdentity {
  readonly classes: readonly string[];
  /** Empty in records from before there were any. */
  readonly digests: Readonly<Record<string, string>>;
}

export function identityOf({ classes, digests = {} }: AnyDataset): DataIdentity {
  return { classes: [...classes], digests: { ...digests } };
}

/** A sentence for each difference; none where all is as it was recorded. */
export function differencesOf(recorded: DataIdentity, found: DataIdentity): string[] {
  return [
    ...classDifferences(recorded.classes, found.classes),
    ...digestDifferences(recorded, found),
  ];
}

function classDifferences(recorded: readonly string[], found: readonly string[]): string[] {
  if (recorded.length !== found.length) {
    return [`it has ${found.length} classes, ${recorded.length} were recorded`];
  }
  const changed = recorded.findIndex((name, i) => name !== found[i]);
  if (changed === -1) return [];
  const sorted = (names: readonly string[]) => [...names].sort().join('\0');
  const what =
    sorted(recorded) === sorted(found)
      ? 'the classes stand in another order'
      : 'a class was renamed';
  return [`${what}: class ${changed} is "${found[changed]}", recorded is "${recorded[changed]}"`];
}

function digestDifferences(recorded: DataIdentity, found: DataIdentity): string[] {
  return Object.entries(recorded.digests).flatMap(([part, digest]) => {
    const now = found.digests[part];
    if (now === digest) return [];
    if (now === undefined) return [`${part}: recorded, and not there`];
    return [
      `${part}: not what was recorded (SHA-256 ${now.slice(0, 16)}, recorded ${digest.slice(0, 16)})`,
    ];
  });
}
