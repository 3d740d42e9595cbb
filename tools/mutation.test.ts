import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Choice,
  type Coverage,
  chosenTests,
  digestOf,
  packed,
  unpacked,
} from './mutation/coverage.ts';
import { equivalents, isEquivalent } from './mutation/equivalent.ts';
import { mutantsOf } from './mutation/mutants.ts';
import { nearestTests } from './mutation/nearest.ts';
import { placedMutants } from './mutation/placed.ts';
import { counted, regionsOf } from './mutation/regions.ts';
import { intervalOf, scoreLine } from './mutation/score.ts';

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
    ['const a = Math.max(b, c);', []],
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

describe('parts of a file', () => {
  const text =
    'const f = (a) => ({ a });\nfunction g(b) { if (b) return f(b) && h; else { q(); } }\n' +
    'switch (r) { case 1: case 2: s(b ? c : d); }';

  it('are its functions, blocks, cases and branches, the whole first', () => {
    expect(regionsOf(text).map(([start, end]) => text.slice(start, end))).toEqual([
      text,
      '{ a }',
      '{ if (b) return f(b) && h; else { q(); } }',
      'return f(b) && h;',
      'h',
      '{ q(); }',
      'case 2: s(b ? c : d);',
      'c',
      'd',
    ]);
  });

  it('count when they run, and do what they did', () => {
    const run = (r: number, b: boolean): unknown => {
      const hits: number[] = [];
      const foveaHit = (region: number) => hits.push(region);
      const code = counted(text, 10).replaceAll('globalThis.foveaHit?.', 'foveaHit');
      const body = `const [h, c, d] = [true, 1, 2]; ${code}; return [g(b), f(3)];`;
      const result: unknown = new Function('foveaHit', 'r', 'b', 'q', 's', body)(
        foveaHit,
        r,
        b,
        () => undefined,
        () => undefined,
      );
      return [result, hits];
    };
    expect(run(0, true)).toEqual([
      [true, { a: 3 }],
      [10, 12, 13, 11, 14, 11],
    ]);
    expect(run(2, false)).toEqual([
      [undefined, { a: 3 }],
      [10, 16, 18, 12, 15, 11],
    ]);
  });
});

describe('the tests of a mutant', () => {
  const source = 'const a = () => 1;\nconst b = () => 2;\n';
  const files = new Map([
    ['src/a.ts', source],
    ['src/a.test.ts', "import { a } from './a.ts';\n"],
    ['test/judge.test.ts', 'judges'],
    ['test/cheap.test.ts', 'cheap'],
    ['test/dear.test.ts', 'dear'],
  ]);
  const known = (file: string, ...milliseconds: number[]) => ({
    digest: digestOf(files.get(file) ?? ''),
    tests: milliseconds.map((ms, i) => ({ id: `${file} ${i}`, milliseconds: ms })),
  });
  const all = {
    'src/a.test.ts': '0-1',
    'test/judge.test.ts': '0-2',
    'test/cheap.test.ts': '0',
    'test/dear.test.ts': '0',
  };
  const coverage: Coverage = {
    tests: {
      'src/a.test.ts': known('src/a.test.ts', 5, 5),
      'test/judge.test.ts': known('test/judge.test.ts', 900, 900, 900),
      'test/cheap.test.ts': known('test/cheap.test.ts', 10),
      'test/dear.test.ts': known('test/dear.test.ts', 5000),
    },
    sources: {
      'src/a.ts': {
        digest: digestOf(source),
        regions: regionsOf(source),
        hits: [all, { 'src/a.test.ts': '1' }, { ...all, 'test/judge.test.ts': '0,2' }],
      },
    },
  };
  const [first, , second] = placedMutants('src/a.ts', source);
  const choice = {
    files,
    coverage,
    judges: ['test/judge.test.ts'],
    few: 3,
    milliseconds: 60_000,
  };
  const chosen = (mutant = second, changes: Partial<Choice> = {}) =>
    chosenTests('src/a.ts', mutant!, { ...choice, ...changes }).tests.map(({ file, tests }) => [
      file,
      tests?.map(({ id }) => id.at(-1)).join(''),
    ]);
  const changed = (file: string, text: string) => ({ files: new Map([...files, [file, text]]) });

  it('run its part: of the nearest files, of the judges, then the cheapest', () => {
    expect(chosen(first)).toEqual([['src/a.test.ts', '1']]);
    expect(chosen()).toEqual([
      ['src/a.test.ts', '01'],
      ['test/judge.test.ts', '02'],
      ['test/cheap.test.ts', '0'],
      ['test/dear.test.ts', '0'],
    ]);
  });

  it('are the cheapest of all where few files run its part', () => {
    expect(chosen(second, { few: 4 }).map(([file]) => file)).toEqual([
      'src/a.test.ts',
      'test/cheap.test.ts',
      'test/judge.test.ts',
      'test/dear.test.ts',
    ]);
  });

  it('are as many as the time allows, and the others are named', () => {
    const { tests, left } = chosenTests('src/a.ts', second!, { ...choice, milliseconds: 4000 });
    expect(tests.map(({ file }) => file)).toEqual([
      'src/a.test.ts',
      'test/judge.test.ts',
      'test/cheap.test.ts',
    ]);
    expect(left).toEqual(['test/dear.test.ts']);
  });

  it('are whole files where those are new, and any that ran the source where that is', () => {
    expect(chosen(first, changed('src/a.test.ts', "import './a.ts'; // new\n"))).toEqual([
      ['src/a.test.ts', undefined],
    ]);
    const found = chosen(first, changed('src/a.ts', `${source}\n`));
    expect(found[1]).toEqual(['test/judge.test.ts', '012']);
  });

  it('are written short', () => {
    expect(packed([0, 1, 2, 5, 7, 8])).toBe('0-2,5,7-8');
    expect(unpacked('0-2,5,7-8')).toEqual([0, 1, 2, 5, 7, 8]);
  });
});

it('a mutant says which of two alike on a line it is', () => {
  const columns = placedMutants('a.ts', '  a - b - c;').filter(({ piece }) => piece === '-');
  expect(columns.map(({ line, column }) => [line, column])).toEqual([
    [1, 9],
    [1, 5],
  ]);
});

it('a mutant keeps its name while lines around it change', () => {
  const keys = (text: string) => placedMutants('a.ts', text).map(({ key }) => key);
  const [one, two] = [keys('f(1);\nf(1);'), keys('// more\n\nf(1);\nf(1);')];
  expect(one).toEqual(two);
  expect(new Set(one).size).toBe(one.length);
});

it('equivalent mutants are of lines that are there, each of one', () => {
  for (const { file, line, above, becomes } of equivalents) {
    const matches = placedMutants(file, readFileSync(file, 'utf8')).filter(
      (mutant) =>
        mutant.lineText === line &&
        (above === undefined || mutant.above === above) &&
        (becomes === undefined || mutant.becomes === becomes),
    );
    expect(new Set(matches.map((mutant) => mutant.line)).size, `${file}: ${line}`).toBe(1);
    if (becomes !== undefined) expect(matches, becomes).toHaveLength(1);
    expect(matches.every(isEquivalent)).toBe(true);
  }
});

it('equivalent mutants are left out of the share', () => {
  const line = scoreLine('ops', { noticed: 9, tried: 12, equivalent: 2 }, 100);
  expect(line).toBe('| ops | 100 | 12 | 2 | 9 | 90 % | 60 % to 98 % |');
});

it('an interval of 95 % holds the share and narrows with the sample', () => {
  const [low, high] = intervalOf({ noticed: 81, tried: 100 });
  expect(low).toBeCloseTo(0.7222, 3);
  expect(high).toBeCloseTo(0.8749, 3);
  const [lower, higher] = intervalOf({ noticed: 810, tried: 1000 });
  expect(higher - lower).toBeLessThan((high - low) / 3);
});
