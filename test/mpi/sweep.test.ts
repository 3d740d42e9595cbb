/** @file `fovea sweep`, whole: by ranks of both libraries, and killed with -9 in the middle. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { SweepResults } from '../../src/sweeps/results.ts';
import { large } from '../support/doors.ts';
import { launch, launchAlone, launchers } from './launch.ts';

const MAIN = 'src/cli/main.ts';
const folder = mkdtempSync(path.join(os.tmpdir(), 'fovea-sweeps-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const search = path.join(folder, 'search.json');
const options = { 'train-count': 300, 'test-count': 50, epochs: 2, threads: 1 };
writeFileSync(
  search,
  JSON.stringify({ model: 'lenet5', options, search: { 'learning-rate': [0.001, 0.01, 0.1] } }),
);

const words = (name: string, ...more: string[]) => [
  ...[MAIN, 'sweep', search, '--out', path.join(folder, name), ...more],
];

const resultsIn = (name: string): SweepResults =>
  JSON.parse(readFileSync(path.join(folder, name, 'results.json'), 'utf8'));

const trialsIn = (name: string): string[] => {
  const trials = path.join(folder, name, 'trials');
  return existsSync(trials) ? readdirSync(trials).filter((file) => file.endsWith('.json')) : [];
};

/** What does not differ from machine to machine and from time to time. */
const figuresOf = ({ configurations, best }: SweepResults) => ({ configurations, best });

large('fovea sweep, whole', () => {
  it('killed with -9 and gone on with, comes to what it comes to undisturbed', async () => {
    expect((await launchAlone(words('whole'))).code).toBe(0);
    const killing = launchAlone(words('killed', '--jobs', '1', '--json'), (out, pid) => {
      if (out.includes('"event":"trial"')) process.kill(pid, 'SIGKILL');
    });
    expect((await killing).code).not.toBe(0);
    expect(trialsIn('killed').length).toBeLessThan(3);
    const again = await launchAlone([MAIN, 'sweep', path.join(folder, 'killed'), '--resume']);
    expect(again.code, again.err).toBe(0);
    expect(figuresOf(resultsIn('killed'))).toEqual(figuresOf(resultsIn('whole')));
  }, 300_000);

  it.each(launchers)(
    'is dealt out to ranks of $library, to the same results',
    async (launcher) => {
      const name = launcher.library.replace(' ', '');
      const { code, err } = await launch(launcher, 2, words(name));
      expect(code, err).toBe(0);
      expect(trialsIn(name).length).toBe(3);
      expect(figuresOf(resultsIn(name))).toEqual(figuresOf(resultsIn('whole')));
    },
    300_000,
  );
});
