/**
 * @file What a training set looks like on the whole: the mean picture and how its colours vary.
 *
 * The mean is what 2012 subtracts; the principal components of the colours feed `augment/pca.ts`. Sums are
 * float64 in the order of the rows, so that the same set always gives the same numbers.
 */
import type { ImageShape } from '../base/shape.ts';
import type { MeanKind } from './augment/index.ts';
import type { PrincipalColours } from './augment/transform.ts';

/** Sums over pictures of one size, picture by picture. */
export class TrainingStatistics {
  readonly #shape: ImageShape;
  /** (H, W, C): sums of pixel values. */
  readonly #sums: Float64Array;
  /** (C, C): sums of products of channels. */
  readonly #products: Float64Array;
  #count = 0;

  constructor(shape: ImageShape) {
    this.#shape = shape;
    this.#sums = new Float64Array(shape[0] * shape[1] * shape[2]);
    this.#products = new Float64Array(shape[2] * shape[2]);
  }

  /** Takes in one picture, (H, W, C). */
  add(pixels: ArrayLike<number>): void {
    const channels = this.#shape[2];
    for (let i = 0; i < this.#sums.length; i += channels) {
      for (let a = 0; a < channels; a++) {
        const value = pixels[i + a];
        this.#sums[i + a] += value;
        for (let b = 0; b <= a; b++) this.#products[a * channels + b] += value * pixels[i + b];
      }
    }
    this.#count++;
  }

  /** In pixel values, rounded to hundredths: C numbers, or H W C. */
  mean(kind: MeanKind): number[] {
    const mean =
      kind === 'pixel' ? Array.from(this.#sums, (sum) => sum / this.#count) : this.#channelMeans();
    return mean.map((value) => Math.round(100 * value) / 100);
  }

  /** Eigenvectors and eigenvalues of the covariance of the channels, largest first. */
  colours(): PrincipalColours {
    const channels = this.#shape[2];
    const means = this.#channelMeans();
    const pixels = this.#count * this.#shape[0] * this.#shape[1];
    const covariance = means.map((_, a) =>
      means.map((_, b) => {
        const [row, column] = a >= b ? [a, b] : [b, a];
        return this.#products[row * channels + column] / pixels - means[a] * means[b];
      }),
    );
    return eigenOf(covariance);
  }

  #channelMeans(): number[] {
    const channels = this.#shape[2];
    const sums = new Array<number>(channels).fill(0);
    this.#sums.forEach((sum, i) => {
      sums[i % channels] += sum;
    });
    return sums.map((sum) => sum / (this.#count * this.#shape[0] * this.#shape[1]));
  }
}

/** Of a symmetric matrix, by Jacobi's rotations: each makes one pair of off-diagonal entries zero. */
export function eigenOf(symmetric: readonly (readonly number[])[]): PrincipalColours {
  const n = symmetric.length;
  const a = symmetric.map((row) => [...row]);
  const v = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0))); // columns are the vectors
  for (let sweep = 0; sweep < 50; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        off += a[p][q] ** 2;
        if (a[p][q] !== 0) rotatePair(a, v, p, q);
      }
    }
    if (off < 1e-24) break;
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return {
    values: order.map((i) => Math.max(0, a[i][i])),
    vectors: order.map((i) => upright(v.map((row) => row[i]))),
  };
}

/** A <- J^T A J and V <- V J, with the rotation J of axes p and q that makes A[p][q] zero. */
function rotatePair(a: number[][], v: number[][], p: number, q: number): void {
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const tan = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cos = 1 / Math.hypot(tan, 1);
  const sin = tan * cos;
  const turn = (rows: number[][]) => {
    for (const row of rows) {
      const [x, y] = [row[p], row[q]];
      row[p] = cos * x - sin * y;
      row[q] = sin * x + cos * y;
    }
  };
  turn(a);
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[p][i], a[q][i]];
    a[p][i] = cos * x - sin * y;
    a[q][i] = sin * x + cos * y;
  }
  turn(v);
}

/** Of the two directions of a line, the one whose numbers sum to more than zero. */
function upright(vector: readonly number[]): number[] {
  const sign = vector.reduce((sum, x) => sum + x, 0) < 0 ? -1 : 1;
  return vector.map((x) => sign * x);
}
