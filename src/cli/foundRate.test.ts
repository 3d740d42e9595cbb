import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/docs/pages.ts';
import { layers } from '../nn/layers/index.ts';
import { sequential } from '../nn/sequential.ts';

const { dense, flatten } = layers;
const tiny = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  flatten(),
  dense({ units: 10, activation: 'softmax' }),
]);

const here = process.cwd();
let home: string;
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-rate-'));
  process.chdir(home);
  await fs.writeFile('tiny.json', JSON.stringify(tiny));
});
afterEach(async () => {
  process.chdir(here);
  await fs.rm(home, { recursive: true, force: true });
});

const TINY = 'fovea train tiny.json --backend reference --train-count 200 --batch-size 16';

describe('fovea train --find-rate', () => {
  it('draws the loss, says a rate and the command that takes it, and makes no run', async () => {
    const { text, failed } = await runCommand(`${TINY} --learning-rate 7 --find-rate 1e-4..10`);
    expect(failed).toBe(false);
    const [, rate = ''] =
      /Learning rate (\S+): a tenth of that at which the loss was least/.exec(text) ?? [];
    expect(Number(rate)).toBeGreaterThan(1e-4);
    expect(Number(rate)).toBeLessThan(10);
    expect(text).toMatch(/a loss, smoothed/);
    expect(text).toContain(
      `fovea train tiny.json --backend reference --train-count 200 --batch-size 16 --learning-rate ${rate}\n`,
    );
    expect(existsSync('runs')).toBe(false);
  });

  it('tells every step as data', async () => {
    const { text } = await runCommand(`${TINY} --find-rate 1e-4..10 --json`);
    const lines = text.split('\n').filter((line) => line.startsWith('{"event"'));
    const events = lines.map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ event: 'found', rate: expect.any(Number) });
    expect(events.filter(({ event }) => event === 'step').length).toBe(events.length - 1);
  });

  it.each([
    ['--resume', /--resume: received beside --find-rate/],
    ['--name x', /--name: received beside/],
    ['--seeds 3', /--seeds: received beside/],
    ['--tensorboard', /--tensorboard: received beside/],
  ])('with %s is refused', async (option, problem) => {
    const { text, failed } = await runCommand(`${TINY} --find-rate ${option}`);
    expect(failed).toBe(true);
    expect(text).toMatch(problem);
  });

  it('refuses what is no range', async () => {
    for (const range of ['1..0.1', '0..1', 'all', '..']) {
      const { text, failed } = await runCommand(`${TINY} --find-rate ${range}`);
      expect(failed, range).toBe(true);
      expect(text).toMatch(/such as 1e-5\.\.1/);
    }
  });
});
