/**
 * @file Small IDX and CIFAR files, made in memory and on disk.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FileSet } from '../../src/data/dataset.ts';

/** An IDX file: its header and data as given, true or not. */
export function idxBytes(dims: readonly number[], data: Iterable<number>): Uint8Array {
  const elements = [...data];
  const bytes = new Uint8Array(4 + 4 * dims.length + elements.length);
  bytes.set([0, 0, 8, dims.length]);
  const view = new DataView(bytes.buffer);
  dims.forEach((extent, i) => {
    view.setUint32(4 + 4 * i, extent);
  });
  bytes.set(elements, 4 + 4 * dims.length);
  return bytes;
}

/** `count` values that repeat 0..period-1. */
export function ramp(count: number, period = 256): number[] {
  return Array.from({ length: count }, (_, i) => i % period);
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'fovea-data-'));
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A data set as MNIST is, of a few 4 x 3 pictures: its files by name and what is known of them. */
export function tinyIdxSet(mirrors: readonly string[] = []) {
  const contents: Record<string, Uint8Array> = {
    'train-images-idx3-ubyte': idxBytes([6, 4, 3], ramp(72)),
    'train-labels-idx1-ubyte': idxBytes([6], ramp(6, 3)),
    't10k-images-idx3-ubyte': idxBytes([2, 4, 3], ramp(24)),
    't10k-labels-idx1-ubyte': idxBytes([2], [2, 0]),
  };
  const packed = Object.fromEntries(
    Object.entries(contents).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
  );
  const set: FileSet = {
    folder: 'tiny',
    files: Object.entries(contents).map(([name, bytes]) => ({
      name,
      content: { bytes: bytes.length, sha256: sha256(bytes) },
      gzip: { bytes: packed[`${name}.gz`].length, sha256: sha256(packed[`${name}.gz`]) },
    })),
    source: { kind: 'files', mirrors },
  };
  return { contents, packed, set };
}

export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): void {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
}
