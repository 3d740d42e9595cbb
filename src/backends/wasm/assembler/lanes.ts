/**
 * @file Typed expressions: what emitters write instead of stack code.
 *
 *   f.set(acc, f32x4.add(acc, f32x4.mul(f32x4.load(ptrX, 16), w)))
 *
 * Each function checks nothing itself: the operand types are in its TypeScript signature and, once more,
 * on the type stack. Plain numbers stand for i32 or f32 constants where the type is known.
 */
import type { FunctionBuilder, ImmediateValue, Local, Value } from './function.ts';
import type { OpcodeName, ValueType } from './opcodes.ts';

type I32 = Value<'i32'> | number;
/** A byte address, or an offset to a constant one: what loads and stores take. Memory of 64 bits has i64 here. */
export type Address = Value<'i32'> | number;
/** A local that holds an address and is moved along. */
export type Pointer = Local<'i32'>;
type F32 = Value<'f32'> | number;
type Lanes = Value<'f32x4'>;
type IntLanes = Value<'i32x4'>;
type Statement = { emit(f: FunctionBuilder): void };

const value = <T extends ValueType>(
  type: T,
  name: OpcodeName,
  operands: readonly Value[],
  immediates: readonly ImmediateValue[] = [],
): Value<T> => ({
  type,
  emit(f) {
    for (const operand of operands) operand.emit(f);
    f.emit(name, ...immediates);
  },
});

const statement = (
  name: OpcodeName,
  operands: readonly Value[],
  immediates: readonly ImmediateValue[] = [],
): Statement => ({
  emit(f) {
    for (const operand of operands) operand.emit(f);
    f.emit(name, ...immediates);
  },
});

const i = (x: I32): Value<'i32'> => (typeof x === 'number' ? i32.const(x) : x);
const s = (x: F32): Value<'f32'> =>
  typeof x === 'number' ? value('f32', 'f32.const', [], [x]) : x;

type BinaryI32 =
  | 'add'
  | 'sub'
  | 'mul'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr_u'
  | 'shr_s'
  | 'div_u'
  | 'rem_u'
  | 'eq'
  | 'ne'
  | 'lt_s'
  | 'lt_u'
  | 'gt_s'
  | 'gt_u'
  | 'le_s'
  | 'ge_s'
  | 'ge_u';

export const i32 = {
  const: (x: number): Value<'i32'> => value('i32', 'i32.const', [], [x | 0]),
  op: (name: BinaryI32, a: I32, b: I32): Value<'i32'> => value('i32', `i32.${name}`, [i(a), i(b)]),
  /** a + b, folding a zero. */
  add: (a: I32, b: I32): Value<'i32'> =>
    b === 0
      ? i(a)
      : a === 0
        ? i(b)
        : typeof a === 'number' && typeof b === 'number'
          ? i(a + b)
          : i32.op('add', a, b),
  sub: (a: I32, b: I32): Value<'i32'> => i32.op('sub', a, b),
  /** a * b, folding 0, 1 and constants. */
  mul: (a: I32, b: I32): Value<'i32'> => {
    if (typeof a === 'number' && typeof b === 'number') return i(a * b);
    if (a === 0 || b === 0) return i(0);
    if (b === 1) return i(a);
    if (a === 1) return i(b);
    return i32.op('mul', a, b);
  },
  lessThan: (a: I32, b: I32): Value<'i32'> => i32.op('lt_s', a, b),
  /** Unsigned minimum of two counts. */
  min: (a: I32, b: I32): Value<'i32'> =>
    value('i32', 'select_i32', [i(a), i(b), i32.op('lt_u', a, b)]),
  load: (pointer: Address, offset = 0): Value<'i32'> =>
    value('i32', 'i32.load', [i(pointer)], [offset]),
  store: (pointer: Address, offset: number, x: I32): Statement =>
    statement('i32.store', [i(pointer), i(x)], [offset]),
  /** One byte, 0 to 255. */
  loadByte: (pointer: Address, offset = 0): Value<'i32'> =>
    value('i32', 'i32.load8_u', [i(pointer)], [offset]),
  /** The lowest eight bits. */
  storeByte: (pointer: Address, offset: number, x: I32): Statement =>
    statement('i32.store8', [i(pointer), i(x)], [offset]),
};

export const f32 = {
  const: (x: number): Value<'f32'> => s(x),
  load: (pointer: Address, offset = 0): Value<'f32'> =>
    value('f32', 'f32.load', [i(pointer)], [offset]),
  store: (pointer: Address, offset: number, x: F32): Statement =>
    statement('f32.store', [i(pointer), s(x)], [offset]),
  op: (name: 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max', a: F32, b: F32): Value<'f32'> =>
    value('f32', `f32.${name}`, [s(a), s(b)]),
  compare: (name: 'eq' | 'ne' | 'lt' | 'gt' | 'ge', a: F32, b: F32): Value<'i32'> =>
    value('i32', `f32.${name}`, [s(a), s(b)]),
  fromSigned: (x: I32): Value<'f32'> => value('f32', 'f32.convert_i32_s', [i(x)]),
  select: (condition: Value<'i32'>, yes: F32, no: F32): Value<'f32'> =>
    value('f32', 'select_f32', [s(yes), s(no), condition]),
};

export const f32x4 = {
  splat: (x: F32): Lanes =>
    typeof x === 'number'
      ? value(
          'f32x4',
          'f32x4.const',
          [],
          [[...new Uint8Array(new Float32Array([x, x, x, x]).buffer)]],
        )
      : value('f32x4', 'f32x4.splat', [x]),
  const: (lanes: readonly number[]): Lanes =>
    value('f32x4', 'f32x4.const', [], [[...new Uint8Array(new Float32Array(lanes).buffer)]]),
  load: (pointer: Address, offset = 0): Lanes =>
    value('f32x4', 'v128.load', [i(pointer)], [offset]),
  /** One number repeated in all lanes. */
  loadSplat: (pointer: Address, offset = 0): Lanes =>
    value('f32x4', 'v128.load32_splat', [i(pointer)], [offset]),
  /** The first `count` lanes (1 to 4), the others zero; reads no further. */
  loadPart: (count: number, pointer: Address, offset = 0): Lanes => {
    if (count === 4) return f32x4.load(pointer, offset);
    if (count === 1) return value('f32x4', 'v128.load32_zero', [i(pointer)], [offset]);
    const two = value('f32x4', 'v128.load64_zero', [i(pointer)], [offset]);
    return count === 2
      ? two
      : value('f32x4', 'v128.load32_lane', [i(pointer), two], [offset + 8, 2]);
  },
  store: (pointer: Address, offset: number, x: Lanes): Statement =>
    statement('v128.store', [i(pointer), x], [offset]),
  storeLane: (pointer: Address, offset: number, x: Lanes, lane: number): Statement =>
    statement('v128.store32_lane', [i(pointer), x], [offset, lane]),
  /** Two lanes, 0 and 1 (half 0) or 2 and 3 (half 1). */
  storeHalf: (pointer: Address, offset: number, x: Lanes, half: number): Statement =>
    statement('v128.store64_lane', [i(pointer), x], [offset, half]),
  /** The first `count` lanes (1 to 4); `x` must be cheap to repeat (a local). */
  storePart: (count: number, pointer: Address, offset: number, x: Lanes): Statement[] => {
    if (count === 4) return [f32x4.store(pointer, offset, x)];
    if (count === 1) return [f32x4.storeLane(pointer, offset, x, 0)];
    const two = f32x4.storeHalf(pointer, offset, x, 0);
    return count === 2 ? [two] : [two, f32x4.storeLane(pointer, offset + 8, x, 2)];
  },
  extract: (x: Lanes, lane: number): Value<'f32'> =>
    value('f32', 'f32x4.extract_lane', [x], [lane]),
  unary: (name: 'abs' | 'neg' | 'sqrt' | 'floor' | 'nearest', x: Lanes): Lanes =>
    value('f32x4', `f32x4.${name}`, [x]),
  op: (
    name: 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'pmin' | 'pmax',
    a: Lanes,
    b: Lanes,
  ): Lanes => value('f32x4', `f32x4.${name}`, [a, b]),
  add: (a: Lanes, b: Lanes): Lanes => f32x4.op('add', a, b),
  sub: (a: Lanes, b: Lanes): Lanes => f32x4.op('sub', a, b),
  mul: (a: Lanes, b: Lanes): Lanes => f32x4.op('mul', a, b),
  div: (a: Lanes, b: Lanes): Lanes => f32x4.op('div', a, b),
  relaxedMadd: (a: Lanes, b: Lanes, c: Lanes): Lanes =>
    value('f32x4', 'f32x4.relaxed_madd', [a, b, c]),
  compare: (name: 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge', a: Lanes, b: Lanes): IntLanes =>
    value('i32x4', `f32x4.${name}`, [a, b]),
  /** Lane by lane: yes where the mask's bits are set. */
  select: (mask: IntLanes, yes: Lanes, no: Lanes): Lanes =>
    value('f32x4', 'f32x4.bitselect', [yes, no, mask]),
  /** Picks lanes 0-3 of a and 4-7 of b. */
  shuffle: (a: Lanes, b: Lanes, lanes: readonly number[]): Lanes =>
    value(
      'f32x4',
      'i8x16.shuffle',
      [a, b],
      [lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3])],
    ),
  fromBits: (x: IntLanes): Lanes => value('f32x4', 'f32x4.reinterpret_i32x4', [x]),
  fromSigned: (x: IntLanes): Lanes => value('f32x4', 'f32x4.convert_i32x4_s', [x]),
};

export const i32x4 = {
  splat: (x: I32): IntLanes =>
    typeof x === 'number' ? i32x4.const([x, x, x, x]) : value('i32x4', 'i32x4.splat', [x]),
  const: (lanes: readonly number[]): IntLanes =>
    value('i32x4', 'i32x4.const', [], [[...new Uint8Array(new Int32Array(lanes).buffer)]]),
  op: (name: 'add' | 'sub' | 'mul' | 'eq' | 'lt_s' | 'gt_s', a: IntLanes, b: IntLanes): IntLanes =>
    value('i32x4', `i32x4.${name}`, [a, b]),
  bits: (name: 'and' | 'andnot' | 'or' | 'xor', a: IntLanes, b: IntLanes): IntLanes =>
    value('i32x4', `v128.${name}`, [a, b]),
  shift: (name: 'shl' | 'shr_s' | 'shr_u', x: IntLanes, by: I32): IntLanes =>
    value('i32x4', `i32x4.${name}`, [x, i(by)]),
  fromBits: (x: Lanes): IntLanes => value('i32x4', 'i32x4.reinterpret_f32x4', [x]),
  truncate: (x: Lanes): IntLanes => value('i32x4', 'i32x4.trunc_sat_f32x4_s', [x]),
  anyTrue: (x: IntLanes): Value<'i32'> => value('i32', 'v128.any_true', [x]),
};

export const memory = {
  copy: (to: Address, from: Address, bytes: I32): Statement =>
    statement('memory.copy', [i(to), i(from), i(bytes)]),
  fill: (to: Address, byte: I32, bytes: I32): Statement =>
    statement('memory.fill', [i(to), i(byte), i(bytes)]),
};
