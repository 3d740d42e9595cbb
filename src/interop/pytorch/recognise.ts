/**
 * @file Whether bytes look like a file of PyTorch, or like a zip at all: nothing is unpacked.
 */
import { readZip } from '../../archives/zip.ts';
import { MOST_MODEL_BYTES } from '../source.ts';

/** Whether the bytes begin as a PyTorch file of before 2020: protocol 2, and its magic number as LONG1. */
export function isOldTorchFile(bytes: Uint8Array): boolean {
  return OLD_BEGINNING.every((byte, i) => bytes[i] === byte);
}

const OLD_BEGINNING = [
  0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
];

export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** Names of the files in a zip, without unpacking any; none where it cannot be read. */
export function zipNames(bytes: Uint8Array): readonly string[] {
  if (!isZip(bytes)) return [];
  try {
    return readZip(bytes, { where: '', most: MOST_MODEL_BYTES }).map(({ name }) => name);
  } catch {
    return [];
  }
}
