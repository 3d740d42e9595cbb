/**
 * @file HDF5 files of groups, arrays and texts, written by h5wasm in the library's own memory.
 *
 * Next stop: `export/exportKeras.ts`, who lays them out as Keras does.
 */
import type { Group, File as H5File } from 'h5wasm';
import { loadHdf5 } from './hdf5.ts';

/** A group: what stands in it by name. */
export interface GroupOut {
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
  readonly groups?: ReadonlyMap<string, GroupOut>;
  readonly arrays?: ReadonlyMap<string, ArrayOut>;
}

export interface ArrayOut {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** An object's header takes no more bytes than this in one attribute: Keras cuts lists there too. */
const MOST_ATTRIBUTE = 64512;

let written = 0;

/** The bytes of a file, which are the same for the same content: its objects say no time. */
export async function writeHdf5(root: GroupOut): Promise<Uint8Array> {
  const { library, module } = await loadHdf5();
  const path = `/out${written++}.h5`;
  try {
    atOneTime(() => {
      const file = new library.File(path, 'w');
      try {
        fill(file, root);
      } finally {
        file.close();
      }
    });
    return module.FS.readFile(path);
  } finally {
    if (module.FS.analyzePath(path).exists) module.FS.unlink(path);
  }
}

/** The library writes down when each object was made and has no option against it: it is shown a clock that stands. */
function atOneTime(body: () => void): void {
  const { now } = Date;
  Date.now = () => 0;
  try {
    body();
  } finally {
    Date.now = now;
  }
}

function fill(group: H5File | Group, { attributes = {}, groups, arrays }: GroupOut): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string') group.create_attribute(name, value);
    else writeList(group, name, value);
  }
  for (const [name, { shape, data }] of arrays ?? []) {
    group.create_dataset({ name, data, shape: [...shape], dtype: '<f' });
  }
  for (const [name, inner] of groups ?? []) fill(group.create_group(name), inner);
}

/** Texts of one length each, as numpy keeps them; no texts are no numbers, as there. */
function writeList(group: H5File | Group, name: string, texts: readonly string[]): void {
  if (texts.length === 0) {
    group.create_attribute(name, new Float64Array(0), [0], '<d');
    return;
  }
  const width = Math.max(1, ...texts.map((text) => new TextEncoder().encode(text).length));
  const most = Math.max(1, Math.floor(MOST_ATTRIBUTE / width));
  const pieces = Math.ceil(texts.length / most);
  for (let i = 0; i < pieces; i++) {
    const some = texts.slice(i * most, (i + 1) * most);
    const own = pieces === 1 ? name : `${name}${i}`;
    group.create_attribute(own, some, [some.length], `S${width}`);
  }
}
