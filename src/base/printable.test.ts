import { describe, expect, it } from 'vitest';
import { FoveaError } from './errors.ts';
import { printable, printableLines, shortened, shownValue } from './printable.ts';

describe('foreign text', () => {
  it('loses what a terminal obeys, and nothing else', () => {
    expect(printable('cat\u001b[2J\u009b1m\u0007\u007f\n')).toBe(
      'cat\\u001b[2J\\u009b1m\\u0007\\u007f\\u000a',
    );
    expect(printable('txt.\u202egpj\u2066\u2028')).toBe('txt.\\u202egpj\\u2066\\u2028');
    expect(printable('half \ud83d')).toBe('half \\ud83d');
    expect(printable('Katze, 猫, \u0642\u0637\u0629, 🐈')).toBe(
      'Katze, 猫, \u0642\u0637\u0629, 🐈',
    );
  });

  it('keeps the lines of our own', () => {
    expect(printableLines('a\n\tb\r\u001b[0m')).toBe('a\n\tb\\u000d\\u001b[0m');
  });

  it('is cut where it is long, never within a character', () => {
    expect(shortened('12345', 5)).toBe('12345');
    expect(shortened('123456', 5)).toBe('12345... (1 characters more)');
    expect(shortened('1🐈23', 2)).toBe('1... (4 characters more)');
    expect(printable('x'.repeat(1e6)).length).toBeLessThan(250);
  });

  it('is shown as JSON, whatever it is', () => {
    const odd = { toString: 1 };
    expect(shownValue(odd)).toBe('{"toString":1}');
    expect(shownValue('a"\n')).toBe('"a\\"\\n"');
    expect([shownValue(undefined), shownValue(Number.NaN), shownValue(7n)]).toEqual([
      'undefined',
      'NaN',
      '7',
    ]);
    const circle: unknown[] = [];
    circle.push(circle);
    expect(shownValue(circle)).toBe('a value that has no JSON');
  });

  it('comes into errors in this form, and lists in part', () => {
    const error = new FoveaError({
      where: 'a\u001b]0;x\u0007\nb',
      problem: 'line\nof \u001b[31m',
      expected: 'name, '.repeat(4000),
    });
    expect(error.message).toContain('a\\u001b]0;x\\u0007\\u000ab: line\nof \\u001b[31m');
    expect(error.message).toMatch(/characters more\)$/);
    expect(error.message.length).toBeLessThan(2200);
    expect(error.parts.where).toContain('\u001b');
  });
});
