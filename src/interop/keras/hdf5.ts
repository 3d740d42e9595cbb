/**
 * @file HDF5 files through h5wasm: the C library in WebAssembly, loaded when the first such file comes.
 *
 * A file lies in the library's own memory while it is read, under a name of its own, and reaches no disk. What it claims
 * is held against its length before memory is taken; links, external storage and other byte orders are refused, since
 * Keras writes none of them. Whatever the library throws becomes an error that says where. Next stop: `weights/assign.ts`.
 */
import type { File as H5File, Metadata } from 'h5wasm';
import { FoveaError } from '../../base/errors.ts';
import { halfToNumber } from '../../base/halfFloat.ts';
import { shownValue } from '../../base/printable.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import { hasSoundHeaps } from './hdf5Heaps.ts';

type Library = typeof import('h5wasm');
type Module = Awaited<Library['ready']>;

/** What stands in an open file; a path is names with "/" between them, the root's is empty. */
export interface Hdf5 {
  /** Names in the group; undefined where there is no group of that path. */
  names(path: string): readonly string[] | undefined;
  /** An attribute that is one text; undefined where there is none. */
  text(path: string, attribute: string): string | undefined;
  /** An attribute that is a list of texts, in one piece or, as Keras cuts long ones, in several: NAME0, NAME1, ... */
  texts(path: string, attribute: string): readonly string[] | undefined;
  /** undefined where there is no data set of that path. */
  dataset(path: string): Hdf5Dataset | undefined;
}

export interface Hdf5Dataset {
  readonly shape: Shape;
  /** "float32" */
  readonly type: string;
  /** Its numbers, row by row. */
  read(): Float32Array;
}

/** Deflate, the one filter that shrinks, shrinks at most so many times. */
const MOST_RATIO = 1032;
/** Of one attribute: a description of a thousand layers has less than one of them. */
const MOST_ATTRIBUTE = 2 ** 26;
const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;

let opened = 0;

/** Opens a file for the time that `use` takes. `where` names it in errors. */
export async function withHdf5<T>(
  bytes: Uint8Array,
  where: string,
  use: (file: Hdf5) => T,
): Promise<T> {
  if (!hasSoundHeaps(bytes))
    throw refused(where, 'the file is damaged: a heap of its texts has no end');
  const { library, module } = await loadHdf5();
  // A name of its own: the library knows an open file by its name.
  const path = `/in${opened++}.h5`;
  module.FS.writeFile(path, bytes);
  try {
    const file = guarded(where, () => new library.File(path, 'r'));
    try {
      return use(reader(file, module, where, bytes.length));
    } finally {
      closeQuietly(file);
    }
  } finally {
    module.FS.unlink(path);
  }
}

let loading: Promise<{ readonly library: Library; readonly module: Module }> | undefined;

/** The library; its errors are thrown, and its file system has no way to what lies outside. */
export function loadHdf5(): NonNullable<typeof loading> {
  loading ??= (async () => {
    const library = await import('h5wasm');
    const module = await library.ready;
    module.activate_throwing_error_handler();
    for (const device of ['stdin', 'tty', 'tty1', 'random', 'urandom']) {
      try {
        module.FS.unlink(`/dev/${device}`);
      } catch {} // there is none
    }
    return { library, module };
  })();
  return loading;
}

/** Runs a call of the library; what it throws becomes an error about the file. */
function guarded<T>(where: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    throw refused(where, `the file is damaged, or no HDF5 file${causeOf(error)}`, error);
  }
}

/** The last line of the library's report says what went wrong first. */
function causeOf(error: unknown): string {
  const lines = error instanceof Error ? error.message.split('\n') : [];
  const reason = lines.findLast((line) => /#\d+: /.test(line))?.replace(/^.*\): /, '');
  return reason === undefined ? '' : ` (${reason})`;
}

function closeQuietly(file: H5File): void {
  try {
    file.close();
  } catch {} // of a damaged file: what was read of it is judged already
}

function refused(where: string, problem: string, cause?: unknown): FoveaError {
  return new FoveaError(
    { where, problem, expected: 'an HDF5 file as Keras writes it', fix: 'get the file again' },
    { cause },
  );
}

/** What is asked of a file; nothing is read before it is asked for. */
function reader(file: H5File, module: Module, where: string, fileBytes: number): Hdf5 {
  const id = file.file_id;
  const at = (path: string) => `${where}: ${path}`;
  const kindOf = (path: string) => guarded(at(path), () => file.get_type(`/${path}`));
  const isGroup = (path: string) => path === '' || kindOf(path) === module.H5G_GROUP;

  const attribute = (path: string, name: string): readonly string[] | undefined => {
    if (!isGroup(path)) return undefined;
    return guarded(at(path), () => {
      const own = `/${path}`;
      if (!module.get_attribute_names(id, own).includes(name)) return undefined;
      const metadata = module.get_attribute_metadata(id, own, name);
      // An empty list of texts has lost its type: numpy takes it for numbers.
      if (metadata.total_size === 0) return [];
      if (metadata.type !== STRING || metadata.size * metadata.total_size > MOST_ATTRIBUTE) {
        throw refused(at(path), `its attribute ${shownValue(name)} is no text`);
      }
      const group = path === '' ? file : file.get(own);
      const value = group !== null && 'attrs' in group ? group.attrs[name]?.value : undefined;
      return [value].flat().map(String);
    });
  };

  return {
    names: (path) => {
      if (!isGroup(path)) return undefined;
      return guarded(at(path), () => module.get_names(id, `/${path}`, false));
    },
    text: (path, name) => attribute(path, name)?.[0],
    texts: (path, name) => {
      const whole = attribute(path, name);
      if (whole !== undefined) return whole;
      const pieces: string[] = [];
      for (let i = 0; ; i++) {
        const piece = attribute(path, `${name}${i}`);
        if (piece === undefined) return i === 0 ? undefined : pieces;
        pieces.push(...piece);
      }
    },
    dataset: (path) => {
      if (kindOf(path) !== module.H5G_DATASET) return undefined;
      const metadata = guarded(at(path), () => module.get_dataset_metadata(id, `/${path}`));
      const shape = metadata.shape ?? [];
      return {
        shape,
        type: typeOf(metadata),
        read: () => {
          const bytes = metadata.size * sizeOf(shape);
          const most = metadata.chunks === null ? fileBytes : fileBytes * MOST_RATIO;
          if (!(bytes <= most)) {
            throw refused(
              at(path),
              `it claims ${bytes} bytes, which a file of ${fileBytes} cannot hold`,
            );
          }
          return guarded(at(path), () => numbersOf(module, id, `/${path}`, metadata, bytes));
        },
      };
    },
  };
}

function typeOf({ type, size, signed, littleEndian }: Metadata): string {
  const order = littleEndian || size === 1 ? '' : 'big-endian ';
  if (type === FLOAT) return `${order}float${8 * size}`;
  if (type === INTEGER) return `${order}${signed ? '' : 'u'}int${8 * size}`;
  return 'no numbers';
}

const READERS: Readonly<Record<string, (buffer: ArrayBuffer) => Float32Array>> = {
  float16: (buffer) => Float32Array.from(new Uint16Array(buffer), halfToNumber),
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => Float32Array.from(new Float64Array(buffer)),
};

function numbersOf(module: Module, id: bigint, path: string, metadata: Metadata, bytes: number) {
  const type = typeOf(metadata);
  const read = READERS[type];
  if (read === undefined) {
    throw refused(path, `it holds ${type}; weights are float16, float32 or float64`);
  }
  const pointer = module._malloc(bytes);
  if (pointer === 0 && bytes > 0) throw refused(path, `no memory for its ${bytes} bytes`);
  try {
    module.get_dataset_data(id, path, null, null, null, BigInt(pointer));
    return read(module.HEAPU8.slice(pointer, pointer + bytes).buffer);
  } finally {
    module._free(pointer);
  }
}
