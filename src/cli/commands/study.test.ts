import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../../test/docs/pages.ts';
import { allStudies } from '../../studies/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'fovea-study-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('fovea study', () => {
  it('lists every study with its question', async () => {
    const { text } = await runCommand('fovea study list');
    for (const { name, question } of allStudies) {
      expect(text).toMatch(new RegExp(`^${name} .*${question.slice(0, 20)}`, 'm'));
    }
  });

  it('lists them as data', async () => {
    const { text } = await runCommand('fovea study list --json');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ event, name }) => [event, name])).toEqual(
      allStudies.map(({ name }) => ['study', name]),
    );
  });

  it.each([
    ['fovea study poling-cost', /unknown study "poling-cost"[\s\S]*did you mean "pooling-cost"/],
    ['fovea study pooling-cost --quick --resume --overwrite', /one of them/],
    ['fovea study pooling-cost --quick --data folder:pictures', /a set of the table/],
    ['fovea study pooling-cost --quick --jobs 0', /from 1 to 64/],
  ])('%s is refused in words', async (line, words) => {
    const { text, failed } = await runCommand(`${line} --out ${path.join(folder, 'study')}`);
    expect(failed).toBe(true);
    expect(text).toMatch(words);
  });

  it('does not write among other files', async () => {
    writeFileSync(path.join(folder, 'notes.txt'), 'mine');
    const { text } = await runCommand(`fovea study pooling-cost --quick --out ${folder}`);
    expect(text).toMatch(/holds other things than a study \(notes.txt\)/);
  });
});
