/**
 * @file Principal component analysis: the directions in which rows of numbers vary most, and the rows along them.
 *
 * A small subspace is multiplied by the covariance, which is never written down, until it lies along the first
 * directions (subspace iteration), and turned within itself to them (Rayleigh, Ritz; Jacobi's rotations). Float64, the
 * same numbers every time; a direction's sign is that which makes its largest number positive. Halko et al. 2011,
 * section 4.5. Next stop: `embedding.ts`.
 */
import { RandomStream } from '../../base/random.ts';

export interface Principal {
  /** (rows, count): rows along the directions, from their mean. */
  readonly points: Float64Array;
  /** Of each direction its share of the variance; 0 where nothing varies. */
  readonly shares: readonly number[];
}

/** Directions beside those asked for, so that these settle soon. */
const SPARE = 8;
const STEPS = 500;
const SETTLED = 1e-12;
/** Of the first subspace among all uses of a seed. */
const START = 0x9ca1;

/** `data`: (rows, columns). At most as many directions as there are columns. */
export function principal(data: Float32Array, columns: number, count = 2): Principal {
  const rows = data.length / columns;
  const x = centred(data, columns);
  const total = x.reduce((sum, value) => sum + value * value, 0);
  const width = Math.min(columns, count + SPARE);
  if (!(total > 0)) {
    return { points: new Float64Array(rows * count), shares: new Array<number>(count).fill(0) };
  }
  const random = new RandomStream(0, START);
  let basis: Float64Array[] = Array.from({ length: width }, () =>
    Float64Array.from({ length: columns }, () => random.normal()),
  );
  let variances: readonly number[] = [];
  for (let step = 0; step < STEPS; step++) {
    if (step > 0) basis = basis.map((axis) => columnsAlong(x, rowsAlong(x, axis), columns));
    orthonormalise(basis);
    const along = basis.map((direction) => rowsAlong(x, direction));
    const { values, vectors } = eigenOf(along.map((a) => along.map((b) => dot(a, b))));
    const before = variances;
    variances = values;
    basis = combined(basis, vectors);
    const isSettled = values
      .slice(0, count)
      .every((value, i) => Math.abs(value - (before[i] ?? 0)) <= SETTLED * total);
    if (isSettled) break;
  }
  const axes = basis.slice(0, count).map(withSign);
  const points = new Float64Array(rows * count);
  axes.forEach((axis, k) => {
    rowsAlong(x, axis).forEach((value, row) => {
      points[row * count + k] = value;
    });
  });
  return { points, shares: Array.from({ length: count }, (_, k) => (variances[k] ?? 0) / total) };
}

function centred(data: Float32Array, columns: number): Float64Array {
  const mean = new Float64Array(columns);
  const rows = data.length / columns;
  data.forEach((value, i) => {
    mean[i % columns] += value / rows;
  });
  return Float64Array.from(data, (value, i) => value - mean[i % columns]);
}

function rowsAlong(x: Float64Array, direction: Float64Array): Float64Array {
  const columns = direction.length;
  const along = new Float64Array(x.length / columns);
  for (let row = 0; row < along.length; row++) {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += x[row * columns + c] * direction[c];
    along[row] = sum;
  }
  return along;
}

function columnsAlong(x: Float64Array, along: Float64Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  along.forEach((weight, row) => {
    for (let c = 0; c < columns; c++) sums[c] += weight * x[row * columns + c];
  });
  return sums;
}

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

/** Gram and Schmidt, twice, since once leaves what rounding made. A direction that vanishes becomes zero. */
function orthonormalise(basis: readonly Float64Array[]): void {
  basis.forEach((direction, k) => {
    const size = Math.sqrt(dot(direction, direction));
    for (let pass = 0; pass < 2; pass++) {
      for (const before of basis.slice(0, k)) {
        const share = dot(before, direction);
        for (let i = 0; i < direction.length; i++) direction[i] -= share * before[i];
      }
    }
    const left = Math.sqrt(dot(direction, direction));
    const scale = left > 1e-12 * size ? 1 / left : 0;
    for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  });
}

function combined(basis: readonly Float64Array[], vectors: readonly (readonly number[])[]) {
  return vectors.map((weights) =>
    Float64Array.from({ length: basis[0]?.length ?? 0 }, (_, i) =>
      weights.reduce((sum, weight, k) => sum + weight * basis[k][i], 0),
    ),
  );
}

function withSign(axis: Float64Array): Float64Array {
  const largest = axis.reduce(
    (most, value) => (Math.abs(value) > Math.abs(most) ? value : most),
    0,
  );
  return largest < 0 ? axis.map((value) => -value) : axis;
}

/** Eigenvalues of a small symmetric matrix, the largest first, with their vectors: Jacobi's rotations. */
export function eigenOf(matrix: readonly (readonly number[])[]) {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = a.map((_, i) => a.map((__, k) => (i === k ? 1 : 0)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p][q] === 0) continue;
        off += a[p][q] ** 2;
        const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        rotate(a, v, p, q, c, t * c);
      }
    }
    if (off < 1e-300) break;
  }
  const order = a.map((_, i) => i).sort((i, k) => a[k][k] - a[i][i]);
  return {
    values: order.map((i) => a[i][i]),
    vectors: order.map((i) => v.map((row) => row[i])),
  };
}

function rotate(a: number[][], v: number[][], p: number, q: number, c: number, s: number): void {
  for (const row of a) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
  const [first, second] = [a[p], a[q]];
  a[p] = first.map((value, i) => c * value - s * second[i]);
  a[q] = first.map((value, i) => s * value + c * second[i]);
  for (const row of v) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
}
