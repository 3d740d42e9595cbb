/**
 * @file The little language of element-wise arithmetic: expressions over inputs, as data.
 *
 * A row of `elementwise.ts` is such an expression; the fusion pass composes them; every backend turns
 * them into its own instructions (the reference by `evaluate` below). Comparisons give 1 or 0.
 */
import { roundToHalf } from '../base/halfFloat.ts';

export type UnaryName =
  | 'neg'
  | 'abs'
  | 'sqrt'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'tanh'
  | 'sigmoid'
  | 'floor'
  | 'half'
  | 'finite';
export type BinaryName =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'max'
  | 'min'
  | 'pow'
  | 'greater'
  | 'greaterEqual'
  | 'equal';

export type Expression =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'unary'; readonly name: UnaryName; readonly a: Expression }
  | {
      readonly kind: 'binary';
      readonly name: BinaryName;
      readonly a: Expression;
      readonly b: Expression;
    }
  /** `yes` where condition is not 0, else `no`; the branch not taken never matters, not even if NaN. */
  | {
      readonly kind: 'select';
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    };

export type Operand = Expression | number;

const lift = (e: Operand): Expression =>
  typeof e === 'number' ? { kind: 'constant', value: e } : e;
const unary =
  (name: UnaryName) =>
  (a: Operand): Expression => ({ kind: 'unary', name, a: lift(a) });
const binary =
  (name: BinaryName) =>
  (a: Operand, b: Operand): Expression => ({ kind: 'binary', name, a: lift(a), b: lift(b) });

export const input = (index: number): Expression => ({ kind: 'input', index });
/** The first inputs, to be taken apart under names of their own. */
export const inputs = [input(0), input(1), input(2), input(3), input(4), input(5)] as const;
export const constant = (value: number): Expression => ({ kind: 'constant', value });
export const neg = unary('neg');
export const abs = unary('abs');
export const sqrt = unary('sqrt');
export const exp = unary('exp');
/** e^a - 1, with its digits near 0. */
export const expm1 = unary('expm1');
export const log = unary('log');
/** ln(1 + a), with its digits near 0. */
export const log1p = unary('log1p');
export const tanh = unary('tanh');
export const sigmoid = unary('sigmoid');
export const floor = unary('floor');
/** The nearest number of half precision (binary16), of two as near the even one; beyond 65,504 infinity. */
export const half = unary('half');
/** 1 where a is neither infinite nor NaN, else 0. */
export const finite = unary('finite');
export const add = binary('add');
export const sub = binary('sub');
export const mul = binary('mul');
export const div = binary('div');
/** NaN wins, as in IEEE 754-2019 maximum. */
export const max = binary('max');
export const min = binary('min');
export const pow = binary('pow');
export const greater = binary('greater');
export const greaterEqual = binary('greaterEqual');
export const equal = binary('equal');
export const select = (condition: Operand, yes: Operand, no: Operand): Expression => ({
  kind: 'select',
  condition: lift(condition),
  yes: lift(yes),
  no: lift(no),
});

const UNARY: Record<UnaryName, (a: number) => number> = {
  neg: (a) => -a,
  abs: Math.abs,
  sqrt: Math.sqrt,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  floor: Math.floor,
  half: roundToHalf,
  finite: (a) => (Number.isFinite(Math.fround(a)) ? 1 : 0),
};

const BINARY: Record<BinaryName, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: Math.max,
  min: Math.min,
  pow: (a, b) => a ** b,
  greater: (a, b) => (a > b ? 1 : 0),
  greaterEqual: (a, b) => (a >= b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
};

/** The value of an expression for one element. */
export function evaluate(e: Expression, inputs: ArrayLike<number>): number {
  switch (e.kind) {
    case 'input':
      return inputs[e.index];
    case 'constant':
      return e.value;
    case 'unary':
      return UNARY[e.name](evaluate(e.a, inputs));
    case 'binary':
      return BINARY[e.name](evaluate(e.a, inputs), evaluate(e.b, inputs));
    case 'select':
      return evaluate(e.condition, inputs) !== 0 ? evaluate(e.yes, inputs) : evaluate(e.no, inputs);
  }
}

/** The expressions that one is made of, at once. */
export function partsOf(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case 'unary':
      return [e.a];
    case 'binary':
      return [e.a, e.b];
    case 'select':
      return [e.condition, e.yes, e.no];
    default:
      return [];
  }
}

/** The same expression of other parts. */
export function withParts(e: Expression, by: (part: Expression) => Expression): Expression {
  switch (e.kind) {
    case 'unary':
      return { ...e, a: by(e.a) };
    case 'binary':
      return { ...e, a: by(e.a), b: by(e.b) };
    case 'select':
      return { ...e, condition: by(e.condition), yes: by(e.yes), no: by(e.no) };
    default:
      return e;
  }
}

/** Replaces every input by an expression: composition, the whole of operator fusion. */
export function substitute(e: Expression, by: (index: number) => Expression): Expression {
  return e.kind === 'input' ? by(e.index) : withParts(e, (part) => substitute(part, by));
}

/** Drops the inputs an expression does not read, and those given twice, renumbering the rest. */
export function keepUsedInputs<T>(
  e: Expression,
  inputs: readonly T[],
): { expression: Expression; inputs: T[] } {
  const kept: T[] = [];
  const expression = substitute(e, (index) => {
    let at = kept.indexOf(inputs[index]);
    if (at < 0) at = kept.push(inputs[index]) - 1;
    return { kind: 'input', index: at };
  });
  return { expression, inputs: kept };
}

/** One line for people: tanh(add($0, $1)). */
export function formatExpression(e: Expression): string {
  switch (e.kind) {
    case 'input':
      return `$${e.index}`;
    case 'constant':
      return String(e.value);
    case 'unary':
      return `${e.name}(${formatExpression(e.a)})`;
    case 'binary':
      return `${e.name}(${formatExpression(e.a)}, ${formatExpression(e.b)})`;
    case 'select':
      return `select(${formatExpression(e.condition)}, ${formatExpression(e.yes)}, ${formatExpression(e.no)})`;
  }
}
