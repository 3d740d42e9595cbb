import { describe, expect, it } from 'vitest';
import { mutantsOf } from './mutation/mutants.ts';
import { nearestTests } from './mutation/nearest.ts';
import { intervalOf } from './mutation/score.ts';

const all = (text: string) =>
  mutantsOf(text).map(
    ({ start, end, replacement }) => text.slice(0, start) + replacement + text.slice(end),
  );

describe('mutants', () => {
  it.each([
    ['a + b', [';', 'a - b']],
    [
      'const a = b < 3;',
      ['const a = b <= 3;', 'const a = b >= 3;', 'const a = b < (4);', 'const a = b < (2);'],
    ],
    ['const a = !b;', ['const a = (b);']],
    ['if (a) b();', ['if (true) b();', 'if (false) b();', 'if (a) ;']],
    ['const a = f(b, c);', ['const a = f(c, b);']],
    [
      'const a = (b as number) - -c;',
      ['const a = (b as number) + -c;', 'const a = (b as number) - (c);'],
    ],
    ['for (;;) a++;', ['for (;;) ;', 'for (;;) a--;']],
    ['let a = b ?? true;', ['let a = b && true;', 'let a = b ?? false;']],
  ])('of %s', (text, expected) => expect(all(text)).toEqual(expected));

  it('leave types and the words of errors alone', () => {
    expect(all('let a: 3; type B = 1 | 2; interface C { readonly d: -1 }')).toEqual([]);
    expect(all('throw f(1 + 2)')).toEqual([]);
    expect(all('const e = new FoveaError({ a: 1 + 2 });')).toEqual([]);
  });
});

describe('tests near a file', () => {
  it('are those that reach it, nearest first, its own before its neighbours', () => {
    const files = new Map([
      ['src/a/one.ts', ''],
      ['src/a/two.ts', "import { x } from './one.ts';\n"],
      ['src/b/far.test.ts', "import { x } from '../a/two.ts';\n"],
      ['src/b/near.test.ts', "import { x } from '../a/one.ts';\n"],
      ['src/a/one.test.ts', "import { x } from './one.ts';\n"],
      ['src/a/typed.test.ts', "import type { X } from './one.ts';\n"],
      ['src/a/other.test.ts', ''],
    ]);
    expect(nearestTests(files, 'src/a/one.ts')).toEqual([
      'src/a/one.test.ts',
      'src/b/near.test.ts',
      'src/b/far.test.ts',
    ]);
  });
});

it('an interval of 95 % holds the share and narrows with the sample', () => {
  const [low, high] = intervalOf({ noticed: 81, tried: 100 });
  expect(low).toBeCloseTo(0.7222, 3);
  expect(high).toBeCloseTo(0.8749, 3);
  const [lower, higher] = intervalOf({ noticed: 810, tried: 1000 });
  expect(higher - lower).toBeLessThan((high - low) / 3);
});
