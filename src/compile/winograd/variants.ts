/**
 * @file Winograd's fast convolution: the variants, and their transforms as matrices.
 *
 * F(m x m, r x r) computes m x m outputs of an r x r kernel from a tile of a x a inputs, a = m + r - 1, with a^2
 * multiplications where the sum itself takes m^2 r^2:
 *
 *   y  = A^T [ (G w G^T) . (B^T x B) ] A         . is element by element, summed over channels
 *   dw = G^T [ (A dy A^T) . (B^T x B) ] G        its adjoint in w, summed over tiles and images
 *
 * The matrices follow from a - 1 distinct points and the point at infinity (Toom-Cook): row j of B^T holds the
 * coefficients of the product of (t - p_l) over l != j, A^T the powers of the points, G the powers over
 * N_j = product of (p_j - p_l). Sources: Winograd, Arithmetic Complexity of Computations (1980); Lavin and Gray,
 * https://arxiv.org/abs/1509.09308; Barabasz et al. on points and errors, https://arxiv.org/abs/1803.10986.
 * Both compiled backends read them. Next stops: `backends/wasm/program/plan.ts`, `backends/webgpu/emit/winograd/`.
 */
import { at, first } from '../../base/lists.ts';

/** Where a backend takes it: where it counts a gain, never, or wherever a variant fits, for tests and comparisons. */
export type WinogradUse = 'auto' | 'off' | 'always';

export type Matrix = readonly (readonly number[])[];

export type VariantName = 'F(2x2,3x3)' | 'F(4x4,3x3)' | 'F(5x5,3x3)' | 'F(2x2,5x5)' | 'F(4x4,5x5)';

export interface Variant {
  readonly name: VariantName;
  /** Outputs per tile and side. */
  readonly m: number;
  /** Kernel side. */
  readonly r: number;
  /** The finite points; infinity is always one more. */
  readonly points: readonly number[];
}

/**
 * All coefficients of A and B are exact in float32, pairs of opposite sign share half of their work, and the
 * error is a quarter to a half less than the customary 0, 1, -1, 2, -2 give (`variants.test.ts`). Several such
 * choices are as good.
 */
const SIX_POINTS = [0, 0.625, -0.625, 1.25, -1.25];

/**
 * Errors are three to four times those of six points (`test/conformance/winograd.test.ts` states them). No other
 * choice we tried is better by more than a tenth, and a factor of 1 costs nothing.
 */
const EIGHT_POINTS = [0, 1, -1, 0.5, -0.5, 2, -2];

export const VARIANTS: readonly Variant[] = [
  { name: 'F(2x2,3x3)', m: 2, r: 3, points: [0, 1, -1] },
  { name: 'F(4x4,3x3)', m: 4, r: 3, points: SIX_POINTS },
  { name: 'F(5x5,3x3)', m: 5, r: 3, points: EIGHT_POINTS.slice(0, 6) },
  { name: 'F(2x2,5x5)', m: 2, r: 5, points: SIX_POINTS },
  { name: 'F(4x4,5x5)', m: 4, r: 5, points: EIGHT_POINTS },
];

export function variantOf(name: VariantName): Variant {
  const found = VARIANTS.find((v) => v.name === name);
  if (found === undefined) throw new Error(`internal error: no Winograd variant ${name}`);
  return found;
}

/** Side of a tile of inputs. */
export const tileSide = ({ m, r }: Pick<Variant, 'm' | 'r'>): number => m + r - 1;

export interface Transforms {
  /** a x a */
  readonly inputs: Matrix;
  /** a x r: G */
  readonly kernel: Matrix;
  /** m x a: A^T */
  readonly outputs: Matrix;
}

export function transformsOf({ m, r, points }: Omit<Variant, 'name'>): Transforms {
  const side = tileSide({ m, r });
  const powers = (p: number, count: number): number[] =>
    Array.from({ length: count }, (_, k) => p ** k);
  const infinity = (count: number): number[] => powers(0, count).reverse();
  const others = (j: number): number[] => points.filter((_, l) => l !== j);
  const scale = points.map((p, j) => others(j).reduce((product, q) => product * (p - q), 1));
  const widened = (row: readonly number[]): number[] =>
    Array.from({ length: side }, (_, k) => row[k] ?? 0);
  return {
    inputs: [...points.map((_, j) => widened(monic(others(j)))), monic(points)],
    kernel: [
      ...points.map((p, j) => powers(p, r).map((v) => v / at(scale, j, 'point'))),
      infinity(r),
    ],
    outputs: transpose([...points.map((p) => powers(p, m)), infinity(m)]),
  };
}

/** Coefficients of the product of (t - p), lowest power first. */
function monic(points: readonly number[]): number[] {
  let product = [1];
  for (const p of points) {
    const shifted = [0, ...product];
    product = shifted.map((v, k) => v - p * (product[k] ?? 0));
  }
  return product;
}

export function transpose(matrix: Matrix): Matrix {
  return first(matrix, 'row').map((_, column) => matrix.map((row) => at(row, column, 'column')));
}
