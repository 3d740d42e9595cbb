import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { studyNames } from '../src/studies/index.ts';
import { type Found, PAGE, withFindings } from './studyTable.ts';

const found = (study: string, measured: string): Found => ({
  basis: { study, revision: 1, fovea: '0', form: 'full', settings: {}, digests: {} },
  seeds: 5,
  times: { seconds: 150 },
  findings: [{ claim: 'a | b', expected: 'yes', measured, verdict: 'undecided' }],
});

describe('the table of findings', () => {
  const page = readFileSync(PAGE, 'utf8');
  const rowsOf = (text: string) =>
    text.split('\n').filter((line) => /^\| `[\w-]+` \| .* min \|$/.test(line));

  it('takes new rows, keeps those of other studies, and stands in the order of the table of studies', () => {
    const empty = page.replace(/^\| `[\w-]+` \| .* min \|\n/gm, '');
    const two = withFindings(empty, [found('depth', '1'), found('pooling-noise', '2')]);
    expect(rowsOf(two)).toEqual([
      '| `pooling-noise` | a \\| b | yes | 2 | undecided | 5 | 3 min |',
      '| `depth` | a \\| b | yes | 1 | undecided | 5 | 3 min |',
    ]);
    const again = withFindings(two, [found('depth', '3')]);
    expect(rowsOf(again)[0]).toBe(rowsOf(two)[0]);
    expect(rowsOf(again)[1]).toContain('| 3 | undecided');
    expect(withFindings(again, [])).toBe(again);
  });

  it('is as the tool writes it, of studies that there are', () => {
    expect(withFindings(page, [])).toBe(page);
    for (const row of rowsOf(page)) expect(studyNames).toContain(/`([^`]+)`/.exec(row)?.[1]);
  });
});
