/**
 * @file Activations: the rows of the table of element-wise ops that a layer may name as its `activation`.
 *
 * To add one, add a row; layers, gradients and every backend take it from here. Before: `expression.ts`. Next stop:
 * `elementwise.ts`, which makes ops of them.
 */
import type { Attrs } from '../graph/node.ts';
import { complement } from './errorFunction.ts';
import * as e from './expression.ts';

/** An element-wise op as a scalar expression and its derivatives. */
export interface Row {
  readonly arity: 1 | 2;
  /** May stand as the `activation` of a layer. */
  readonly activation?: true;
  readonly formula: string;
  /** A function of the attributes where the op has any. */
  readonly forward: e.Expression | ((attrs: Attrs) => e.Expression);
  /** Per input: derivative times dy, or null where none is wanted. */
  readonly gradient: (
    y: e.Expression,
    dy: e.Expression,
    attrs: Attrs,
  ) => readonly (e.Expression | null)[];
}

const alphaOf = (attrs: Attrs, standard: number): number =>
  (attrs.alpha as number | undefined) ?? standard;
/** The slope of leakyRelu below 0. */
const LEAK = 0.3;
/** Of selu: Klambauer et al. 2017, https://arxiv.org/abs/1706.02515. */
const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 };

const x = e.input(0);

const softplus = e.add(e.max(x, 0), e.log1p(e.exp(e.neg(e.abs(x)))));
const tanhOfSoftplus = e.tanh(softplus);
const rampOf = (slope: number): e.Expression => e.max(0, e.min(1, e.add(e.mul(slope, x), 0.5)));

/** Share of a normal distribution below x, from the smaller tail, so that it keeps its digits. */
const tail = e.mul(0.5, complement(e.mul(Math.SQRT1_2, e.abs(x))));
const normalBelow = e.select(e.greater(x, 0), e.sub(1, tail), tail);
const normalDensity = e.mul(1 / Math.sqrt(2 * Math.PI), e.exp(e.mul(-0.5, e.mul(x, x))));

export const activations = {
  relu: {
    arity: 1,
    activation: true,
    formula: 'max(x, 0)',
    forward: e.max(x, 0),
    gradient: (y, dy) => [e.select(e.greater(y, 0), dy, 0)],
  },
  tanh: {
    arity: 1,
    activation: true,
    formula: 'tanh x',
    forward: e.tanh(x),
    gradient: (y, dy) => [e.mul(dy, e.sub(1, e.mul(y, y)))],
  },
  sigmoid: {
    arity: 1,
    activation: true,
    formula: '1 / (1 + e^-x)',
    forward: e.sigmoid(x),
    gradient: (y, dy) => [e.mul(dy, e.mul(y, e.sub(1, y)))],
  },
  scaledTanh: {
    arity: 1,
    activation: true,
    formula: '1.7159 tanh(2x/3) (LeCun et al. 1998, appendix A)',
    forward: e.mul(1.7159, e.tanh(e.mul(2 / 3, x))),
    // dy A S (1 - (y/A)^2)
    gradient: (y, dy) => [e.mul(dy, e.sub(1.7159 * (2 / 3), e.mul(2 / 3 / 1.7159, e.mul(y, y))))],
  },
  leakyRelu: {
    arity: 1,
    activation: true,
    formula: 'x where x > 0, else alpha x; alpha 0.3 unless said',
    forward: (attrs) => e.select(e.greater(x, 0), x, e.mul(alphaOf(attrs, LEAK), x)),
    gradient: (_y, dy, attrs) => [e.select(e.greater(x, 0), dy, e.mul(alphaOf(attrs, LEAK), dy))],
  },
  elu: {
    arity: 1,
    activation: true,
    formula: 'x where x > 0, else alpha (e^x - 1); alpha 1 unless said',
    forward: (attrs) => e.select(e.greater(x, 0), x, e.mul(alphaOf(attrs, 1), e.expm1(x))),
    // Below 0: dy alpha e^x. It is dy (y + alpha) as well, which loses its digits where y nears -alpha.
    gradient: (_y, dy, attrs) => [
      e.select(e.greater(x, 0), dy, e.mul(dy, e.mul(alphaOf(attrs, 1), e.exp(x)))),
    ],
  },
  softplus: {
    arity: 1,
    activation: true,
    formula:
      'ln(1 + e^x), as max(x, 0) + ln(1 + e^-|x|) so that nothing overflows and the tail keeps its digits',
    forward: softplus,
    gradient: (_y, dy) => [e.mul(dy, e.sigmoid(x))],
  },
  selu: {
    arity: 1,
    activation: true,
    formula: '1.0507 x where x > 0, else 1.0507 1.6733 (e^x - 1)',
    forward: e.mul(SELU.scale, e.select(e.greater(x, 0), x, e.mul(SELU.alpha, e.expm1(x)))),
    gradient: (_y, dy) => [
      e.mul(dy, e.mul(SELU.scale, e.select(e.greater(x, 0), 1, e.mul(SELU.alpha, e.exp(x))))),
    ],
  },
  softsign: {
    arity: 1,
    activation: true,
    formula: 'x / (1 + |x|)',
    forward: e.div(x, e.add(1, e.abs(x))),
    // dy / (1 + |x|)^2
    gradient: (_y, dy) => [e.div(dy, e.mul(e.add(1, e.abs(x)), e.add(1, e.abs(x))))],
  },
  hardSigmoid: {
    arity: 1,
    activation: true,
    formula: 'alpha x + 1/2, at least 0 and at most 1; alpha 1/6 unless said',
    forward: (attrs) => rampOf(alphaOf(attrs, 1 / 6)),
    gradient: (y, dy, attrs) => [
      e.select(e.greater(y, 0), e.select(e.greater(1, y), e.mul(dy, alphaOf(attrs, 1 / 6)), 0), 0),
    ],
  },
  swish: {
    arity: 1,
    activation: true,
    formula: 'x / (1 + e^-x), also called SiLU',
    forward: e.mul(x, e.sigmoid(x)),
    // s + x s (1 - s), s the sigmoid
    gradient: (y, dy) => [e.mul(dy, e.add(e.sigmoid(x), e.mul(y, e.sigmoid(e.neg(x)))))],
  },
  hardSwish: {
    arity: 1,
    activation: true,
    formula: 'x times x / 6 + 1/2, that at least 0 and at most 1',
    forward: e.mul(x, rampOf(1 / 6)),
    gradient: (_y, dy) => [
      e.select(
        e.greater(x, -3),
        e.select(e.greater(3, x), e.mul(dy, e.add(e.mul(1 / 3, x), 0.5)), dy),
        0,
      ),
    ],
  },
  mish: {
    arity: 1,
    activation: true,
    formula: 'x tanh(ln(1 + e^x))',
    forward: e.mul(x, tanhOfSoftplus),
    // t + x (1 - t^2) s, t the hyperbolic tangent and s the sigmoid
    gradient: (_y, dy) => {
      const rest = e.sub(1, e.mul(tanhOfSoftplus, tanhOfSoftplus));
      return [e.mul(dy, e.add(tanhOfSoftplus, e.mul(e.mul(x, rest), e.sigmoid(x))))];
    },
  },
  gelu: {
    arity: 1,
    activation: true,
    formula: 'x times the share of a normal distribution below x: x/2 (1 + erf(x / sqrt 2))',
    forward: e.mul(x, normalBelow),
    gradient: (_y, dy) => [e.mul(dy, e.add(normalBelow, e.mul(x, normalDensity)))],
  },
} as const satisfies Record<string, Row>;
