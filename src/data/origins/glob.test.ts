import { describe, expect, it } from 'vitest';
import { nameMatcher } from './glob.ts';

describe('patterns of names', () => {
  it.each<[string, string, boolean]>([
    ['*.tar', 'a.tar', true],
    ['*.tar', 'a.tarx', false],
    ['*.tar', '.tar', true],
    ['a?c', 'abc', true],
    ['a?c', 'a\u{1f408}c', true],
    ['a?c', 'ac', false],
    ['train-{000..012}.tar', 'train-012.tar', true],
    ['train-{000..012}.tar', 'train-7.tar', true],
    ['train-{000..012}.tar', 'train-013.tar', false],
    ['{3..5}', '2', false],
    ['{3..5}', '3', true],
    ['{3..5}*', '31', false],
    ['{3..5}x', 'x', false],
    ['a.b+(c)[d]', 'a.b+(c)[d]', true],
    ['a.b', 'axb', false],
    ['**', '', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
  ])('%s and %s: %s', (pattern, name, fits) => {
    expect(nameMatcher(pattern)(name)).toBe(fits);
  });

  it('take no time, however many stars they have', () => {
    const name = `${'a'.repeat(250)}.tar`;
    expect(nameMatcher(`${'*a'.repeat(400)}*c`)(name)).toBe(false);
    expect(nameMatcher(`${'*a'.repeat(250)}*`)(name)).toBe(true);
    expect(() => nameMatcher('*'.repeat(1001))).toThrow(/1001 characters[\s\S]*at most 1000/);
  });
});

/** One shard with these entries; lists it. */
