import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoted, self } from './words.ts';
import { proseWidth, wrapped } from './wrap.ts';

describe('prose', () => {
  it('is broken at words, below the first word of its line', () => {
    expect(wrapped('  - one two three four', 12)).toBe('  - one two\n    three\n    four');
    expect(wrapped('short\nlonger than ten', 10)).toBe('short\nlonger\nthan ten');
  });

  it('is not broken where nobody sees it broken, and tables are not', () => {
    const long = 'word '.repeat(60).trim();
    expect(proseWidth(undefined)).toBe(Number.POSITIVE_INFINITY);
    expect(proseWidth(0)).toBe(Number.POSITIVE_INFINITY);
    expect(wrapped(long, proseWidth(undefined))).toBe(long);
    expect([proseWidth(5), proseWidth(60), proseWidth(300)]).toEqual([20, 60, 100]);
    expect(wrapped('  one two    three four', 12)).toBe('  one two    three four');
    expect(wrapped('error: a b c d e f g h\n  expected: one two three', 20)).toBe(
      'error: a b c d e f g\nh\n  expected: one two\n  three',
    );
  });

  it('loses no word, and no line is too long that could be shorter', () => {
    const word = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 });
    const words = fc.array(
      word.filter((text) => /^[^\s-]+$/.test(text)),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(words, fc.integer({ min: 20, max: 60 }), (given, width) => {
        const lines = wrapped(given.join(' '), width).split('\n');
        expect(lines.join(' ')).toBe(given.join(' '));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('hints that can be typed', () => {
  it('call the command as it is called here', () => {
    const repository = { npm_package_name: 'fovea', npm_lifecycle_event: 'fovea' };
    expect(self(repository, '/x/src/cli/main.ts')).toBe('npm run -s fovea --');
    const project = { npm_package_name: 'digits', npm_lifecycle_event: 'start' };
    expect(self(project, '/x/node_modules/fovea/dist/cli/main.js')).toBe('npx fovea');
    expect(self({}, 'C:\\x\\node_modules\\.bin\\fovea')).toBe('npx fovea');
    expect(self({}, '/usr/local/lib/node_modules/fovea/dist/cli/main.js')).toBe('fovea');
    expect(self({}, '/usr/local/bin/fovea')).toBe('fovea');
  });

  it('quote what a shell would take apart', () => {
    expect(quoted('runs/lenet5')).toBe('runs/lenet5');
    expect(quoted('my runs/a"b$c')).toBe('"my runs/a\\"b\\$c"');
  });
});
