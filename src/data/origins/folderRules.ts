/**
 * @file How folders become classes: one sub-folder per class, with or without `train` and `test` above.
 *
 * The rules alone, of names; folders on disk and folders that a page was given keep to them alike. Next stops:
 * `imageFolder.node.ts`, `web/data/pictureSet.ts`.
 */
import { FoveaError } from '../../base/errors.ts';

const TRAIN = 'train';
const TEST_NAMES = ['test', 'val', 'validation'];

/** Of the folders within one: where training and test pictures have folders of their own, which they are. */
export function partsOf(
  names: readonly string[],
): { readonly train: string; readonly test: string } | undefined {
  const test = TEST_NAMES.find((name) => names.includes(name));
  return names.includes(TRAIN) && test !== undefined ? { train: TRAIN, test } : undefined;
}

/** Names of folders that are classes, in their order; hidden ones are none. */
export function classNamesOf(names: readonly string[]): string[] {
  return names.filter((name) => !name.startsWith('.')).sort();
}

/** The pictures of each class folder, in the folders' order, with labels. */
export interface Labelled<T> {
  readonly classes: readonly string[];
  readonly labels: readonly number[];
  readonly pictures: readonly T[];
}

/** Throws where the folders are no classes; with `known`, each must be one of those. `folder` names them in errors. */
export function labelFolders<T>(
  folder: string,
  folders: readonly { readonly name: string; readonly pictures: readonly T[] }[],
  known?: readonly string[],
): Labelled<T> {
  const below = (name: string) => (folder === '' ? name : `${folder}/${name}`);
  const names = folders.map(({ name }) => name);
  const classes = known ?? names;
  const stranger = names.find((name) => !classes.includes(name));
  if (stranger !== undefined) throw unknownClass(below(stranger), classes);
  const empty = known === undefined && folders.find(({ pictures }) => pictures.length === 0);
  if (empty) throw noPictures(below(empty.name));
  if (known === undefined && names.length < 2) throw tooFewClasses(folder, names);
  return {
    classes,
    labels: folders.flatMap(({ name, pictures }) => pictures.map(() => classes.indexOf(name))),
    pictures: folders.flatMap(({ pictures }) => pictures),
  };
}

/** The order in which pictures are listed: folder by folder, by the names' characters. */
export function byPath(one: string, other: string): number {
  const [a, b] = [one.split('/'), other.split('/')];
  const at = a.findIndex((name, i) => name !== b[i]);
  if (at === -1) return a.length - b.length;
  return b[at] === undefined || a[at] > b[at] ? 1 : -1;
}

function unknownClass(where: string, known: readonly string[]): FoveaError {
  return new FoveaError({
    where,
    problem: 'a class for testing that training does not know',
    expected: `one of ${known.join(', ')}`,
  });
}

function tooFewClasses(folder: string, classes: readonly string[]): FoveaError {
  return new FoveaError({
    ...(folder === '' ? {} : { where: folder }),
    problem: classes.length === 0 ? 'no sub-folders' : `one class alone, "${classes[0]}"`,
    expected: 'two sub-folders of pictures or more, one per class',
    fix: 'sort the pictures into folders such as cats/ and dogs/',
  });
}

function noPictures(where: string): FoveaError {
  return new FoveaError({
    where,
    problem: 'no pictures in this class',
    expected: 'files named .jpg, .png, .webp, .pgm or .ppm',
    fix: 'remove the empty folder, or put pictures into it',
  });
}
