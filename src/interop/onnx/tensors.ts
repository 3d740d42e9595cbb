/**
 * @file The tensors of an ONNX file: their types, shapes and numbers, checked before anything is read.
 *
 * Numbers are read when someone asks for them: floats as float32, whole numbers and truth values exactly up to 2^53.
 * Where the file's bytes are float32 already and lie right, they are used as they are. Next stop: `constants.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import { halfToNumber } from '../../base/halfFloat.ts';
import { shownValue } from '../../base/printable.ts';
import { formatShape, type Shape, sizeOf } from '../../base/shape.ts';
import {
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
} from './proto/schema.ts';

export type Numbers = Float32Array | Float64Array;

export type ElementType =
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

/** Numbers that are read when they are asked for; row-major. */
export interface Readable {
  /** All of them: a view of the file's own bytes where it can be one. */
  read(): Numbers;
  /** As many as `into` holds, from number `from` on. */
  copy(from: number, into: Numbers): void;
}

/** A tensor whose numbers are in the file. */
export interface FileTensor extends Readable {
  readonly type: ElementType;
  readonly shape: Shape;
}

/** What lies in files beside the model, by the path that the model says. */
export type ExternalFiles = ReadonlyMap<string, Uint8Array>;

interface TypeFacts {
  readonly type: ElementType;
  readonly bytes: number;
  /** One number at a place of the raw bytes. */
  raw(view: DataView, at: number): number;
  /** The field of a tensor that holds its numbers where they are not raw. */
  field(tensor: TensorProto): ArrayLike<number | bigint>;
  /** What one entry of the field stands for; default: itself. */
  readonly decode?: (entry: number) => number;
}

const T = TensorProto_DataType;
const bfloat16 = (bits: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
};

/** By the number that files write. */
const TYPES: Readonly<Record<number, TypeFacts>> = {
  [T.FLOAT]: {
    type: 'float32',
    bytes: 4,
    raw: (view, at) => view.getFloat32(at, true),
    field: (tensor) => tensor.floatData,
  },
  [T.DOUBLE]: {
    type: 'float64',
    bytes: 8,
    raw: (view, at) => view.getFloat64(at, true),
    field: (tensor) => tensor.doubleData,
  },
  [T.FLOAT16]: {
    type: 'float16',
    bytes: 2,
    raw: (view, at) => halfToNumber(view.getUint16(at, true)),
    field: (tensor) => tensor.int32Data,
    decode: (bits) => halfToNumber(bits & 0xffff),
  },
  [T.BFLOAT16]: {
    type: 'bfloat16',
    bytes: 2,
    raw: (view, at) => bfloat16(view.getUint16(at, true)),
    field: (tensor) => tensor.int32Data,
    decode: bfloat16,
  },
  [T.INT8]: whole('int8', 1, (view, at) => view.getInt8(at)),
  [T.INT16]: whole('int16', 2, (view, at) => view.getInt16(at, true)),
  [T.INT32]: whole('int32', 4, (view, at) => view.getInt32(at, true)),
  [T.UINT8]: whole('uint8', 1, (view, at) => view.getUint8(at)),
  [T.UINT16]: whole('uint16', 2, (view, at) => view.getUint16(at, true)),
  [T.BOOL]: whole('bool', 1, (view, at) => (view.getUint8(at) === 0 ? 0 : 1)),
  [T.INT64]: {
    type: 'int64',
    bytes: 8,
    raw: (view, at) => Number(view.getBigInt64(at, true)),
    field: (tensor) => tensor.int64Data,
  },
  [T.UINT32]: {
    type: 'uint32',
    bytes: 4,
    raw: (view, at) => view.getUint32(at, true),
    field: (tensor) => tensor.uint64Data,
  },
  [T.UINT64]: {
    type: 'uint64',
    bytes: 8,
    raw: (view, at) => Number(view.getBigUint64(at, true)),
    field: (tensor) => tensor.uint64Data,
  },
};

function whole(type: ElementType, bytes: number, raw: TypeFacts['raw']): TypeFacts {
  return { type, bytes, raw, field: (tensor) => tensor.int32Data };
}

/** Numbers of one tensor: what a session's 4 GB of float32 could hold. */
export const MOST_NUMBERS = 2 ** 30;

export const isFloat = (type: ElementType): boolean => type.includes('float');

/** What the format calls a number of one of its lists. */
export function nameOfCode(codes: Readonly<Record<string, number>>, code: number) {
  return Object.keys(codes).find((name) => codes[name] === code);
}

/** The type that a number in a file stands for. */
export function elementTypeOf(code: number, where: string): ElementType {
  const facts = TYPES[code];
  if (facts !== undefined) return facts.type;
  const name = nameOfCode(TensorProto_DataType, code);
  throw new FoveaError({
    where,
    problem:
      name === undefined
        ? `data type ${code}, which ONNX does not have`
        : `data type ${name.toLowerCase()}`,
    expected: 'floats, whole numbers or truth values',
  });
}

/** A shape whose extents and numbers are in bounds. */
export function checkedShape(dims: readonly (bigint | number)[], where: string): Shape {
  const shape = dims.map(Number);
  const isShape = shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (isShape && sizeOf(shape) <= MOST_NUMBERS) return shape;
  throw new FoveaError({
    where,
    problem: `a shape of ${formatShape(shape)}`,
    expected: `whole extents from 0, fewer than ${MOST_NUMBERS} numbers in all`,
  });
}

/** Checks a tensor of the file; its numbers are read later. */
export function readTensor(
  tensor: TensorProto,
  where: string,
  external: ExternalFiles = new Map(),
): FileTensor {
  const type = elementTypeOf(tensor.dataType, where);
  const facts = TYPES[tensor.dataType] as TypeFacts;
  const shape = checkedShape(tensor.dims, where);
  const size = sizeOf(shape);
  const bytes = bytesOf(tensor, where, external);
  const found = bytes === undefined ? facts.field(tensor).length : bytes.length / facts.bytes;
  if (found !== size || tensor.segment !== undefined) {
    throw new FoveaError({
      where,
      problem: `${type} ${formatShape(shape)} with ${tensor.segment === undefined ? `the bytes of ${found}` : 'a segment of its'} numbers`,
      expected: `${size} numbers`,
      fix: 'the file is damaged or was cut off: get it again',
    });
  }
  const copy = bytes === undefined ? copierOfField(tensor, facts) : copierOfBytes(bytes, facts);
  const read = (): Numbers => {
    if (bytes !== undefined && isFloat32(type) && bytes.byteOffset % 4 === 0)
      return new Float32Array(bytes.buffer, bytes.byteOffset, size);
    const numbers = isFloat(type) ? new Float32Array(size) : new Float64Array(size);
    copy(0, numbers);
    return numbers;
  };
  return { type, shape, read, copy };
}

type Copier = Readable['copy'];

function copierOfField(tensor: TensorProto, { field, decode }: TypeFacts): Copier {
  const entries = field(tensor);
  return (from, into) => {
    for (let i = 0; i < into.length; i++) {
      const entry = Number(entries[from + i]);
      into[i] = decode === undefined ? entry : decode(entry);
    }
  };
}

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Whether the file's bytes are what a Float32Array has in memory. */
const isFloat32 = (type: ElementType): boolean => type === 'float32' && LITTLE_ENDIAN;

function copierOfBytes(bytes: Uint8Array, { type, bytes: each, raw }: TypeFacts): Copier {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (from, into) => {
    if (isFloat32(type) && into instanceof Float32Array) {
      const own = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
      own.set(bytes.subarray(from * each, (from + into.length) * each));
      return;
    }
    for (let i = 0; i < into.length; i++) into[i] = raw(view, (from + i) * each);
  };
}

/** The raw bytes; undefined where the numbers stand in a field of their type. */
function bytesOf(
  tensor: TensorProto,
  where: string,
  external: ExternalFiles,
): Uint8Array | undefined {
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) {
    const isRaw = tensor.rawData.length > 0 || sizeOf(tensor.dims.map(Number)) === 0;
    return isRaw ? tensor.rawData : undefined;
  }
  const { location, offset, length } = externalPlace(tensor);
  const file = external.get(location);
  if (file === undefined) {
    throw new FoveaError({
      where,
      problem: `its numbers are in the file ${shownValue(location)}, which is not beside the model`,
      expected: 'the files that belong to the model in its folder, under the names it says',
    });
  }
  const end = length === undefined ? file.length : offset + length;
  const fits = Number.isSafeInteger(offset) && offset >= 0 && end >= offset && end <= file.length;
  if (fits) return file.subarray(offset, end);
  throw new FoveaError({
    where,
    problem: `its numbers are bytes ${offset} to ${end} of ${shownValue(location)}, which has ${file.length}`,
    expected: 'a place within the file',
    fix: 'the file is damaged or was cut off: get it again',
  });
}

/** Where the numbers of a tensor lie that are not in the model's file. */
export function externalPlace({ externalData }: TensorProto): {
  readonly location: string;
  readonly offset: number;
  readonly length: number | undefined;
} {
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const length = entries.get('length');
  return {
    location: entries.get('location') ?? '',
    offset: Number(entries.get('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  };
}
