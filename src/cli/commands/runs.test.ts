import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../../test/docs/pages.ts';
import { drawPictures } from '../../../test/support/drawnPictures.ts';
import { readImage } from '../../data/images/readImage.node.ts';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import { trainRun } from '../../runs/trainRun.ts';

const { dense, flatten } = layers;
const spec = sequential({ name: 'tiny', inputShape: [12, 12, 3] }, [
  flatten(),
  dense({ units: 3, activation: 'softmax' }),
]);

let home: string;
let run: string;
let pictures: string;
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-'));
  const patterns = {
    rows: (_: number, y: number) => y % 8 < 4,
    columns: (x: number) => x % 8 < 4,
    checks: (x: number, y: number) => x % 8 < 4 !== y % 8 < 4,
  };
  const { folder: data } = await drawPictures(home, patterns, 12);
  pictures = data.slice('folder:'.length);
  run = path.join(home, 'run');
  // It learns nothing and makes mistakes.
  const settings = { epochs: 1, batchSize: 8, optimizer: { kind: 'sgd', learningRate: 1e-9 } };
  for await (const _ of trainRun({
    folder: run,
    spec,
    data,
    backend: { backend: 'reference' },
    settings,
  }));
});
afterAll(() => fs.rm(home, { recursive: true, force: true }));

const eventsIn = (text: string): Record<string, unknown>[] =>
  text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));

describe('fovea evaluate', () => {
  it('names the file of every mistake, in words and as data', async () => {
    const { text } = await runCommand(`fovea evaluate ${run} --json --backend reference`);
    const result = eventsIn(text).find(({ event }) => event === 'result');
    const mistakes = result?.mistakes as { file: string; true: string }[];
    expect(mistakes.length).toBeGreaterThan(0);
    for (const { file, true: label } of mistakes) {
      expect(file).toContain(label);
      await fs.access(path.isAbsolute(file) ? file : path.join(pictures, file));
    }
    const words = (await runCommand(`fovea evaluate ${run} --backend reference`)).text;
    for (const { file } of mistakes) expect(words).toContain(file.slice(-8));
  });

  it('says that ten crops are not what the network has learned, and only then', async () => {
    const sentence = 'was trained on whole pictures and is shown ten parts of each';
    const crops = (n: number) =>
      runCommand(`fovea evaluate ${run} --crops ${n} --backend reference`);
    expect((await crops(10)).text).toContain(sentence);
    expect((await crops(1)).text).not.toContain(sentence);
  });

  it('takes as many pictures, lists as many mistakes and measures what it is told to', async () => {
    const resultOf = async (words: string) => {
      const { text } = await runCommand(
        `fovea evaluate ${run} ${words} --json --backend reference`,
      );
      const result = eventsIn(text).find(({ event }) => event === 'result') ?? {};
      const { confusion, mistakes, metrics } = result as {
        confusion: number[][];
        mistakes: unknown[];
        metrics?: object;
      };
      const count = confusion.flat().reduce((sum, n) => sum + n, 0);
      return { count, listed: mistakes.length, metrics };
    };
    const whole = await resultOf('');
    expect(whole.count).toBeGreaterThan(2);
    expect(whole.listed).toBeGreaterThan(1);
    expect(whole.metrics).toBeUndefined();
    expect((await resultOf('--test-count 2')).count).toBe(2);
    expect((await resultOf('--mistakes 1')).listed).toBe(1);
    const { metrics } = await resultOf('--metrics top2Accuracy');
    expect(Object.keys(metrics ?? {})).toEqual(['top2Accuracy']);
    const worst = path.join(home, 'worst.png');
    const { text } = await runCommand(`fovea evaluate ${run} --sheet ${worst} --backend reference`);
    expect(text).toContain(`Wrote ${worst}`);
    expect((await readImage(worst, { channels: 3 })).width).toBeGreaterThan(12);
  });

  it('refuses a plot of nothing, distances of none, and metrics beside a table', async () => {
    const plot = path.join(home, 'plot.svg');
    const alone = await runCommand(`fovea evaluate ${run} --plot ${plot}`);
    expect(alone).toMatchObject({ failed: true });
    expect(alone.text).toContain('a plain evaluation has no curve');
    await expect(fs.access(plot)).rejects.toThrow('ENOENT');
    expect((await runCommand(`fovea evaluate ${run} --reject`)).text).toContain('no distances');
    const both = await runCommand(`fovea evaluate ${run} --perturb noise --metrics accuracy`);
    expect(both.text).toContain('--metrics: --perturb has a table of its own');
  });
});

describe('fovea predict', () => {
  it('reads standard input and draws what the network was given', async () => {
    const [file] = (await fs.readdir(path.join(pictures, 'rows'))).toSorted();
    const whole = path.join(pictures, 'rows', file ?? '');
    const shown = path.join(home, 'given.png');
    const fromFile = await runCommand(`fovea predict ${run} ${whole} --json --backend reference`);
    const stdin = vi
      .spyOn(process, 'stdin', 'get')
      .mockReturnValue(
        Readable.from([await fs.readFile(whole)]) as unknown as typeof process.stdin,
      );
    const fromPipe = await runCommand(
      `fovea predict ${run} - --json --show ${shown} --backend reference`,
    );
    stdin.mockRestore();
    const answerOf = (text: string) => eventsIn(text).map(({ file: _, ...answer }) => answer);
    expect(answerOf(fromPipe.text)).toEqual(answerOf(fromFile.text));
    expect(answerOf(fromPipe.text)).toHaveLength(1);
    expect(fromPipe.text).toContain(`Wrote ${shown}: what the network was given`);
    const { width } = await readImage(shown, { channels: 3 });
    expect(width).toBeGreaterThan(12);
  });

  it('names as many classes, of as many pictures, as it is told to', async () => {
    const rows = path.join(pictures, 'rows');
    const topsOf = async (words: string) => {
      const { text } = await runCommand(`fovea predict ${run} ${rows} ${words} --json`);
      return eventsIn(text).flatMap(({ top }) => (Array.isArray(top) ? [top.length] : []));
    };
    const all = await topsOf('');
    expect(all.length).toBeGreaterThan(3);
    expect(new Set(all)).toEqual(new Set([3]));
    expect(await topsOf('--first 2')).toEqual([3, 3]);
    expect(await topsOf('--first 3 --top 1')).toEqual([1, 1, 1]);
  });

  it('says 1 where one of the files cannot be read, and reads the others', async () => {
    const rows = path.join(pictures, 'rows');
    const broken = path.join(home, 'broken.png');
    await fs.writeFile(broken, 'no picture');
    const before = process.exitCode;
    try {
      const { text } = await runCommand(`fovea predict ${run} ${broken} ${rows} --first 1 --json`);
      expect(eventsIn(text).map(({ event }) => event)).toEqual(['prediction']);
      expect(process.exitCode).toBe(1);
    } finally {
      process.exitCode = before;
    }
    const strict = await runCommand(`fovea predict ${run} ${broken} ${rows} --strict`);
    expect(strict.failed).toBe(true);
  });

  it('turns ink round as it is told to, or leaves pictures as they are', async () => {
    const digits = path.join(home, 'digits');
    for await (const _ of trainRun({
      folder: digits,
      spec: sequential({ name: 'digits', inputShape: [28, 28, 1] }, [
        flatten(),
        dense({ units: 10, activation: 'softmax' }),
      ]),
      data: 'digits',
      trainCount: 20,
      testCount: 10,
      backend: { backend: 'reference' },
      settings: { epochs: 1 },
    }));
    // A dark stroke on a light sheet.
    const pixels = Buffer.alloc(60 * 60, 230);
    for (let y = 12; y < 48; y++) pixels.fill(20, 60 * y + 28, 60 * y + 33);
    const sheet = path.join(home, 'sheet.pgm');
    await fs.writeFile(sheet, Buffer.concat([Buffer.from('P5 60 60 255\n'), pixels]));
    const read = async (words: string) =>
      (await runCommand(`fovea predict ${digits} ${sheet} ${words}`)).text;
    expect(await read('')).toContain('inverted');
    expect(await read('--invert yes')).toContain('inverted');
    expect(await read('--invert no')).not.toContain('inverted');
    expect(await read('--as-is')).not.toMatch(/inverted|Read as writing/);
  });
});
