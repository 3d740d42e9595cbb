/**
 * @file CIFAR-10's binary version: records of 3,073 bytes and nothing else.
 *
 *   label | 1,024 red | 1,024 green | 1,024 blue      each plane row by row, 32 x 32
 *
 * The planes are interleaved here, once, into (count, 32, 32, 3): channels last as everywhere else.
 * Next stop: `../batches/batches.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { Split } from '../dataset.ts';
import { checkLabels } from './idx.ts';

export const CIFAR_SIDE = 32;
const PLANE = CIFAR_SIDE * CIFAR_SIDE;
const RECORD = 1 + 3 * PLANE;
const CLASSES = 10;

/** Reads one file of records, or several as if they were one. */
export function parseCifar10(
  files: readonly { readonly bytes: Uint8Array; readonly where: string }[],
): Split {
  const counts = files.map(({ bytes, where }) => countRecords(bytes, where));
  const count = counts.reduce((sum, n) => sum + n, 0);
  const images = new Uint8Array(count * 3 * PLANE); // (count, 32, 32, 3)
  const labels = new Uint8Array(count);
  let start = 0;
  files.forEach(({ bytes, where }, f) => {
    for (let record = 0; record < counts[f]; record++) {
      labels[start + record] = bytes[record * RECORD];
      interleave(bytes, record * RECORD + 1, images, (start + record) * 3 * PLANE);
    }
    checkLabels(labels.subarray(start, start + counts[f]), CLASSES, where);
    start += counts[f];
  });
  return { count, images, labels };
}

function countRecords(bytes: Uint8Array, where: string): number {
  if (bytes.length > 0 && bytes.length % RECORD === 0) return bytes.length / RECORD;
  throw new FoveaError({
    where,
    problem:
      bytes.length === 0
        ? 'the file is empty'
        : `${bytes.length} bytes: the last record has ${bytes.length % RECORD} of ${RECORD}`,
    expected: `whole CIFAR-10 records of ${RECORD} bytes (1 label + 3 planes of 32 x 32)`,
    fix: 'fetch the binary version again',
  });
}

/** Three planes at `from` become 1,024 pixels of three bytes at `to`. */
function interleave(bytes: Uint8Array, from: number, images: Uint8Array, to: number): void {
  for (let i = 0; i < PLANE; i++) {
    images[to + 3 * i] = bytes[from + i];
    images[to + 3 * i + 1] = bytes[from + PLANE + i];
    images[to + 3 * i + 2] = bytes[from + 2 * PLANE + i];
  }
}
