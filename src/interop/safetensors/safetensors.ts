/**
 * @file Safetensors: named tensors in one file, a JSON header and then the numbers, nothing to execute.
 *
 *   8 bytes: header length, little-endian | header, UTF-8 JSON | data
 *   header: { "name": { "dtype": "F32", "shape": [5, 5, 1, 6], "data_offsets": [0, 600] }, "__metadata__": {..} }
 *
 * The reader believes nothing: the tensors must cover the data exactly, in any order, without overlap or
 * gap. Format: https://github.com/huggingface/safetensors#format. Next stop: `train/snapshots/checkpoint.ts`.
 */
import { joinedBytes } from '../../base/bytes.ts';
import { FoveaError } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { shownValue } from '../../base/printable.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import {
  type ElementTypeName,
  elementTypes,
  isElementType,
  type NumberArray,
} from '../elementTypes.ts';
import { findDuplicateKey } from './jsonKeys.ts';

export interface SafetensorsTensor {
  readonly shape: Shape;
  /** The type in the file: "F32". */
  readonly dtype: string;
  /** F16 and BF16 widen to float32; I64 comes as float64 and is refused beyond 2^53. */
  readonly data: NumberArray;
}

export interface Safetensors {
  readonly tensors: Map<string, SafetensorsTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const HEADER_LIMIT = 100_000_000; // bytes, as in the format's own reader

/** Reads a whole file. `where` names it in errors. */
export function readSafetensors(bytes: Uint8Array, where = 'safetensors'): Safetensors {
  try {
    const { header, dataStart } = readHeader(bytes);
    const data = bytes.subarray(dataStart);
    const { __metadata__: metadata = {}, ...rest } = header;
    const entries = Object.entries(rest).map(([name, entry]) =>
      checkEntry(name, entry, data.length),
    );
    checkCover(entries, data.length);
    const tensors = new Map<string, SafetensorsTensor>();
    for (const { name, dtype, shape, begin, end } of entries) {
      // A copy: the numbers may stand unaligned in the file. (slice() of a Buffer would be no copy.)
      const own = new Uint8Array(data.subarray(begin, end));
      tensors.set(name, { shape, dtype, data: elementTypes[dtype].read(own.buffer) });
    }
    return { tensors, metadata: checkMetadata(metadata) };
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    throw new FoveaError({ ...error.parts, where }, { cause: error });
  }
}

/** Tensors on their way into a file. */
export type WrittenTensors = ReadonlyMap<
  string,
  { readonly shape: Shape; readonly data: NumberArray }
>;

/**
 * A whole file. Tensors stand by element size, largest first, then by name, so that each is aligned and
 * the same tensors give the same bytes.
 */
export function writeSafetensors(
  tensors: WrittenTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  return joinedBytes(safetensorsParts(tensors, metadata));
}

/** The same file in parts, one behind the other: the numbers are those that were given, and no copies. */
export function safetensorsParts(
  tensors: WrittenTensors,
  metadata: Readonly<Record<string, string>> = {},
): readonly Uint8Array[] {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const ordered = [...tensors].sort(
    ([a, { data: x }], [b, { data: y }]) =>
      y.BYTES_PER_ELEMENT - x.BYTES_PER_ELEMENT || (a < b ? -1 : 1),
  );
  let end = 0;
  for (const [name, { shape, data }] of ordered) {
    const elements = checkedProduct(shape);
    if (name === '__metadata__' || elements !== data.length) {
      throw new FoveaError({
        problem: `cannot write tensor ${shownValue(name)} of shape ${formatShape(shape)} with ${data.length} numbers`,
        expected: 'a name other than "__metadata__" and as many numbers as the shape has elements',
      });
    }
    const begin = end;
    end += data.byteLength;
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8; // padded with spaces: the data is 8-byte aligned
  const head = new Uint8Array(8 + headerLength).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(headerLength), true);
  head.set(json, 8);
  const numbers = ordered.map(
    ([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return [head, ...numbers];
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < 8) {
    throw broken(`the file has ${bytes.length} bytes`, 'at least the 8 bytes of the header length');
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(HEADER_LIMIT, bytes.length - 8))) {
    throw broken(
      `the header claims ${length} bytes, the file has ${bytes.length - 8} after its length`,
      `a header within the file, of at most ${HEADER_LIMIT} bytes`,
    );
  }
  const dataStart = 8 + Number(length);
  const text = headerText(bytes.subarray(8, dataStart));
  const header = parseJson(text, { where: 'the header', most: HEADER_LIMIT });
  if (!isRecord(header)) throw broken('the header is JSON, but not an object', 'a JSON object');
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) {
    throw broken(`the header has the key ${shownValue(duplicate)} twice`, 'each name once');
  }
  return { header, dataStart };
}

function headerText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw broken('the header is not UTF-8', 'a JSON header in UTF-8');
  }
}

interface Entry {
  readonly name: string;
  readonly dtype: ElementTypeName;
  readonly shape: Shape;
  /** Bytes from the start of the data. */
  readonly begin: number;
  readonly end: number;
}

function checkEntry(name: string, entry: unknown, dataLength: number): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const tensor = `tensor ${shownValue(name)}`;
  if (!isElementType(dtype)) {
    const types = Object.keys(elementTypes).join(', ');
    throw broken(`${tensor} has dtype ${shownValue(dtype)}`, `one of ${types}`);
  }
  if (!isExtents(shape)) {
    throw broken(`${tensor} has shape ${shownValue(shape)}`, 'whole numbers of at least 0');
  }
  const [begin, end] = isExtents(offsets) && offsets.length === 2 ? offsets : [];
  if (begin === undefined || end === undefined || end < begin) {
    throw broken(`${tensor} has data_offsets ${shownValue(offsets)}`, '[begin, end] in bytes');
  }
  if (end > dataLength) {
    throw broken(`${tensor} ends at byte ${end} of ${dataLength}`, 'offsets within the file');
  }
  const bytes = checkedProduct(shape) * elementTypes[dtype].size;
  if (bytes !== end - begin) {
    throw broken(
      `${tensor} of shape ${formatShape(shape).slice(0, 80)} needs ${bytes} bytes, its offsets give ${end - begin}`,
      'offsets that fit the shape',
    );
  }
  return { name, dtype, shape, begin, end };
}

/** The tensors must cover the data: no gap, no overlap, nothing behind the last. */
function checkCover(entries: readonly Entry[], dataLength: number): void {
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of ordered) {
    if (begin !== covered) {
      const what = begin < covered ? 'overlaps the tensor before it' : 'leaves a gap before it';
      throw broken(
        `tensor ${shownValue(name)} at byte ${begin} ${what}, which ends at ${covered}`,
        'tensors that cover the data exactly',
      );
    }
    covered = end;
  }
  if (covered !== dataLength) {
    throw broken(
      `${dataLength - covered} bytes stand behind the last tensor`,
      'tensors that cover the data exactly',
    );
  }
}

function checkMetadata(metadata: unknown): Record<string, string> {
  if (isRecord(metadata) && Object.values(metadata).every((value) => typeof value === 'string')) {
    return metadata as Record<string, string>;
  }
  throw broken('"__metadata__" is not a table of texts', 'an object whose values are strings');
}

/** Number of elements; NaN where it has no exact number, which equals no count of bytes. */
function checkedProduct(shape: Shape): number {
  if (shape.includes(0)) return 0;
  let product = 1;
  for (const extent of shape) product *= extent;
  return Number.isSafeInteger(product) ? product : Number.NaN;
}

function dtypeOf(data: NumberArray): string {
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Float64Array) return 'F64';
  return data instanceof Int32Array ? 'I32' : 'U8';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isExtents(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function broken(problem: string, expected: string): FoveaError {
  return new FoveaError({ problem, expected, fix: 'get the file again, or write it anew' });
}
