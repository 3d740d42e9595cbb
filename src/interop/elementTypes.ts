/**
 * @file Types of the numbers in other people's files, by the names that safetensors gives them.
 *
 * F16 and BF16 widen to float32, exactly; I64 comes as float64 and is refused beyond 2^53.
 */
import { FoveaError } from '../base/errors.ts';
import { halfToNumber } from '../base/halfFloat.ts';

export type NumberArray = Float32Array | Float64Array | Int32Array | Uint8Array;

interface ElementType {
  /** Bytes per element. */
  readonly size: number;
  /** The numbers in a buffer that holds them, little-endian, and nothing else. */
  readonly read: (buffer: ArrayBuffer) => NumberArray;
}

export const elementTypes = {
  F64: { size: 8, read: (buffer) => new Float64Array(buffer) },
  I64: { size: 8, read: (buffer) => Float64Array.from(new BigInt64Array(buffer), exactNumber) },
  F32: { size: 4, read: (buffer) => new Float32Array(buffer) },
  I32: { size: 4, read: (buffer) => new Int32Array(buffer) },
  F16: { size: 2, read: (buffer) => Float32Array.from(new Uint16Array(buffer), halfToNumber) },
  BF16: { size: 2, read: widenBrainFloats },
  I16: { size: 2, read: (buffer) => Int32Array.from(new Int16Array(buffer)) },
  I8: { size: 1, read: (buffer) => Int32Array.from(new Int8Array(buffer)) },
  U8: { size: 1, read: (buffer) => new Uint8Array(buffer) },
  BOOL: { size: 1, read: (buffer) => new Uint8Array(buffer) },
} as const satisfies Readonly<Record<string, ElementType>>;

export type ElementTypeName = keyof typeof elementTypes;

export const isElementType = (name: unknown): name is ElementTypeName =>
  typeof name === 'string' && Object.hasOwn(elementTypes, name);

function exactNumber(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new FoveaError({
    problem: `an I64 tensor holds ${value}`,
    expected: 'whole numbers within 2^53',
  });
}

/** A bfloat16 is the upper half of a float32. */
function widenBrainFloats(buffer: ArrayBuffer): Float32Array {
  const words = Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16);
  return new Float32Array(words.buffer);
}
