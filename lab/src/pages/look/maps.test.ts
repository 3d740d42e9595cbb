import { describe, expect, it } from 'vitest';
import { coordinatesOf, indexAt, keyTo, layoutOf, mapOf, placeOf } from './maps.ts';

const shape = [4, 5, 3];
const values = Float32Array.from({ length: 60 }, (_, i) => i);

describe('maps of an image', () => {
  it('hold one channel each, row by row', () => {
    const map = mapOf({ name: 'a', kind: 'conv2d', shape, values }, 2);
    expect(map).toHaveLength(20);
    expect(Array.from(map.subarray(0, 3))).toEqual([2, 5, 8]);
    expect(layoutOf({ shape })).toMatchObject({ maps: 3, rows: 4, columns: 5, isRow: false });
  });

  it('know where each number stands, and back', () => {
    for (const index of [0, 1, 17, 59]) {
      const { map, row, column } = placeOf(shape, index);
      expect(indexAt(shape, map, row, column)).toBe(index);
      expect(coordinatesOf(shape, index)).toEqual([row, column, map]);
    }
  });

  it('are gone through by keys, and never left', () => {
    const at = (map: number, row: number, column: number) => indexAt(shape, map, row, column)!;
    expect(keyTo(shape, at(1, 2, 3), 'ArrowRight')).toBe(at(1, 2, 4));
    expect(keyTo(shape, at(1, 2, 4), 'ArrowRight')).toBe(at(1, 2, 4));
    expect(keyTo(shape, at(1, 0, 0), 'ArrowUp')).toBe(at(1, 0, 0));
    expect(keyTo(shape, at(1, 2, 3), 'PageDown')).toBe(at(2, 2, 3));
    expect(keyTo(shape, at(0, 2, 3), 'PageUp')).toBe(at(0, 2, 3));
    expect(keyTo(shape, at(1, 2, 3), 'End')).toBe(at(1, 3, 4));
    expect(keyTo(shape, 0, 'a')).toBeUndefined();
  });
});

describe('a row of numbers', () => {
  it('is wrapped, and 84 are a bitmap', () => {
    expect(layoutOf({ shape: [84] })).toMatchObject({ rows: 12, columns: 7, maps: 1 });
    expect(layoutOf({ shape: [120] })).toMatchObject({ rows: 3, columns: 42 });
    expect(layoutOf({ shape: [1, 1, 120] })).toMatchObject({ rows: 3, columns: 42, isRow: true });
    expect(layoutOf({ shape: [10] })).toMatchObject({ rows: 1, columns: 10 });
  });

  it('ends where it ends', () => {
    expect(indexAt([120], 0, 2, 35)).toBe(119);
    expect(indexAt([120], 0, 2, 36)).toBeUndefined();
    expect(keyTo([120], 119, 'ArrowRight')).toBe(119);
    const row = Float32Array.from({ length: 120 }, () => 1);
    const map = mapOf({ name: 'd', kind: 'dense', shape: [120], values: row }, 0);
    expect([map[119], map[120]]).toEqual([1, Number.NaN]);
  });
});
