/**
 * @file The matrices of each variant: exact in float64, and better in float32 than the customary points.
 */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random.ts';
import {
  type Matrix,
  tileSide,
  transformsOf,
  transpose,
  VARIANTS,
  type Variant,
} from './variants.ts';

type Round = (x: number) => number;

function product(a: Matrix, b: Matrix, round: Round): number[][] {
  return a.map((row) =>
    b[0].map((_, j) => row.reduce((sum, v, k) => round(sum + round(round(v) * b[k][j])), 0)),
  );
}

/** matrix x square x matrix^T */
const transform = (matrix: Matrix, square: Matrix, round: Round): number[][] =>
  product(product(matrix, square, round), transpose(matrix), round);

function draw(random: RandomStream, rows: number): number[][] {
  return Array.from({ length: rows }, () =>
    Array.from({ length: rows }, () => Math.fround(random.normal())),
  );
}

type Sums = readonly [outputs: number[][], weights: number[][]];

/** y and dw of one tile over `channels`, and what they must be. */
function compute(variant: Omit<Variant, 'name'>, channels: number, round: Round, seed: number) {
  const { m, r } = variant;
  const side = tileSide(variant);
  const { inputs, kernel, outputs } = transformsOf(variant);
  const random = new RandomStream(seed, 'variants');
  const zeros = (n: number) => Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const [M, D, y, dw] = [zeros(side), zeros(side), zeros(m), zeros(r)];
  for (let c = 0; c < channels; c++) {
    const [x, w, dy] = [draw(random, side), draw(random, r), draw(random, m)];
    const V = transform(inputs, x, round);
    const U = transform(kernel, w, round);
    const Y = transform(transpose(outputs), dy, round);
    for (let i = 0; i < side; i++)
      for (let j = 0; j < side; j++) {
        M[i][j] = round(M[i][j] + round(V[i][j] * U[i][j]));
        D[i][j] = round(D[i][j] + round(V[i][j] * Y[i][j]));
      }
    for (let i = 0; i < m; i++)
      for (let j = 0; j < m; j++)
        for (let kh = 0; kh < r; kh++)
          for (let kw = 0; kw < r; kw++) {
            y[i][j] += x[i + kh][j + kw] * w[kh][kw];
            dw[kh][kw] += x[i + kh][j + kw] * dy[i][j];
          }
  }
  const computed: Sums = [transform(outputs, M, round), transform(transpose(kernel), D, round)];
  const exact: Sums = [y, dw];
  return { computed, exact };
}

/** The largest error relative to the largest value, of y and of dw. */
function errors(
  variant: Omit<Variant, 'name'>,
  channels: number,
  round: Round,
  seed = 1,
): number[] {
  const { computed, exact } = compute(variant, channels, round, seed);
  return computed.map((values, k) => {
    const [got, wanted] = [values.flat(), exact[k].flat()];
    const largest = Math.max(...wanted.map(Math.abs));
    return Math.max(...got.map((v, i) => Math.abs(v - wanted[i]))) / largest;
  });
}

describe.each(VARIANTS)('$name', (variant) => {
  it('is the convolution and, transposed, its kernel gradient', () => {
    for (const error of errors(variant, 3, (x) => x)) expect(error).toBeLessThan(1e-13);
  });

  it('takes side^2 products where the sum takes m^2 r^2', () => {
    const { inputs, kernel, outputs } = transformsOf(variant);
    const side = tileSide(variant);
    expect([inputs.length, inputs[0].length]).toEqual([side, side]);
    expect([kernel.length, kernel[0].length]).toEqual([side, variant.r]);
    expect([outputs.length, outputs[0].length]).toEqual([variant.m, side]);
  });

  it('has coefficients of A and B that float32 holds exactly', () => {
    const { inputs, outputs } = transformsOf(variant);
    for (const value of [...inputs.flat(), ...outputs.flat()])
      expect(Math.fround(value)).toBe(value);
  });
});

it('errs less with its points than with 0, 1, -1, 2, -2', () => {
  const customary = [0, 1, -1, 2, -2];
  for (const variant of VARIANTS.filter(({ points }) => points.length === 5)) {
    const sums = (points: readonly number[]): number[] =>
      Array.from({ length: 40 }, (_, seed) =>
        errors({ ...variant, points }, 64, Math.fround, seed),
      ).reduce((sum, [y, dw]) => [sum[0] + y, sum[1] + dw], [0, 0]);
    const [ours, theirs] = [sums(variant.points), sums(customary)];
    expect(ours[0] / theirs[0], `${variant.name}, forward`).toBeLessThan(0.75);
    expect(ours[1] / theirs[1], `${variant.name}, kernel gradient`).toBeLessThan(0.9);
  }
});
