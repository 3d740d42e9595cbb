/**
 * @file WebAssembly instructions as rows: name, bytes, stack types, immediates.
 *
 * Names are the specification's own (snake_case and dots). A v128 is typed by its lanes here: adding an
 * `f32x4` to an `i32x4` is an error at emission, though the specification would take it; `reinterpret_*`
 * rows change the lane type and cost no bytes.
 * Previous stop: a kernel's emitter. Next stop: `function.ts`, where a row is put on the type stack. The tour
 * goes on with the other machine: `webgpu/emit/product/tile.ts`.
 */

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'f32x4' | 'i32x4' | 'f64x2';

/** What follows an opcode: a memory argument, a lane, constants, shuffle bytes, an index. */
export type Immediate =
  | 'memory'
  | 'lane'
  | 'i32'
  | 'i64'
  | 'f32'
  | 'f64'
  | 'v128'
  | 'shuffle'
  | 'index';

export interface Opcode {
  readonly bytes: readonly number[];
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly immediates: readonly Immediate[];
  /** log2 of the natural alignment, for memory instructions. */
  readonly align?: number;
}

type Types = readonly ValueType[];

const row = (
  bytes: number | readonly number[],
  params: Types,
  results: Types,
  immediates: readonly Immediate[] = [],
  align?: number,
): Opcode => ({
  bytes: typeof bytes === 'number' ? [bytes] : bytes,
  params,
  results,
  immediates,
  ...(align === undefined ? {} : { align }),
});

/** The SIMD prefix 0xfd, then the opcode as LEB128. */
const simd = (code: number): number[] =>
  code < 0x80 ? [0xfd, code] : [0xfd, (code & 0x7f) | 0x80, code >> 7];
const atomic = (code: number): number[] => [0xfe, code];

const unary = (bytes: number | readonly number[], t: ValueType) => row(bytes, [t], [t]);
const binary = (bytes: number | readonly number[], t: ValueType) => row(bytes, [t, t], [t]);
const compare = (bytes: number | readonly number[], t: ValueType, result: ValueType = 'i32') =>
  row(bytes, [t, t], [result]);
const load = (bytes: number | readonly number[], t: ValueType, align: number) =>
  row(bytes, ['i32'], [t], ['memory'], align);
const store = (bytes: number | readonly number[], t: ValueType, align: number) =>
  row(bytes, ['i32', t], [], ['memory'], align);
const reinterpret = (from: ValueType, to: ValueType) => row([], [from], [to]);

export const opcodes = {
  // Control (blocks and branches are in function.ts, which knows labels)
  unreachable: row(0x00, [], []),
  return: row(0x0f, [], []),
  drop_i32: row(0x1a, ['i32'], []),
  drop_f32x4: row(0x1a, ['f32x4'], []),
  select_i32: row(0x1b, ['i32', 'i32', 'i32'], ['i32']),
  select_f32: row(0x1b, ['f32', 'f32', 'i32'], ['f32']),
  'memory.copy': row([0xfc, 0x0a, 0x00, 0x00], ['i32', 'i32', 'i32'], []),
  'memory.fill': row([0xfc, 0x0b, 0x00], ['i32', 'i32', 'i32'], []),

  // i32
  'i32.const': row(0x41, [], ['i32'], ['i32']),
  'i32.load': load(0x28, 'i32', 2),
  'i32.load8_u': load(0x2d, 'i32', 0),
  'i32.store': store(0x36, 'i32', 2),
  'i32.store8': store(0x3a, 'i32', 0),
  'i32.eqz': row(0x45, ['i32'], ['i32']),
  'i32.eq': compare(0x46, 'i32'),
  'i32.ne': compare(0x47, 'i32'),
  'i32.lt_s': compare(0x48, 'i32'),
  'i32.lt_u': compare(0x49, 'i32'),
  'i32.gt_s': compare(0x4a, 'i32'),
  'i32.gt_u': compare(0x4b, 'i32'),
  'i32.le_s': compare(0x4c, 'i32'),
  'i32.ge_s': compare(0x4e, 'i32'),
  'i32.ge_u': compare(0x4f, 'i32'),
  'i32.add': binary(0x6a, 'i32'),
  'i32.sub': binary(0x6b, 'i32'),
  'i32.mul': binary(0x6c, 'i32'),
  'i32.div_s': binary(0x6d, 'i32'),
  'i32.div_u': binary(0x6e, 'i32'),
  'i32.rem_s': binary(0x6f, 'i32'),
  'i32.rem_u': binary(0x70, 'i32'),
  'i32.and': binary(0x71, 'i32'),
  'i32.or': binary(0x72, 'i32'),
  'i32.xor': binary(0x73, 'i32'),
  'i32.shl': binary(0x74, 'i32'),
  'i32.shr_s': binary(0x75, 'i32'),
  'i32.shr_u': binary(0x76, 'i32'),

  // i64 (only to widen products)
  'i64.extend_i32_u': row(0xad, ['i32'], ['i64']),
  'i64.const': row(0x42, [], ['i64'], ['i64']),
  'i64.mul': binary(0x7e, 'i64'),
  'i64.shr_u': binary(0x88, 'i64'),
  'i32.wrap_i64': row(0xa7, ['i64'], ['i32']),

  // f32
  'f32.const': row(0x43, [], ['f32'], ['f32']),
  'f32.load': load(0x2a, 'f32', 2),
  'f32.store': store(0x38, 'f32', 2),
  'f32.eq': compare(0x5b, 'f32'),
  'f32.ne': compare(0x5c, 'f32'),
  'f32.lt': compare(0x5d, 'f32'),
  'f32.gt': compare(0x5e, 'f32'),
  'f32.ge': compare(0x60, 'f32'),
  'f32.abs': unary(0x8b, 'f32'),
  'f32.neg': unary(0x8c, 'f32'),
  'f32.sqrt': unary(0x91, 'f32'),
  'f32.add': binary(0x92, 'f32'),
  'f32.sub': binary(0x93, 'f32'),
  'f32.mul': binary(0x94, 'f32'),
  'f32.div': binary(0x95, 'f32'),
  'f32.min': binary(0x96, 'f32'),
  'f32.max': binary(0x97, 'f32'),
  'f32.convert_i32_s': row(0xb2, ['i32'], ['f32']),
  'f32.convert_i32_u': row(0xb3, ['i32'], ['f32']),
  'f32.demote_f64': row(0xb6, ['f64'], ['f32']),
  'f32.reinterpret_i32': row(0xbe, ['i32'], ['f32']),
  'i32.reinterpret_f32': row(0xbc, ['f32'], ['i32']),

  // f64
  'f64.const': row(0x44, [], ['f64'], ['f64']),
  'f64.promote_f32': row(0xbb, ['f32'], ['f64']),
  'f64.add': binary(0xa0, 'f64'),
  'f64.mul': binary(0xa2, 'f64'),

  // f32x4
  'v128.load': load(simd(0), 'f32x4', 4),
  'v128.load32_splat': load(simd(9), 'f32x4', 2),
  'v128.load32_zero': load(simd(92), 'f32x4', 2),
  'v128.load64_zero': load(simd(93), 'f32x4', 3),
  'v128.store': store(simd(11), 'f32x4', 4),
  'v128.store32_lane': row(simd(90), ['i32', 'f32x4'], [], ['memory', 'lane'], 2),
  'v128.store64_lane': row(simd(91), ['i32', 'f32x4'], [], ['memory', 'lane'], 3),
  'v128.load32_lane': row(simd(86), ['i32', 'f32x4'], ['f32x4'], ['memory', 'lane'], 2),
  'v128.load64_lane': row(simd(87), ['i32', 'f32x4'], ['f32x4'], ['memory', 'lane'], 3),
  'f32x4.const': row(simd(12), [], ['f32x4'], ['v128']),
  'f32x4.splat': row(simd(19), ['f32'], ['f32x4']),
  'f32x4.extract_lane': row(simd(31), ['f32x4'], ['f32'], ['lane']),
  'f32x4.replace_lane': row(simd(32), ['f32x4', 'f32'], ['f32x4'], ['lane']),
  'i8x16.shuffle': row(simd(13), ['f32x4', 'f32x4'], ['f32x4'], ['shuffle']),
  'f32x4.eq': compare(simd(65), 'f32x4', 'i32x4'),
  'f32x4.ne': compare(simd(66), 'f32x4', 'i32x4'),
  'f32x4.lt': compare(simd(67), 'f32x4', 'i32x4'),
  'f32x4.gt': compare(simd(68), 'f32x4', 'i32x4'),
  'f32x4.le': compare(simd(69), 'f32x4', 'i32x4'),
  'f32x4.ge': compare(simd(70), 'f32x4', 'i32x4'),
  'f32x4.floor': unary(simd(104), 'f32x4'),
  'f32x4.nearest': unary(simd(106), 'f32x4'),
  'f32x4.abs': unary(simd(224), 'f32x4'),
  'f32x4.neg': unary(simd(225), 'f32x4'),
  'f32x4.sqrt': unary(simd(227), 'f32x4'),
  'f32x4.add': binary(simd(228), 'f32x4'),
  'f32x4.sub': binary(simd(229), 'f32x4'),
  'f32x4.mul': binary(simd(230), 'f32x4'),
  'f32x4.div': binary(simd(231), 'f32x4'),
  'f32x4.min': binary(simd(232), 'f32x4'),
  'f32x4.max': binary(simd(233), 'f32x4'),
  'f32x4.pmin': binary(simd(234), 'f32x4'),
  'f32x4.pmax': binary(simd(235), 'f32x4'),
  'f32x4.relaxed_madd': row(simd(0x105), ['f32x4', 'f32x4', 'f32x4'], ['f32x4']),
  'f32x4.relaxed_nmadd': row(simd(0x106), ['f32x4', 'f32x4', 'f32x4'], ['f32x4']),
  'f32x4.convert_i32x4_s': row(simd(250), ['i32x4'], ['f32x4']),
  'f32x4.bitselect': row(simd(82), ['f32x4', 'f32x4', 'i32x4'], ['f32x4']),
  'f32x4.reinterpret_i32x4': reinterpret('i32x4', 'f32x4'),
  'i32x4.reinterpret_f32x4': reinterpret('f32x4', 'i32x4'),

  // i32x4
  'i32x4.const': row(simd(12), [], ['i32x4'], ['v128']),
  'i32x4.load': load(simd(0), 'i32x4', 4),
  'i32x4.store': store(simd(11), 'i32x4', 4),
  'i32x4.splat': row(simd(17), ['i32'], ['i32x4']),
  'i32x4.extract_lane': row(simd(27), ['i32x4'], ['i32'], ['lane']),
  'i32x4.eq': compare(simd(55), 'i32x4', 'i32x4'),
  'i32x4.lt_s': compare(simd(57), 'i32x4', 'i32x4'),
  'i32x4.gt_s': compare(simd(59), 'i32x4', 'i32x4'),
  'i32x4.shl': row(simd(171), ['i32x4', 'i32'], ['i32x4']),
  'i32x4.shr_s': row(simd(172), ['i32x4', 'i32'], ['i32x4']),
  'i32x4.shr_u': row(simd(173), ['i32x4', 'i32'], ['i32x4']),
  'i32x4.add': binary(simd(174), 'i32x4'),
  'i32x4.sub': binary(simd(177), 'i32x4'),
  'i32x4.mul': binary(simd(181), 'i32x4'),
  'i32x4.trunc_sat_f32x4_s': row(simd(248), ['f32x4'], ['i32x4']),
  'v128.not': unary(simd(77), 'i32x4'),
  'v128.and': binary(simd(78), 'i32x4'),
  'v128.andnot': binary(simd(79), 'i32x4'),
  'v128.or': binary(simd(80), 'i32x4'),
  'v128.xor': binary(simd(81), 'i32x4'),
  'v128.any_true': row(simd(83), ['i32x4'], ['i32']),

  // f64x2 (compensated sums)
  'f64x2.const': row(simd(12), [], ['f64x2'], ['v128']),
  'f64x2.add': binary(simd(240), 'f64x2'),
  'f64x2.promote_low_f32x4': row(simd(95), ['f32x4'], ['f64x2']),
  'f64x2.extract_lane': row(simd(33), ['f64x2'], ['f64'], ['lane']),

  // Atomics
  'memory.atomic.notify': row(atomic(0x00), ['i32', 'i32'], ['i32'], ['memory'], 2),
  'memory.atomic.wait32': row(atomic(0x01), ['i32', 'i32', 'i64'], ['i32'], ['memory'], 2),
  'i32.atomic.load': load(atomic(0x10), 'i32', 2),
  'i32.atomic.store': store(atomic(0x17), 'i32', 2),
  'i32.atomic.rmw.cmpxchg': row(atomic(0x48), ['i32', 'i32', 'i32'], ['i32'], ['memory'], 2),
  'i32.atomic.rmw.add': row(atomic(0x1e), ['i32', 'i32'], ['i32'], ['memory'], 2),
} as const satisfies Record<string, Opcode>;

export type OpcodeName = keyof typeof opcodes;
