/**
 * @file Recorded training runs whose tensors are too large to store: a formula gives the first values, and
 * a summary (sum, sum of squares, first eight) stands for each result.
 */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { lenetConnections } from '../../src/models/lenet5Of1998.ts';

export interface TensorSummary {
  readonly sum: number;
  readonly sumsq: number;
  readonly first: readonly number[];
  readonly shape: readonly number[];
}

export interface SummarizedRecording {
  readonly batch: number;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly seedBase: number;
  /** In the order of the layers. */
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly output1: TensorSummary;
  readonly grad1: Readonly<Record<string, TensorSummary>>;
  readonly final: Readonly<Record<string, TensorSummary>>;
}

export function readRecording(file: string): SummarizedRecording {
  return JSON.parse(readFileSync(file, 'utf8')) as SummarizedRecording;
}

/** value(i) = (2 frac(sin(i + 1 + 1000 seed) 43758.5453) - 1) scale */
export function scaledFormula(length: number, seed: number, scale: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    const wave = Math.sin(i + 1 + 1000 * seed) * 43758.5453;
    return (2 * (wave - Math.floor(wave)) - 1) * scale;
  });
}

/** By the formula, with a scale of sqrt(3 / fanIn); biases are 0. */
export function formulaValues(shape: readonly number[], seed: number): Float32Array {
  const length = shape.reduce((product, n) => product * n, 1);
  if (shape.length === 1) return new Float32Array(length);
  return scaledFormula(length, seed, Math.sqrt(3 / (length / shape[shape.length - 1])));
}

/** C3's kernel of 1998 as recorded, (5, 5, 6, 16), to the 60 kernels that exist: (5, 5, 60), map after map. */
export function connectedOf(dense: ArrayLike<number>): Float32Array {
  const places = lenetConnections.flatMap((maps, o) => maps.map((c) => c * 16 + o));
  return Float32Array.from(
    { length: 25 * places.length },
    (_, i) => dense[Math.floor(i / places.length) * 96 + places[i % places.length]],
  );
}

/**
 * The first eight within `tolerance` of the tensor's largest magnitude, the sum within `tolerance` of
 * sqrt(n sumsq) (what the magnitudes may sum to), the sum of squares within twice it.
 */
export function expectSummary(
  actual: ArrayLike<number>,
  expected: TensorSummary,
  tolerance: number,
  label: string,
): void {
  let sum = 0;
  let sumsq = 0;
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    sum += actual[i];
    sumsq += actual[i] * actual[i];
    largest = Math.max(largest, Math.abs(actual[i]));
  }
  const within = (received: number, wanted: number, scale: number, what: string) =>
    expect(
      Math.abs(received - wanted) / scale,
      `${label}: ${what} is ${received}, expected ${wanted}`,
    ).toBeLessThan(tolerance);
  expect(actual.length, label).toBe(expected.shape.reduce((product, n) => product * n, 1));
  expected.first.forEach((value, i) => {
    within(actual[i], value, largest, `element ${i}`);
  });
  within(sum, expected.sum, Math.sqrt(actual.length * expected.sumsq), 'the sum');
  within(sumsq, expected.sumsq, 2 * expected.sumsq, 'the sum of squares');
}
