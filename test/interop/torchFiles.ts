/**
 * @file Files of PyTorch made by hand, opcode by opcode, for what our own writer never writes: old forms, other types,
 * views, checkpoints, and pickles that would run something.
 */
import { storeZip } from '../../src/archives/storeZip.ts';

const bytesOf = (words: string): Uint8Array => new TextEncoder().encode(words);
const join = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

/** Opcodes, as functions that give their bytes. */
export const op = {
  name: (module: string, name: string) => bytesOf(`c${module}\n${name}\n`),
  string: (words: string) => {
    const text = bytesOf(words);
    return join([0x58, text.length, 0, 0, 0], text);
  },
  whole: (n: number) =>
    Uint8Array.of(0x4a, n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255),
  tuple: (...values: readonly Uint8Array[]) => join([0x28], ...values, [0x74]),
  list: (...values: readonly Uint8Array[]) => join([0x5d, 0x28], ...values, [0x65]),
  dict: (entries: Readonly<Record<string, Uint8Array>>) =>
    join(
      [0x7d, 0x28],
      ...Object.entries(entries).flatMap(([key, value]) => [op.string(key), value]),
      [0x75],
    ),
  call: (callee: Uint8Array, args: Uint8Array) => join(callee, args, [0x52]),
  pickle: (...values: readonly Uint8Array[]) => join([0x80, 2], ...values, [0x2e]),
};

export interface View {
  readonly type: string;
  readonly key: string;
  /** Numbers of the storage. */
  readonly count: number;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

const wholes = (values: readonly number[]) => op.tuple(...values.map(op.whole));

/** A tensor as torch.save pickles it. */
export function tensor({ type, key, count, offset = 0, shape, strides }: View): Uint8Array {
  const id = op.tuple(
    op.string('storage'),
    op.name('torch', type),
    op.string(key),
    op.string('cpu'),
    op.whole(count),
  );
  const hooks = op.call(op.name('collections', 'OrderedDict'), Uint8Array.of(0x29));
  const args = op.tuple(
    join(id, [0x51]),
    op.whole(offset),
    wholes(shape),
    wholes(strides),
    Uint8Array.of(0x89),
    hooks,
  );
  return op.call(op.name('torch._utils', '_rebuild_tensor_v2'), args);
}

/** A zip as torch.save writes it since 2020. */
export function torchZip(
  value: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
  more: Readonly<Record<string, Uint8Array>> = {},
): Uint8Array {
  const files = new Map([['archive/data.pkl', op.pickle(value)]]);
  for (const [key, bytes] of Object.entries(storages)) files.set(`archive/data/${key}`, bytes);
  for (const [name, bytes] of Object.entries(more)) files.set(`archive/${name}`, bytes);
  files.set('archive/version', bytesOf('3\n'));
  return storeZip(files);
}

/** One stream of pickles, as torch.save wrote it before; `more`: what stands in place of the usual. */
export function oldTorchFile(
  value: Uint8Array,
  storages: Readonly<Record<string, { readonly count: number; readonly bytes: Uint8Array }>>,
  more: { readonly keys?: Uint8Array; readonly isBigEndian?: boolean } = {},
): Uint8Array {
  const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  const keys = Object.keys(storages);
  return join(
    op.pickle(Uint8Array.from(magic)),
    op.pickle(op.whole(1001)),
    op.pickle(op.dict({ little_endian: Uint8Array.of(more.isBigEndian === true ? 0x89 : 0x88) })),
    op.pickle(value),
    op.pickle(more.keys ?? op.list(...keys.map(op.string))),
    ...keys.flatMap((key) => {
      const { count, bytes } = storages[key];
      const head = new Uint8Array(8);
      new DataView(head.buffer).setBigUint64(0, BigInt(count), true);
      return [head, bytes];
    }),
  );
}

export const floats = (...values: readonly number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(values).buffer);
