/**
 * @file Kernels of the file as layers want them: straight from its bytes into the memory where they stay.
 *
 * A large model is hardly more than these, so no second copy of a whole kernel is made on the way. Before: `step.ts`. Next
 * stop: `rows.ts`, `windows.ts`.
 */
import { sizeOf } from '../../../base/shape.ts';
import type { FileNumbers } from './step.ts';

/** Rows of the file that are turned at once: they and the columns that they become stay in the cache. */
const BLOCK = 32;

/** The file's (N, K) as (K, N); number k of a row goes to row `places[k]`, or k. */
export function turnedKernel(
  { shape, copy }: Pick<FileNumbers, 'shape' | 'copy'>,
  N: number,
  places: Int32Array | undefined,
): Float32Array {
  const size = sizeOf(shape);
  const K = N === 0 ? 0 : size / N;
  const kernel = new Float32Array(size);
  const scratch = new Float32Array(Math.min(BLOCK, N) * K);
  for (let block = 0; block < N; block += BLOCK) {
    const rows = Math.min(BLOCK, N - block);
    const numbers = scratch.subarray(0, rows * K);
    copy(block * K, numbers);
    for (let k = 0; k < K; k++) {
      const to = (places === undefined ? k : (places[k] ?? 0)) * N + block;
      for (let row = 0; row < rows; row++) kernel[to + row] = numbers[row * K + k] ?? 0;
    }
  }
  return kernel;
}

/** The file's (K, N), row k where `places[k]` says, or as it stands. */
export function placedRows(
  { shape, copy }: Pick<FileNumbers, 'shape' | 'copy'>,
  K: number,
  places: Int32Array | undefined,
): Float32Array {
  const kernel = new Float32Array(sizeOf(shape));
  if (places === undefined) {
    copy(0, kernel);
    return kernel;
  }
  const N = kernel.length / places.length;
  for (let k = 0; k < K; k++) {
    const to = (places[k] ?? 0) * N;
    copy(k * N, kernel.subarray(to, to + N));
  }
  return kernel;
}
