import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { heardOf } from '../../../test/support/commandLine.ts';
import { UsageError } from '../../base/errors.ts';
import { command } from './compare.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-compare-'));
const file = (name: string) => join(folder, name);
/** A picture file of 24 x 20 grey pixels. */
const pgm = file('ramp.pgm');
writeFileSync(pgm, `P2\n24 20\n255\n${Array.from({ length: 480 }, (_, i) => i % 256).join(' ')}\n`);

afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]): Promise<string> => heardOf(command(), ...args);

describe('fovea compare', () => {
  it.each(['pooling', 'padding'])('%s writes a picture and prints the numbers', async (what) => {
    const out = file(`${what}.png`);
    expect(await run(what, '--image', pgm, '-k', '2', '--out', out)).toContain('ramp.pgm');
    expect(readFileSync(out).subarray(1, 4).toString()).toBe('PNG');
  });

  it('writes a page, and prints JSON alone with --json', async () => {
    const out = file('pooling.html');
    const printed = JSON.parse(await run('pooling', '--data', 'digits', '--out', out, '--json'));
    expect(printed).toMatchObject({
      event: 'result',
      compare: 'pooling',
      mirrored: true,
      window: [2, 2],
    });
    expect(readFileSync(out, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<svg /);
  });

  it.each([
    [['pooling', '--out', 'x.gif', '--image', pgm], /ends in .png, .svg or .html/],
    [
      ['pooling', '-k', '12', '--image', pgm, '--out', file('x.svg')],
      /at least 24x24 for this window/,
    ],
    [['padding', '-k', '9', '--image', pgm, '--out', file('x.svg')], /smaller --kernel/],
    [['pooling', '--image', pgm, '--data', 'digits'], /leave one out/],
    [['pooling', '--index', '999999', '--out', file('x.svg')], /picture 999999 of digits/],
  ] as [string[], RegExp][])('refuses %j', async (args, message) => {
    const failure = await run(...args).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect(String(failure)).toMatch(message);
  });
});
