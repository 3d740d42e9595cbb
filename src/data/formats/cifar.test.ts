import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { behindDoor } from '../../../test/support/doors.ts';
import { parseCifar10 } from './cifar.ts';

/** One record whose planes count up from 0, 100 and 200. */
function record(label: number): Uint8Array {
  const bytes = new Uint8Array(3073);
  bytes[0] = label;
  for (let i = 0; i < 1024; i++) {
    bytes[1 + i] = i % 50;
    bytes[1025 + i] = 100 + (i % 50);
    bytes[2049 + i] = 200 + (i % 50);
  }
  return bytes;
}

const one = (bytes: Uint8Array) => parseCifar10([{ bytes, where: 'batch.bin' }]);

describe('CIFAR-10 records', () => {
  it('interleaves the planes, over several files', () => {
    const split = parseCifar10([
      { bytes: record(3), where: 'a' },
      { bytes: record(9), where: 'b' },
    ]);
    expect(split.count).toBe(2);
    expect([...split.labels]).toEqual([3, 9]);
    expect([...split.images.subarray(3072, 3078)]).toEqual([0, 100, 200, 1, 101, 201]);
    expect([...split.images.subarray(-3)]).toEqual([
      1023 % 50,
      100 + (1023 % 50),
      200 + (1023 % 50),
    ]);
  });

  it('refuses empty files, partial records and labels above 9', () => {
    expect(() => one(new Uint8Array(0))).toThrow('batch.bin: the file is empty');
    expect(() => one(record(1).subarray(0, 1000))).toThrow('1000 of 3073');
    expect(() => one(record(10))).toThrow('label 10 at position 0');
  });
});

behindDoor('FOVEA_EVIL', 'hostile CIFAR-10 files', (folder) => {
  const read = (name: string) => one(readFileSync(`${folder}/derived/cifar/${name}.bin`));
  it('reads the control', () => {
    expect([...read('valid-control').labels]).toEqual([3, 3]);
  });
  it('refuses the others', () => {
    expect(() => read('empty')).toThrow('empty');
    expect(() => read('partial-record')).toThrow('1000 of 3073');
  });
});
