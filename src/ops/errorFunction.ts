/**
 * @file The error function as an expression, and one minus it.
 *
 *   erf(x) = 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x
 *
 * From 1/2 on by the Chebyshev fit of Press et al., Numerical Recipes, 6.2 (relative error of the complement below
 * 1.2e-7); nearer to 0, where that has no digits left, by its power series. Read by `activations.ts`, `elementwise.ts`.
 */
import * as e from './expression.ts';

const FIT = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
];

/** (-1)^n / (n! (2n + 1)), of x^(2n + 1) */
const SERIES = [1, -1 / 3, 1 / 10, -1 / 42, 1 / 216, -1 / 1320, 1 / 9360];

/** Coefficients from the lowest power on, by Horner's rule. */
function polynomial(coefficients: readonly number[], of: e.Expression): e.Expression {
  const terms = coefficients.map((c): e.Expression => e.constant(c));
  return terms.reduceRight((sum, c) => e.add(c, e.mul(of, sum)));
}

/** 1 - erf(z) for z >= 0. */
export function complement(z: e.Expression): e.Expression {
  const t = e.div(1, e.add(1, e.mul(0.5, z)));
  return e.mul(t, e.exp(e.sub(polynomial(FIT, t), e.mul(z, z))));
}

export function erf(x: e.Expression): e.Expression {
  const large = e.sub(1, complement(e.abs(x)));
  const near = e.mul(x, e.mul(2 / Math.sqrt(Math.PI), polynomial(SERIES, e.mul(x, x))));
  const far = e.select(e.greater(x, 0), large, e.neg(large));
  return e.select(e.greater(0.5, e.abs(x)), near, far);
}
