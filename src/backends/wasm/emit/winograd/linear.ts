/**
 * @file A constant matrix times vectors of lanes: the one-dimensional step of every Winograd transform.
 *
 * Points come in pairs of opposite sign, so two rows (or columns) of a matrix often differ only in the signs
 * of some entries. The long side is folded: what such a pair has in common is computed once. Every operation
 * is written for `width` neighbouring vectors, which V8 may fuse to one.
 */

import type { Matrix } from '../../../../compile/winograd/variants.ts';
import type { FunctionBuilder, Local, Value } from '../../assembler/function.ts';
import { f32x4 } from '../../assembler/lanes.ts';
import type { KernelContext } from '../../kernel.ts';
import { advance, forRange, withinTurn } from '../language/loops.ts';
import type { Arithmetic } from '../language/math.ts';

/** Neighbouring vectors, computed side by side; undefined stands for zeros. */
export type Vectors = readonly Value<'f32x4'>[];

interface Term {
  readonly factor: number;
  readonly value: Vectors;
}

type Emitter = Pick<KernelContext, 'f' | 'm'>;

/** out[i] = sum over j of matrix[i][j] in[j] */
export function emitLinear(
  c: Emitter,
  matrix: Matrix,
  inputs: readonly (Vectors | undefined)[],
  name: string,
): Vectors[] {
  return matrix.length < inputs.length
    ? foldColumns(c, matrix, inputs, name)
    : foldRows(c, matrix, inputs, name);
}

/** Pairs of indices whose lists are equal up to the signs of some entries; the others by themselves. */
function pairUp(lists: Matrix): (readonly [number, number] | readonly [number])[] {
  const open = lists.map((_, i) => i);
  const groups: (readonly [number, number] | readonly [number])[] = [];
  while (open.length > 0) {
    const first = open.shift() as number;
    const alike = (other: number): boolean => {
      const same = lists[first].map((v, k) => Math.sign(v * lists[other][k]));
      const sizes = lists[first].every((v, k) => Math.abs(v) === Math.abs(lists[other][k]));
      return sizes && same.includes(1) && same.includes(-1);
    };
    const second = open.findIndex(alike);
    if (second < 0) groups.push([first]);
    else groups.push([first, ...open.splice(second, 1)] as [number, number]);
  }
  return groups;
}

/** Rows p and q: E + O and E - O, with E the terms of equal sign and O the others, scaled to a first factor of 1. */
function foldRows(
  c: Emitter,
  matrix: Matrix,
  inputs: readonly (Vectors | undefined)[],
  name: string,
): Vectors[] {
  const results: Vectors[] = [];
  const termsOf = (row: number, chosen: (j: number) => boolean, scale = 1): Term[] =>
    matrix[row].flatMap((factor, j) => {
      const value = inputs[j];
      return factor === 0 || value === undefined || !chosen(j)
        ? []
        : [{ factor: factor / scale, value }];
    });
  for (const [p, q] of pairUp(matrix)) {
    if (q === undefined) {
      results[p] = combine(
        c,
        termsOf(p, () => true),
        `${name}${p}_`,
        inputs,
      );
      continue;
    }
    const opposed = (j: number): boolean => matrix[p][j] !== matrix[q][j];
    const even = termsOf(p, (j) => !opposed(j));
    const scale = termsOf(p, opposed)[0]?.factor ?? 1;
    const odd = termsOf(p, opposed, scale);
    const common = combine(c, even, `${name}Even${p}_`, inputs);
    const other = combine(c, odd, `${name}Odd${p}_`, inputs);
    const both = (sign: number): Term[] => [
      { factor: 1, value: common },
      { factor: sign * scale, value: other },
    ];
    results[p] = combine(c, both(1), `${name}${p}_`, inputs);
    results[q] = combine(c, both(-1), `${name}${q}_`, inputs);
  }
  return results;
}

/** Columns p and q: their inputs' sum where a row has equal signs, their difference where it has not. */
function foldColumns(
  c: Emitter,
  matrix: Matrix,
  inputs: readonly (Vectors | undefined)[],
  name: string,
): Vectors[] {
  const columns = matrix[0].map((_, j) => matrix.map((row) => row[j]));
  const terms: Term[][] = matrix.map(() => []);
  for (const [p, q] of pairUp(columns)) {
    const first = inputs[p];
    if (first === undefined) throw new Error('internal error: folding columns of missing inputs');
    const second = q === undefined ? undefined : inputs[q];
    const pair = (sign: number, label: string): Vectors =>
      combine(
        c,
        [first, second].flatMap((value, i) =>
          value === undefined ? [] : [{ factor: i === 0 ? 1 : sign, value }],
        ),
        `${name}${label}${p}_`,
        inputs,
      );
    const sum = second === undefined ? first : pair(1, 'Sum');
    const difference = second === undefined ? first : pair(-1, 'Difference');
    matrix.forEach((row, i) => {
      if (row[p] === 0) return;
      const equal = q === undefined || row[p] === row[q];
      terms[i].push({ factor: row[p], value: equal ? sum : difference });
    });
  }
  return terms.map((list, i) => combine(c, list, `${name}${i}_`, inputs));
}

/** The sum of the terms, in locals called `name`; a single term of factor 1 is itself. */
function combine(
  { f, m }: Emitter,
  terms: readonly Term[],
  name: string,
  inputs: readonly (Vectors | undefined)[],
): Vectors {
  const width = inputs.find((v) => v !== undefined)?.length ?? 1;
  if (terms.length === 0) return Array.from({ length: width }, () => f32x4.splat(0));
  const plain = Math.max(
    0,
    terms.findIndex((t) => t.factor === 1),
  );
  const [first] = [terms[plain]];
  const others = terms.filter((_, i) => i !== plain);
  if (others.length === 0 && first.factor === 1) return first.value;
  const sums = first.value.map((value, v) => {
    const sum = f.reuse('f32x4', `${name}${v}`);
    f.set(sum, first.factor === 1 ? value : f32x4.mul(value, constant(f, first.factor)));
    return sum;
  });
  for (const term of others) addTerm({ f, m }, sums, term);
  return sums;
}

function addTerm(
  { f, m }: { f: FunctionBuilder; m: Arithmetic },
  sums: readonly Local<'f32x4'>[],
  { factor, value }: Term,
): void {
  sums.forEach((sum, v) => {
    if (factor === 1) f.set(sum, f32x4.add(sum, value[v]));
    else if (factor === -1) f.set(sum, f32x4.sub(sum, value[v]));
    else f.set(sum, m.madd(value[v], constant(f, factor), sum));
  });
}

const constant = (f: FunctionBuilder, factor: number): Local<'f32x4'> =>
  f.hoisted(`factor${factor}`, f32x4.splat(factor));

/** Neighbouring vectors at a pointer; in locals, since a transform reads them several times. */
export function loadVectors(
  { f }: Emitter,
  width: number,
  pointer: Value<'i32'>,
  offset: number,
  name: string,
): Vectors {
  return Array.from({ length: width }, (_, v) => {
    const local = f.reuse('f32x4', `${name}${v}`);
    f.set(local, f32x4.load(pointer, offset + 16 * v));
    return local;
  });
}

export function storeVectors(
  { f }: Emitter,
  pointer: Value<'i32'>,
  offset: number,
  values: Vectors,
): void {
  values.forEach((value, v) => {
    f.run(f32x4.store(pointer, offset + 16 * v, value));
  });
}

/** A square of numbers, some of its rows and columns perhaps missing (zeros), each `width` vectors wide. */
export interface Square {
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  readonly pointer: Value<'i32'>;
  /** Byte offset of entry (i, j). */
  readonly offset: (i: number, j: number) => number;
}

/** Bytes of scratch that the square of an a x a transform waits in between its two steps. */
export const squareBytes = (side: number, width: number): number => side * side * width * 16;

/** matrix x square, left in scratch at `wait`: entry (i, j) is `(i * columns + j) * width` vectors from it. */
export function emitColumns(c: Emitter, matrix: Matrix, from: Square, wait: Value<'i32'>): void {
  const { rows, columns, width, pointer, offset } = from;
  for (let j = 0; j < columns; j++) {
    const inputs = matrix[0].map((_, i) =>
      i < rows ? loadVectors(c, width, pointer, offset(i, j), `in${i}_`) : undefined,
    );
    emitLinear(c, matrix, inputs, 'out').forEach((value, i) => {
      storeVectors(c, wait, (i * columns + j) * width * 16, value);
    });
  }
}

/** One row of (what waits) x matrix^T. */
export function emitRow(
  c: Emitter,
  matrix: Matrix,
  { columns, width }: Pick<Square, 'columns' | 'width'>,
  wait: Value<'i32'>,
  row: number,
): Vectors[] {
  const inputs = matrix[0].map((_, j) =>
    j < columns
      ? loadVectors(c, width, wait, (row * columns + j) * width * 16, `in${j}_`)
      : undefined,
  );
  return emitLinear(c, matrix, inputs, 'out');
}

/** matrix x square x matrix^T, entry by entry. */
export function emitTransform(
  c: Emitter,
  matrix: Matrix,
  from: Square,
  wait: Value<'i32'>,
  store: (i: number, j: number, value: Vectors) => void,
): void {
  emitColumns(c, matrix, from, wait);
  matrix.forEach((_, i) => {
    emitRow(c, matrix, from, wait, i).forEach((value, j) => {
      store(i, j, value);
    });
  });
}

/** Walks `count` numbers in steps of `width` vectors, the last step perhaps past the end; moves the pointers along. */
export function overLanes(
  f: FunctionBuilder,
  count: Value<'i32'>,
  width: number,
  pointers: readonly Local<'i32'>[],
  body: () => void,
): void {
  const lane = f.reuse('i32', 'lane');
  f.set(lane, { type: 'i32', emit: (g) => g.emit('i32.const', 0) });
  forRange(f, lane, count, 4 * width, () => {
    withinTurn(f, body);
    for (const pointer of pointers) advance(f, pointer, 16 * width);
  });
}
