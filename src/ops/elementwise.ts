/**
 * @file Element-wise ops: rows of a table, each a scalar expression and its derivatives.
 *
 * Those that may be a layer's activation are in `activations.ts`. The gradient is written once as an expression over the row's inputs
 * $0.., its result y and the arriving gradient dy; autodiff makes an `elementwise` node of it, and every
 * backend gets forward and backward from here. Before: `windows/conv2d.ts`. Next stop: `graph/node.ts`, what ops
 * are put together to; beside it `expression.ts`, the language, and `broadcast.ts`, what broadcasting undoes.
 */
import { FoveaError } from '../base/errors.ts';
import { broadcastShapes, type Shape, sameShape, stridesOf } from '../base/shape.ts';
import type { Attrs, Node } from '../graph/node.ts';
import { activations, type Row } from './activations.ts';
import { erf } from './errorFunction.ts';
import * as e from './expression.ts';
import { defineOp, type GradientContext, type Op, type Tensor } from './op.ts';
import { broadcastRows } from './rows.ts';

const x = e.input(0);
const a = x;
const b = e.input(1);

/** One row per op. `a` and `b` are the inputs; `y` the result. */
const ROWS = {
  add: { arity: 2, formula: 'a + b', forward: e.add(a, b), gradient: (_y, dy) => [dy, dy] },
  sub: { arity: 2, formula: 'a - b', forward: e.sub(a, b), gradient: (_y, dy) => [dy, e.neg(dy)] },
  mul: {
    arity: 2,
    formula: 'a b',
    forward: e.mul(a, b),
    gradient: (_y, dy) => [e.mul(dy, b), e.mul(dy, a)],
  },
  div: {
    arity: 2,
    formula: 'a / b',
    forward: e.div(a, b),
    gradient: (y, dy) => [e.div(dy, b), e.neg(e.div(e.mul(dy, y), b))],
  },
  maximum: {
    arity: 2,
    formula: 'max(a, b); at a tie the gradient goes to a',
    forward: e.max(a, b),
    gradient: (_y, dy) => [
      e.select(e.greaterEqual(a, b), dy, 0),
      e.select(e.greaterEqual(a, b), 0, dy),
    ],
  },
  minimum: {
    arity: 2,
    formula: 'min(a, b); at a tie the gradient goes to a',
    forward: e.min(a, b),
    gradient: (_y, dy) => [
      e.select(e.greaterEqual(b, a), dy, 0),
      e.select(e.greaterEqual(b, a), 0, dy),
    ],
  },
  pow: {
    arity: 2,
    formula: 'a^b; the gradient for b is that of a > 0',
    forward: e.pow(a, b),
    gradient: (y, dy) => [
      e.mul(dy, e.mul(b, e.pow(a, e.sub(b, 1)))),
      e.select(e.greater(a, 0), e.mul(dy, e.mul(y, e.log(a))), 0),
    ],
  },
  neg: { arity: 1, formula: '-x', forward: e.neg(x), gradient: (_y, dy) => [e.neg(dy)] },
  abs: {
    arity: 1,
    formula: '|x|; the gradient at 0 is 0',
    forward: e.abs(x),
    gradient: (_y, dy) => [e.select(e.greater(x, 0), dy, e.select(e.greater(0, x), e.neg(dy), 0))],
  },
  square: {
    arity: 1,
    formula: 'x^2',
    forward: e.mul(x, x),
    gradient: (_y, dy) => [e.mul(dy, e.mul(2, x))],
  },
  sqrt: {
    arity: 1,
    formula: 'sqrt(x)',
    forward: e.sqrt(x),
    gradient: (y, dy) => [e.div(e.mul(0.5, dy), y)],
  },
  exp: { arity: 1, formula: 'e^x', forward: e.exp(x), gradient: (y, dy) => [e.mul(dy, y)] },
  log: { arity: 1, formula: 'ln x', forward: e.log(x), gradient: (_y, dy) => [e.div(dy, x)] },
  erf: {
    arity: 1,
    formula: '2 / sqrt(pi) times the integral of e^-t^2 from 0 to x',
    forward: erf(x),
    // 2 / sqrt(pi) e^-x^2
    gradient: (_y, dy) => [e.mul(dy, e.mul(2 / Math.sqrt(Math.PI), e.exp(e.neg(e.mul(x, x)))))],
  },
  roundToHalf: {
    arity: 1,
    formula: 'the nearest number of half precision; the gradient is that of x',
    forward: e.half(x),
    gradient: (_y, dy) => [dy],
  },
  ...activations,
} as const satisfies Record<string, Row>;

export type ElementwiseName = keyof typeof ROWS;

/** Every row, in the order of the table. */
export const elementwiseNames = Object.keys(ROWS) as readonly ElementwiseName[];

export type ActivationRow = {
  [N in ElementwiseName]: (typeof ROWS)[N] extends { activation: true } ? N : never;
}[ElementwiseName];

const mayActivate = (name: ElementwiseName): name is ActivationRow => 'activation' in ROWS[name];

/** Rows that may stand as the `activation` of a layer. */
export const activationRows: readonly ActivationRow[] = elementwiseNames.filter(mayActivate);

/** The expression of a row, or of a fused `elementwise` node. */
export function expressionOf(node: Pick<Node, 'op' | 'attrs'>): e.Expression | undefined {
  if (node.op === 'elementwise') return node.attrs.expression as e.Expression;
  return Object.hasOwn(ROWS, node.op)
    ? forwardOf(ROWS[node.op as ElementwiseName], node.attrs)
    : undefined;
}

function forwardOf({ forward }: Row, attrs: Attrs): e.Expression {
  return typeof forward === 'function' ? forward(attrs) : forward;
}

/** Runs an expression over broadcast inputs. */
function referenceLoop(expression: e.Expression, inputs: readonly Tensor[], output: Tensor): void {
  const rank = output.shape.length;
  // Distance per output axis in each input, 0 where the input is broadcast.
  const steps = inputs.map(({ shape }) => {
    const strides = stridesOf(shape);
    return output.shape.map((_, axis) => {
      const own = axis - (rank - shape.length);
      return own < 0 || shape[own] === 1 ? 0 : strides[own];
    });
  });
  const strides = stridesOf(output.shape);
  const values = new Array<number>(inputs.length);
  for (let i = 0; i < output.data.length; i++) {
    for (let k = 0; k < inputs.length; k++) {
      let at = 0;
      for (let axis = 0, rest = i; axis < rank; axis++) {
        at += Math.floor(rest / strides[axis]) * steps[k][axis];
        rest %= strides[axis];
      }
      values[k] = inputs[k].data[at];
    }
    output.data[i] = e.evaluate(expression, values);
  }
}

/** Sums a gradient back to the shape its input had before broadcasting. */
function unbroadcast(gradient: Node, shape: Shape, build: GradientContext<unknown>['build']): Node {
  return sameShape(gradient.shape, shape) ? gradient : build('sumTo', [gradient], { shape });
}

function rowOp(name: string, row: Row): Op {
  return defineOp<Attrs>({
    name,
    formula: row.formula,
    arity: row.arity,
    rows: broadcastRows,
    shape: (inputs) => broadcastShapes(inputs),
    gradient: ({ node, inputs, attrs, dy, build }) => {
      const yAt = inputs.length;
      const dyAt = inputs.length + 1;
      return row.gradient(e.input(yAt), e.input(dyAt), attrs).map((expression, i) => {
        if (expression === null) return null;
        const used = e.keepUsedInputs(expression, [...inputs, node, dy]);
        // dx = dy as it is (add): no node needed.
        const gradient =
          used.expression.kind === 'input'
            ? used.inputs[0]
            : build('elementwise', used.inputs, {
                expression: used.expression,
                label: `${name}Gradient`,
              });
        return unbroadcast(gradient, inputs[i].shape, build);
      });
    },
    // (dy/dx)^2 h: the gradient is linear in dy, so with dy = 1 it is the derivative.
    curvature: ({ node, inputs, attrs, h, build }) => {
      if (h === undefined) return inputs.map(() => null);
      const [yAt, hAt] = [inputs.length, inputs.length + 1];
      return row.gradient(e.input(yAt), e.constant(1), attrs).map((derivative, i) => {
        if (derivative === null) return null;
        const expression = e.mul(e.mul(derivative, derivative), e.input(hAt));
        const used = e.keepUsedInputs(expression, [...inputs, node, h]);
        const attrsOf = { expression: used.expression, label: `${name}Curvature` };
        const made = build('elementwise', used.inputs, attrsOf, `${node.name}/curvature`);
        return unbroadcast(made, inputs[i].shape, build);
      });
    },
    reference: (inputs, output, attrs) => referenceLoop(forwardOf(row, attrs), inputs, output),
  });
}

/** Any expression over its inputs; what fusion and gradients make. Has no gradient of its own. */
export const elementwise = defineOp<{ expression: e.Expression }>({
  name: 'elementwise',
  formula: 'an expression over its inputs',
  arity: 'any',
  rows: broadcastRows,
  shape: (inputs) => {
    if (inputs.length === 0) throw new FoveaError('elementwise needs at least one input');
    return broadcastShapes(inputs);
  },
  reference: (inputs, output, { expression }) => referenceLoop(expression, inputs, output),
});

export const elementwiseOps: Readonly<Record<ElementwiseName, Op>> = Object.fromEntries(
  Object.entries(ROWS).map(([name, row]) => [name, rowOp(name, row)]),
) as Record<ElementwiseName, Op>;
