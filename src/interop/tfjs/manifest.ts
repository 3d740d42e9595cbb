/**
 * @file The weights of a TensorFlow.js model: shards of bytes, and a manifest that says which array stands where.
 *
 *   "weightsManifest": [{ "paths": ["group1-shard1of2.bin", ...], "weights": [{ "name", "shape", "dtype",
 *                         "quantization"?: { "dtype": "uint8", "scale", "min" } }, ...] }]
 *
 * The shards of a group are one run of bytes, its arrays follow one another in it. A quantised number q stands for
 * q scale + min; float16 for itself. Source: https://github.com/tensorflow/tfjs (tfjs-core/src/io). Next stop:
 * `importTfjs.ts`.
 */
import { joinedBytes } from '../../base/bytes.ts';
import { FoveaError } from '../../base/errors.ts';
import { halfToNumber } from '../../base/halfFloat.ts';
import { shownValue } from '../../base/printable.ts';
import { formatShape, type Shape, sizeOf } from '../../base/shape.ts';
import { isObject, type Json } from '../keras/config.ts';
import type { StoredArray } from '../keras/weights/assign.ts';
import { MOST_MODEL_BYTES, type Source } from '../source.ts';

/** Not read yet; `type` is that of its numbers: "float32". */
export interface ManifestArray extends StoredArray {
  readonly type: string;
}

interface Entry {
  readonly name: string;
  readonly shape: Shape;
  readonly type: string;
  /** In the bytes: the array's own type, or the quantised one. */
  readonly stored: string;
  readonly scale: number;
  readonly min: number;
}

const READERS: Readonly<
  Record<string, { readonly size: number; read(buffer: ArrayBuffer): ArrayLike<number> }>
> = {
  float32: { size: 4, read: (buffer) => new Float32Array(buffer) },
  int32: { size: 4, read: (buffer) => new Int32Array(buffer) },
  bool: { size: 1, read: (buffer) => new Uint8Array(buffer) },
  uint8: { size: 1, read: (buffer) => new Uint8Array(buffer) },
  uint16: { size: 2, read: (buffer) => new Uint16Array(buffer) },
  float16: {
    size: 2,
    read: (buffer) => Float32Array.from(new Uint16Array(buffer), halfToNumber),
  },
};

const TYPES = ['float32', 'int32', 'bool'];
const QUANTIZED = ['uint8', 'uint16', 'float16'];

/** All arrays of a model by name, in the order of the manifest. */
export async function readManifest(
  manifest: unknown,
  { where, beside }: Pick<Source, 'where' | 'beside'>,
): Promise<Map<string, ManifestArray>> {
  if (!Array.isArray(manifest))
    throw wrong(where, '"weightsManifest"', manifest, 'a list of groups');
  const arrays = new Map<string, ManifestArray>();
  for (const group of manifest) {
    const entries = entriesOf(group, where);
    const bytes = await shardsOf(group, beside, where);
    let at = 0;
    for (const entry of entries) {
      const length = sizeOf(entry.shape) * (READERS[entry.stored]?.size ?? 0);
      if (!(at + length <= bytes.length)) {
        throw new FoveaError({
          where,
          problem: `${shownValue(entry.name)} of ${formatShape(entry.shape)} needs ${length} bytes, its files have ${bytes.length - at} left`,
          fix: 'the files are not of one model, or one is cut off: get them again',
        });
      }
      if (arrays.has(entry.name)) throw wrong(where, 'a name', entry.name, 'each name once');
      const own = bytes.subarray(at, at + length);
      arrays.set(entry.name, { ...entry, read: () => numbersOf(entry, own) });
      at += length;
    }
    if (at === bytes.length) continue;
    throw new FoveaError({
      where,
      problem: `its files hold ${bytes.length} bytes, its arrays take ${at}`,
      fix: 'the files are not of one model: get them again',
    });
  }
  return arrays;
}

function wrong(where: string, what: string, value: unknown, expected: string): FoveaError {
  return new FoveaError({ where, problem: `${what} is ${shownValue(value)}`, expected });
}

function entriesOf(group: unknown, where: string): Entry[] {
  const weights = isObject(group) ? group.weights : undefined;
  if (!Array.isArray(weights)) {
    throw wrong(where, 'a group of weights', group, '"paths" and "weights"');
  }
  return weights.map((entry) => entryOf(entry, where));
}

function entryOf(value: unknown, where: string): Entry {
  const { name, shape, dtype, quantization: given } = isObject(value) ? value : ({} as Json);
  if (typeof name !== 'string' || !isShape(shape)) {
    throw wrong(where, 'an array', value, '"name", "shape" and "dtype"');
  }
  if (typeof dtype !== 'string' || !TYPES.includes(dtype)) {
    throw wrong(where, `the dtype of ${shownValue(name)}`, dtype, TYPES.join(', '));
  }
  const plain = { name, shape, type: dtype, stored: dtype, scale: 1, min: 0 };
  if (given === undefined) return plain;
  const { dtype: stored, scale = 1, min = 0 } = isObject(given) ? given : ({} as Json);
  const isRight =
    typeof stored === 'string' &&
    QUANTIZED.includes(stored) &&
    dtype === 'float32' &&
    isNumber(scale) &&
    isNumber(min);
  if (isRight) return { ...plain, stored, scale, min };
  throw wrong(
    where,
    `the quantization of ${shownValue(name)}`,
    given,
    `float32 as ${QUANTIZED.join(', ')}`,
  );
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);

const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  value.length <= 8 &&
  value.every((n) => Number.isSafeInteger(n) && n >= 0);

/** The bytes of a group. */
async function shardsOf(
  group: unknown,
  beside: Source['beside'],
  where: string,
): Promise<Uint8Array> {
  const paths: unknown = isObject(group) ? group.paths : undefined;
  const isList = Array.isArray(paths) && paths.every((path) => typeof path === 'string');
  if (!isList || new Set(paths).size !== paths.length) {
    throw wrong(where, 'the paths of a group', paths, 'a list of names, each once');
  }
  const shards: Uint8Array[] = [];
  let total = 0;
  for (const path of paths) {
    const shard = await beside(path);
    if (shard === undefined) {
      throw new FoveaError({
        where,
        problem: `its weights in ${shownValue(path)} are not there`,
        expected: 'the file beside the model, in the place that the model says',
        fix: 'get it from where the model came from',
      });
    }
    total += shard.bytes.length;
    if (total > MOST_MODEL_BYTES) {
      throw wrong(where, 'the size of its weights', total, `${MOST_MODEL_BYTES} bytes at most`);
    }
    shards.push(shard.bytes);
  }
  const [only, ...more] = shards;
  return only !== undefined && more.length === 0 ? only : joinedBytes(shards);
}

function numbersOf({ stored, scale, min }: Entry, bytes: Uint8Array): Float32Array {
  // A copy, since numbers may stand at any byte.
  const numbers = READERS[stored]?.read(new Uint8Array(bytes).buffer) ?? [];
  const isPlain = scale === 1 && min === 0;
  if (numbers instanceof Float32Array && isPlain) return numbers;
  return Float32Array.from(numbers, (q) => q * scale + min);
}
