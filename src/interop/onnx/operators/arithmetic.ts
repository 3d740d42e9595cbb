/**
 * @file Operators that work number by number on one input or on several: arithmetic, comparisons, choices, types.
 *
 * Comparisons and truth values are 1 and 0. Next stop: `activations.ts`.
 */
import { constantNode, type Node } from '../../../graph/node.ts';
import * as e from '../../../ops/expression.ts';
import type { Call } from '../call.ts';
import type { Value } from '../constants.ts';
import { type ElementType, elementTypeOf, isFloat } from '../tensors.ts';
import {
  byNumber,
  computed,
  given,
  type Operator,
  type Operators,
  reshaped,
  scaled,
} from './operator.ts';

const [a, b, c] = e.inputs;

const truncated = (x: e.Expression): e.Expression =>
  e.select(e.greaterEqual(x, 0), e.floor(x), e.neg(e.floor(e.neg(x))));
const sign = e.select(e.greater(a, 0), 1, e.select(e.greater(0, a), -1, e.mul(a, 0)));
const odd = (x: e.Expression): e.Expression => e.sub(x, e.mul(2, e.floor(e.mul(0.5, x))));
const up = e.floor(e.add(a, 0.5));
/** To the nearest whole number, halves to the even one. */
export const rounded = e.sub(up, e.mul(odd(up), e.equal(e.sub(up, a), 0.5)));
const isTrue = (x: e.Expression): e.Expression => e.sub(1, e.equal(x, 0));
/** What is left of a division that rounds down, as Python has it. */
const remainder = e.sub(a, e.mul(b, e.floor(e.div(a, b))));
/** What is left of one that rounds towards 0, as C has it. */
const cRemainder = e.sub(a, e.mul(b, truncated(e.div(a, b))));

/** Two inputs, repeated to one shape; `axis` of the first versions says where the second begins. */
function operands(call: Call): readonly [Node, Node] {
  const [x, y] = [call.node(0), call.node(1)];
  const axis = call.opset < 7 && call.flag('broadcast') ? call.int('axis') : undefined;
  if (axis === undefined || axis < 0) return [x, y];
  const behind = Math.max(x.shape.length - axis - y.shape.length, 0);
  return [x, reshaped(call, y, [...y.shape, ...new Array<number>(behind).fill(1)])];
}

const binary = (op: string): Operator => given((call) => call.build(op, operands(call)));

const ofTwo = (expression: e.Expression): Operator =>
  given((call) => computed(call, expression, ...operands(call)));

const truth =
  (expression: e.Expression): Operator =>
  (call) => [{ type: 'bool', node: computed(call, expression, ...operands(call)) }];

/** Of any number of inputs, two by two. */
const folded = (op: string): Operator =>
  given((call) => call.inputs.map(({ node }) => node).reduce((x, y) => call.build(op, [x, y])));

/** Whole numbers are divided towards 0. */
const divide: Operator = given((call) =>
  isFloat(call.input(0).type)
    ? call.build('div', operands(call))
    : computed(call, truncated(e.div(a, b)), ...operands(call)),
);

const modulo: Operator = given((call) =>
  computed(call, call.flag('fmod') ? cRemainder : remainder, ...operands(call)),
);

const where: Operator = (call) => [
  {
    type: call.input(1).type,
    node: computed(call, e.select(a, b, c), call.node(0), call.node(1), call.node(2)),
  },
];

function castTo(call: Call, type: ElementType): readonly Value[] {
  const { type: from, node } = call.input(0);
  if (type === 'bool') return [{ type, node: computed(call, isTrue(a), node) }];
  const isCut = isFloat(from) && !isFloat(type);
  return [{ type, node: isCut ? computed(call, truncated(a), node) : node }];
}

const OLD_TYPES: Readonly<Record<string, ElementType>> = {
  FLOAT: 'float32',
  DOUBLE: 'float64',
  INT32: 'int32',
  INT64: 'int64',
  BOOL: 'bool',
};

const cast: Operator = (call) => {
  // The first version wrote the type's name.
  const named = call.opset < 6 ? OLD_TYPES[call.text('to', '')] : undefined;
  return castTo(call, named ?? elementTypeOf(call.int('to', 0), call.place));
};

/** The lower and the upper bound; attributes up to version 10. */
function bounds(call: Call): readonly (Node | undefined)[] {
  if (call.opset >= 11) return [call.optional(1)?.node, call.optional(2)?.node];
  const bound = (name: string) => (call.has(name) ? constantNode(call.float(name, 0)) : undefined);
  return [bound('min'), bound('max')];
}

const clip: Operator = given((call) => {
  const [least, most] = bounds(call);
  const above = least === undefined ? call.node(0) : call.build('maximum', [call.node(0), least]);
  return most === undefined ? above : call.build('minimum', [above, most]);
});

export const arithmetic: Operators = {
  Add: binary('add'),
  Sub: binary('sub'),
  Mul: binary('mul'),
  Div: divide,
  Mod: modulo,
  Pow: binary('pow'),
  Sum: folded('add'),
  Max: folded('maximum'),
  Min: folded('minimum'),
  Mean: given((call) => {
    const sum = call.inputs.map(({ node }) => node).reduce((x, y) => call.build('add', [x, y]));
    return scaled(call, sum, 1 / call.inputs.length);
  }),
  Abs: given((call) => call.build('abs', [call.node(0)])),
  Neg: given((call) => call.build('neg', [call.node(0)])),
  Exp: given((call) => call.build('exp', [call.node(0)])),
  Log: given((call) => call.build('log', [call.node(0)])),
  Sqrt: given((call) => call.build('sqrt', [call.node(0)])),
  Erf: given((call) => call.build('erf', [call.node(0)])),
  Reciprocal: given((call) => call.build('div', [constantNode(1), call.node(0)])),
  Floor: byNumber(e.floor(a)),
  Ceil: byNumber(e.neg(e.floor(e.neg(a)))),
  Round: byNumber(rounded),
  Sign: byNumber(sign),
  Equal: truth(e.equal(a, b)),
  Greater: truth(e.greater(a, b)),
  GreaterOrEqual: truth(e.greaterEqual(a, b)),
  Less: truth(e.greater(b, a)),
  LessOrEqual: truth(e.greaterEqual(b, a)),
  And: ofTwo(e.mul(isTrue(a), isTrue(b))),
  Or: ofTwo(e.max(isTrue(a), isTrue(b))),
  Xor: ofTwo(e.abs(e.sub(isTrue(a), isTrue(b)))),
  Not: byNumber(e.equal(a, 0)),
  IsNaN: (call) => [{ type: 'bool', node: computed(call, e.sub(1, e.equal(a, a)), call.node(0)) }],
  Where: where,
  Clip: clip,
  Cast: cast,
  CastLike: (call) => castTo(call, call.input(1).type),
};
