import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { heardOf } from '../../../test/support/commandLine.ts';
import { UsageError } from '../../base/errors.ts';
import { command } from './window.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-window-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command and gives what it wrote to standard output. */
const run = (...args: string[]): Promise<string> => heardOf(command(), ...args);

const json = async (...args: string[]) => JSON.parse(await run(...args, '--json'));

describe('fovea window', () => {
  it('prints one JSON object', async () => {
    const result = await json('6x6', '--kernel', '3', '--padding', 'same');
    expect(result).toMatchObject({
      input: [6, 6],
      kernel: [3, 3],
      strides: [1, 1],
      dilation: [1, 1],
      padding: { rule: 'same', top: 1, bottom: 1, left: 1, right: 1 },
      output: [6, 6],
      values: null,
    });
  });

  it('takes padding as one number or as top,bottom,left,right', async () => {
    const one = await json('6x6', '-k', '3', '-p', '1');
    expect(one.padding).toEqual({ rule: 'explicit', top: 1, bottom: 1, left: 1, right: 1 });
    const four = await json('6x6', '-k', '3x5', '-p', '0,1,2,3', '-s', '2x1');
    expect(four.padding).toEqual({ rule: 'explicit', top: 0, bottom: 1, left: 2, right: 3 });
    expect(four.output).toEqual([3, 7]);
  });

  it('works on the numbers given, in words or from a file', async () => {
    const expected = [
      [5, 6],
      [8, 9],
    ];
    const rows = '1 2 3; 4 5 6; 7 8 9';
    expect((await json('-k', '2', '--op', 'max', '--values', rows)).values).toEqual(expected);
    const flat = rows.replaceAll(';', '').split(' ');
    expect((await json('3x3', '-k', '2', '--op', 'max', '--values', ...flat)).values).toEqual(
      expected,
    );
    for (const [name, text] of [
      ['a.json', '[[1,2,3],[4,5,6],[7,8,9]]'],
      ['a.csv', '1,2,3\r\n4,5,6\r\n7,8,9\r\n'],
      ['a.pgm', 'P2\n3 3\n255\n1 2 3 4 5 6 7 8 9\n'],
    ]) {
      writeFileSync(join(folder, name), text);
      const given = await json('-k', '2', '--op', 'max', '--input', join(folder, name));
      expect(given.values).toEqual(expected);
    }
  });

  it('takes negative numbers and weights', async () => {
    const result = await json(
      '1x3',
      '-k',
      '1x2',
      '--values',
      '-1',
      '2',
      '-3',
      '--weights',
      '1',
      '-1',
    );
    expect(result.values).toEqual([[-3, 5]]);
  });

  it('draws SVG and PNG', async () => {
    const [svg, png] = [join(folder, 'w.svg'), join(folder, 'w.png')];
    await run('6x6', '-k', '3', '--svg', svg, '--png', png);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg /);
    expect(readFileSync(png).subarray(1, 4).toString()).toBe('PNG');
  });
});

describe('fovea window refuses', () => {
  it.each([
    [['-k', '3'], /no input size/],
    [['6x6', '-k', '0'], /a window of 0/],
    [['6x6', '-k', '3', '-s', '1.5'], /a stride of 1.5/],
    [['6x6', '-k', '3', '-d', '0'], /a dilation of 0/],
    [['6x6', '-k', '7'], /use a kernel of at most 6/],
    [['6x6', '-k', '3', '-p', '3'], /use a padding of at most 2/],
    [['6x6', '-k', '3', '-p', 'sme'], /received "sme"/],
    [['6x6', '-k', '3', '-p', '1,1'], /top,bottom,left,right/],
    [['6x6x6', '-k', '3'], /received "6x6x6"/],
    [['0x6', '-k', '3'], /an input of 0x6/],
    [['99999999x6', '-k', '3'], /whole sides from 1 to 2048/],
    [['6x6', '-k', '99999999', '-p', 'same'], /a window of 99999999x99999999/],
    [['6x6', '-k', '3', '--values', '1', 'x'], /"x" is not a number/],
    [['2x2', '-k', '1', '--values', '1 2 3'], /3 values for an input of 2x2/],
    [
      ['2x2', '-k', '1', '--values', '1 2 3; 4 5 6'],
      /the input numbers are 2x3, the size says 2x2/,
    ],
    [['2x2', '-k', '1', '--op', 'max', '--weights', '1'], /weights with --op max/],
    [['6x6', '-k', '3', '--op', 'max', '-d', '2'], /dilation of 2x2/],
    [['6x6', '-k', '3', '--input', '/nowhere/at/all'], /\/nowhere\/at\/all: cannot be read/],
    [['6x6', '-k', '3', '--values', '1', '--input', 'x'], /leave one out/],
  ] as [string[], RegExp][])('%j', async (args, message) => {
    const failure = await run(...args).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect(String(failure)).toMatch(message);
  });
});
