/**
 * @file A model's file and what lies beside it, wherever it comes from: a disk, or files given to a page.
 *
 * What importers read, they read through here: names that lead out of the file's folder and absurd sizes are refused
 * once for all formats. Node's is `source.node.ts`. Next stop: `importers.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { shownValue } from '../base/printable.ts';

export interface Source {
  /** The file's own name, without its folder: "lenet5.onnx". */
  readonly name: string;
  /** What it is called in errors and notes: a path, or the name again. */
  readonly where: string;
  readonly bytes: Uint8Array;
  /**
   * A file beside it, by the path that the model's file says ("weights.bin", "data/part-1.bin"); undefined where there
   * is none. Throws on paths that lead elsewhere.
   */
  beside(path: string): Promise<Source | undefined>;
}

/** Of a model with what lies beside it; nothing larger fits the memory of a session. */
export const MOST_MODEL_BYTES = 2 ** 32 - 1;

/** A source of files that are at hand; paths are those from the model's file. */
export function sourceOfFiles(
  name: string,
  files: ReadonlyMap<string, Uint8Array | (() => Promise<Uint8Array>)>,
): Promise<Source> {
  const open = async (path: string): Promise<Source | undefined> => {
    const given = files.get(path);
    if (given === undefined) return undefined;
    const bytes = typeof given === 'function' ? await given() : given;
    return { name: nameOf(path), where: path, bytes, beside: (other) => open(plainPath(other)) };
  };
  return open(name).then((source) => {
    if (source !== undefined) return source;
    throw new FoveaError({
      where: name,
      problem: 'there is no such file among those that were given',
      expected: `one of ${[...files.keys()].join(', ')}`,
    });
  });
}

/** The path with "/" between its parts; throws where it is none within the folder of the model's file. */
export function plainPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '.');
  const leadsOut =
    path.startsWith('/') ||
    /[\\:\0]/.test(path) ||
    parts.length === 0 ||
    parts.some((part) => part === '' || part === '..');
  if (!leadsOut) return parts.join('/');
  throw new FoveaError({
    problem: `the model names ${shownValue(path)} as a file of its own`,
    expected: 'files in the folder of the model, or in folders below it',
    fix: 'such a path reads files that are none of the model; get the model from a source you trust',
  });
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A name for the model from the file's: "my net.v2.onnx" -> "my-net.v2". */
export function modelNameOf({ name }: Pick<Source, 'name'>): string {
  const stem = name.replace(/\.[^.]*$/, '') || name;
  return stem.replace(/[^\w.-]+/g, '-').replace(/^[-.]+/, '') || 'model';
}
