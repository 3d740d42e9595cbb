import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Evaluation } from '../../train/evaluation/classification.ts';
import { firstRows, openOutput, table } from './output.ts';
import { confusionTable, perClassTable } from './words.ts';

afterEach(() => void vi.restoreAllMocks());

function printed(act: () => void): string {
  let text = '';
  const take = (part: string | Uint8Array) => {
    text += part;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  act();
  return text;
}

const evil = 'cat\u001b[2J\u009b31m';

describe('what is printed', () => {
  it('holds nothing that a terminal obeys', () => {
    const words = openOutput(false);
    const json = openOutput(true);
    const text = printed(() => {
      words.text(`${evil}\ntwo`);
      words.note(evil);
      json.data({ event: 'test', class: evil });
    });
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(text).toContain('cat\\u001b[2J\\u009b31m\ntwo\n');
    expect(JSON.parse(text.split('\n')[3])).toEqual({ event: 'test', class: evil });
  });

  it('has cells of one line and of a bounded length', () => {
    const lines = table([
      ['a\nb', '1'],
      ['x'.repeat(1e6), '22'],
    ]).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^a\\u000ab +1$/);
    expect(lines[1].length).toBeLessThan(170);
  });

  it('has the first rows of a long list', () => {
    const rows = [['a'], ['b'], ['c']];
    expect(firstRows(rows, 3)).toEqual(rows);
    expect(firstRows(rows, 2)).toEqual([['a'], ['b'], ['... and 1 more']]);
  });

  it('is short for 4,000 classes', () => {
    const classes = Array.from({ length: 4000 }, (_, i) => `class ${i}`);
    const evaluation = {
      classes,
      confusion: classes.map(() => []),
      perClass: classes.map((name) => ({
        class: name,
        precision: 1,
        recall: 1,
        f1: 1,
        support: 3,
      })),
    } as unknown as Evaluation;
    expect(confusionTable(evaluation)).toMatch(/4,000 classes is not printed: --json/);
    const text = perClassTable(evaluation);
    expect(text.split('\n')).toHaveLength(52);
    expect(text).toMatch(/\n\.\.\. and 3,950 more$/);
  });
});
