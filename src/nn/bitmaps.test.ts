import { describe, expect, it } from 'vitest';
import { bitmapOf, codedCharacters, codeOf, distance, distanceTable } from './bitmaps.ts';

describe('bitmaps', () => {
  it('are 7x12, one for every printable character', () => {
    const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
    expect([...codedCharacters].sort()).toEqual(printable.sort());
    for (const character of codedCharacters) {
      const rows = bitmapOf(character);
      expect(rows, character).toHaveLength(12);
      for (const row of rows) expect(row, character).toMatch(/^[#.]{7}$/);
      expect(new Set(codeOf(character)), character).toEqual(
        new Set(character === ' ' ? [-1] : [-1, 1]),
      );
    }
  });

  it('are all different, and similar where the characters are', () => {
    const table = distanceTable(codedCharacters);
    table.forEach((row, i) => {
      row.forEach((d, j) => {
        if (i !== j) expect(d, `${codedCharacters[i]}${codedCharacters[j]}`).toBeGreaterThan(0);
      });
    });
    for (const [a, b] of ['0O', '1l', 'lI', 'EF', 'gq']) expect(distance(a, b)).toBeLessThan(14);
    // No two digits are nearer than a tenth of the pixels.
    const digits = distanceTable([...'0123456789']);
    expect(Math.min(...digits.flatMap((row, i) => row.filter((_, j) => i !== j)))).toBeGreaterThan(
      8,
    );
  });
});
