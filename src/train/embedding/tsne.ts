/**
 * @file t-SNE: rows of many numbers as points of a plane, so that who is near whom stays; distances between groups mean
 * little.
 *
 * Every pair is looked at, so a few thousand rows are the most. The same seed gives the same points. Van der Maaten,
 * Hinton 2008; the momentum, gains and early exaggeration of its reference implementation. Next stop: `embedding.ts`.
 */
import { RandomStream } from '../../base/random.ts';

export interface TsneOptions {
  /** About how many neighbours each row has; default 30, of few rows a third of them. */
  readonly perplexity?: number | undefined;
  /** Default 500. */
  readonly steps?: number | undefined;
  /** Of the first points; default 0. */
  readonly seed?: number | undefined;
  /** Called between steps; a page stays alive where it waits in there. */
  readonly pause?: (() => Promise<void>) | undefined;
}

export interface Tsne {
  /** (rows, 2) */
  readonly points: Float64Array;
  /** Kullback and Leibler's divergence of the plane's neighbours from the rows': 0 would be all of it kept. */
  readonly divergence: number;
}

const EXAGGERATION = { factor: 12, steps: 120 };
const MOMENTUM = { before: 0.5, after: 0.8 };
/** Of the first points among all uses of a seed. */
const START = 0x75fe;

interface Workspace {
  /** (rows, rows) */
  readonly p: Float64Array;
  readonly near: Float64Array;
  /** (rows, 2) */
  readonly points: Float64Array;
  readonly gradient: Float64Array;
}

/** `data`: (rows, columns). */
export async function tsne(
  data: Float32Array,
  columns: number,
  options: TsneOptions = {},
): Promise<Tsne> {
  const n = data.length / columns;
  const { steps = 500, seed = 0, pause } = options;
  const { perplexity = Math.min(30, Math.max(2, (n - 1) / 3)) } = options;
  const p = affinities(squaredDistances(data, columns), n, perplexity);
  const random = new RandomStream(seed, START);
  const points = Float64Array.from({ length: 2 * n }, () => 1e-4 * random.normal());
  const gradient = new Float64Array(2 * n);
  const space = { p, points, gradient, near: new Float64Array(n * n) };
  const speed = new Float64Array(2 * n);
  const gains = new Float64Array(2 * n).fill(1);
  const rate = Math.max(50, n / EXAGGERATION.factor);
  for (let step = 0; step < steps; step++) {
    const isEarly = step < EXAGGERATION.steps;
    slope(space, isEarly ? EXAGGERATION.factor : 1);
    const momentum = isEarly ? MOMENTUM.before : MOMENTUM.after;
    for (let i = 0; i < points.length; i++) {
      const against = gradient[i] > 0 !== speed[i] > 0;
      gains[i] = Math.max(0.01, against ? gains[i] + 0.2 : 0.8 * gains[i]);
      speed[i] = momentum * speed[i] - rate * gains[i] * gradient[i];
      points[i] += speed[i];
    }
    centre(points);
    if (pause !== undefined) await pause();
  }
  return { points, divergence: divergenceOf(space) };
}

function squaredDistances(data: Float32Array, columns: number): Float64Array {
  const n = data.length / columns;
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) {
        const difference = data[i * columns + c] - data[j * columns + c];
        sum += difference * difference;
      }
      distances[i * n + j] = sum;
      distances[j * n + i] = sum;
    }
  }
  return distances;
}

/**
 * p[i, j], which add up to 1: how likely i takes j for its neighbour, both ways round. Each row's bell is as wide as gives
 * the perplexity, found by halving.
 */
export function affinities(distances: Float64Array, n: number, perplexity: number): Float64Array {
  const p = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = distances.subarray(i * n, (i + 1) * n);
    p.set(neighbours(row, i, Math.log(perplexity)), i * n);
  }
  const both = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      both[i * n + j] = Math.max((p[i * n + j] + p[j * n + i]) / (2 * n), i === j ? 0 : 1e-12);
    }
  }
  return both;
}

/** Of one row: weights exp(-b d) over their sum, with the b whose entropy is `wanted`. */
function neighbours(distances: Float64Array, self: number, wanted: number): Float64Array {
  let least = Number.POSITIVE_INFINITY;
  distances.forEach((d, j) => {
    if (j !== self) least = Math.min(least, d);
  });
  let [low, high, b] = [0, Number.POSITIVE_INFINITY, 1];
  let weights = new Float64Array(distances.length);
  for (let step = 0; step < 100; step++) {
    // Less the least of them, so that the nearest never vanishes.
    weights = distances.map((d, j) => (j === self ? 0 : Math.exp(-b * (d - least))));
    const sum = weights.reduce((all, w) => all + w, 0);
    const mean = weights.reduce((all, w, j) => all + w * (distances[j] - least), 0) / sum;
    const entropy = Math.log(sum) + b * mean;
    weights = weights.map((w) => w / sum);
    if (Math.abs(entropy - wanted) < 1e-7) break;
    if (entropy > wanted) low = b;
    else high = b;
    b = high === Number.POSITIVE_INFINITY ? 2 * b : (low + high) / 2;
  }
  return weights;
}

/** 1 / (1 + d^2) of every pair i < j into `near`; gives their sum, both ways round. */
function nearness(points: Float64Array, near: Float64Array): number {
  const n = points.length / 2;
  let all = 0;
  for (let i = 0; i < n; i++) {
    const x = points[2 * i];
    const y = points[2 * i + 1];
    for (let j = i + 1; j < n; j++) {
      const dx = x - points[2 * j];
      const dy = y - points[2 * j + 1];
      const value = 1 / (1 + dx * dx + dy * dy);
      near[i * n + j] = value;
      all += 2 * value;
    }
  }
  return all;
}

/** 4 sum (f p - q) (y_i - y_j) / (1 + d^2) into `gradient`, f the exaggeration. */
function slope({ p, near, points, gradient }: Workspace, factor: number): void {
  const n = points.length / 2;
  const all = nearness(points, near);
  gradient.fill(0);
  for (let i = 0; i < n; i++) {
    let sumX = 0;
    let sumY = 0;
    for (let j = i + 1; j < n; j++) {
      const value = near[i * n + j];
      const pull = 4 * (factor * p[i * n + j] - value / all) * value;
      const x = pull * (points[2 * i] - points[2 * j]);
      const y = pull * (points[2 * i + 1] - points[2 * j + 1]);
      sumX += x;
      sumY += y;
      gradient[2 * j] -= x;
      gradient[2 * j + 1] -= y;
    }
    gradient[2 * i] += sumX;
    gradient[2 * i + 1] += sumY;
  }
}

/** sum p log(p / q) */
function divergenceOf({ p, near, points }: Workspace): number {
  const n = points.length / 2;
  const all = nearness(points, near);
  let divergence = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const share = p[i * n + j];
      divergence += 2 * share * Math.log((share * all) / near[i * n + j]);
    }
  }
  return divergence;
}

function centre(points: Float64Array): void {
  const n = points.length / 2;
  for (const axis of [0, 1]) {
    let mean = 0;
    for (let i = axis; i < points.length; i += 2) mean += points[i] / n;
    for (let i = axis; i < points.length; i += 2) points[i] -= mean;
  }
}
