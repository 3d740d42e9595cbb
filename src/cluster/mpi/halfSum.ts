/**
 * @file The sum over ranks in half the bytes: numbers travel as float16, and are added in float32.
 *
 * MPI has no sum of float16 that all libraries know. So each rank is sent its part of the numbers by all, adds
 * them up in the order of ranks and sends the sums to all: what a ring moves, 2 (n - 1) / n of the bytes. Each
 * number is rounded once before the sum and once after it, to 11 bits: the error of a sum is at most 2^-11 of
 * the sum of magnitudes and 2^-11 of itself. Beyond 65,504 there is no float16; a gradient so large is infinite,
 * and training says that it diverged. Called by `mpiThread.node.ts`.
 */
import { halfToNumber, numberToHalf } from '../../base/halfFloat.ts';
import type { MpiRanks } from './libraries.node.ts';

/** In place. */
export function halfSum(
  mpi: Pick<MpiRanks, 'rank' | 'allToAll' | 'allGather'>,
  numbers: Float32Array,
  size: number,
): void {
  const part = Math.ceil(numbers.length / size);
  const sent = new Uint16Array(part * size);
  for (let i = 0; i < numbers.length; i++) sent[i] = numberToHalf(numbers[i]);
  const received = new Uint16Array(part * size);
  mpi.allToAll(bytesOf(sent), bytesOf(received), 2 * part);
  const begin = mpi.rank() * part;
  for (let i = 0; i < part; i++) {
    let sum = 0;
    for (let r = 0; r < size; r++) sum += halfToNumber(received[r * part + i]);
    sent[begin + i] = numberToHalf(sum);
  }
  mpi.allGather(bytesOf(sent), 2 * part);
  for (let i = 0; i < numbers.length; i++) numbers[i] = halfToNumber(sent[i]);
}

const bytesOf = (numbers: Uint16Array) => new Uint8Array(numbers.buffer);
