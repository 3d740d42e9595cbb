/** @file The report of a run: it says what the evaluation says, it holds all it shows, and its command repeats the run. */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { heardOf, inOwnFolder } from '../../../test/support/commandLine.ts';
import { UsageError } from '../../base/errors.ts';
import { DARK } from '../../draw/dark.ts';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import { evaluateRun } from '../../runs/evaluateRun.ts';
import { command as look } from './look.ts';
import { command as report } from './report.ts';
import { command as train } from './train.ts';

const spec = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  layers.conv2d({ filters: 3, kernelSize: 5, strides: 4, activation: 'tanh' }),
  layers.flatten(),
  layers.dense({ units: 10, activation: 'softmax' }),
]);

inOwnFolder('report');
let page = '';

const fovea = (command: Command, words: readonly string[]): Promise<string> =>
  heardOf(command, ...words);

/** What the page says, without its pictures. */
const texts = (): string => page.replace(/data:image[^"]*/g, '').replace(/<[^>]*>/g, ' ');

const REFERENCE = ['--backend', 'reference'];

beforeAll(async () => {
  await fs.writeFile('tiny.json', JSON.stringify(spec));
  const words = ['tiny.json', '--train-count', '400', '--test-count', '30', '--epochs', '3'];
  const more = [
    '--batch-size',
    '10',
    '--seed',
    '3',
    '--validation-split',
    '0.2',
    '--name',
    'a <b>',
  ];
  await fovea(train(), [...words, ...more.slice(0, -2), '--out', 'a <b>', ...REFERENCE]);
  await fovea(report(), ['a <b>', '--out', 'r.html', ...REFERENCE]);
  page = await fs.readFile('r.html', 'utf8');
});

describe('the page', () => {
  it('has for every colour of its drawings one for the dark, and is light on paper', () => {
    const drawn = [...page.matchAll(/<svg.*?<\/svg>/gs)].map(([svg]) => svg).join('');
    const elements = [...drawn.matchAll(/<(\w+) [^>]*>/g)].map(([all, name = '']) => ({
      all,
      name,
    }));
    expect(elements.length).toBeGreaterThan(100);
    for (const { all, name } of elements) {
      for (const [, colour = ''] of all.matchAll(/(?:fill|stroke)="((?:#|rgb)[^"]*)"/g)) {
        const isPaper = name === 'rect' && colour === '#ffffff';
        expect(isPaper || colour in DARK || all.includes('--dark:'), all).toBe(true);
      }
    }
    expect(page).toContain('@media screen and (prefers-color-scheme: dark)');
    expect(page.match(/color-scheme: light/g)).toHaveLength(1);
  });

  it('says what the evaluation says', async () => {
    const { evaluation, insights } = await evaluateRun({
      folder: 'a <b>',
      testCount: 30,
      backend: { backend: 'reference' },
    });
    const { mistakeCount, perClass, accuracy } = evaluation;
    const share = (Math.floor(10_000 * accuracy) / 100).toFixed(2);
    expect(texts()).toContain(`${share} % of 30 test pictures of digits`);
    expect(texts()).toContain(`${mistakeCount} wrongly.`);
    for (const { f1 } of perClass) expect(texts()).toContain(f1.toFixed(4));
    expect(page.match(/<li>/g)).toHaveLength(insights.length);
    const names = [...page.matchAll(/<td class="words">(test picture \d+)<\/td>/g)];
    expect(names).toHaveLength(Math.min(27, mistakeCount));
  });

  it('has curves, confusion, mistakes, filters and three pictures', () => {
    for (const words of ['Loss', 'Accuracy', 'training', 'validation', 'read as', 'conv2d: 5 x 5'])
      expect(texts()).toContain(words);
    expect(texts()).not.toContain('Learning rate');
    expect(page.match(/<details/g)).toHaveLength(1 + 3);
    expect(page.match(/<details open/g)).toHaveLength(1);
    expect(page.match(/<h2>/g)).toHaveLength(8);
  });

  it('lies with the run since its training ended, word for word', async () => {
    const written = await fs.readFile(path.join('a <b>', 'report.html'), 'utf8');
    expect(written === page).toBe(true);
  });

  it('holds all it shows, and takes no name for markup', () => {
    const links = page.replaceAll('http://www.w3.org/2000/svg', '');
    expect(/https?:|<script|<link|url\((?!#)|@import/.exec(links)).toBeNull();
    expect(page.includes('<h1>a &lt;b&gt;</h1>')).toBe(true);
    expect(page.includes('<b>')).toBe(false);
  });

  it('has the command that trains it again, to the same numbers', async () => {
    const [, command = ''] = /<pre>([^<]*)<\/pre>/.exec(page) ?? [];
    expect(command).toMatch(/^fovea train /);
    // The run does not lie in runs/, so its model is named by where it lies.
    const words = command.split(' ').slice(2);
    const model = words.findIndex((word) => word.startsWith('--'));
    await fovea(train(), ['tiny.json', ...words.slice(model), ...REFERENCE]);
    const historyOf = async (folder: string) => {
      const history = JSON.parse(await fs.readFile(path.join(folder, 'history.json'), 'utf8'));
      return history.map(({ train: t, validation }: Record<string, unknown>) => [t, validation]);
    };
    expect(await historyOf('runs/tiny-again')).toEqual(await historyOf('a <b>'));
  });
});

it('of several runs says what differs, and whether chance makes the difference', async () => {
  const some = [
    '--train-count',
    '200',
    '--test-count',
    '30',
    '--epochs',
    '2',
    '--batch-size',
    '10',
  ];
  await fovea(train(), ['tiny.json', ...some, '--seed', '4', '--name', 'other', ...REFERENCE]);
  const line = await fovea(report(), ['a <b>', 'other', '--out', 'c.html', '--json', ...REFERENCE]);
  const { runs, paired } = JSON.parse(line);
  expect(runs).toEqual(['a <b>', 'other']);
  const [pair] = paired.against;
  const mistakes = async (folder: string) =>
    (await evaluateRun({ folder, testCount: 30, backend: { backend: 'reference' } })).evaluation
      .mistakes;
  const [a, b] = [await mistakes('a <b>'), await mistakes('runs/other')].map(
    (list) => new Set(list.map(({ index }) => index)),
  );
  const alone = (wrong: Set<number>, right: Set<number>) => [...wrong].filter((i) => !right.has(i));
  expect(pair.firstAlone).toBe(alone(b!, a!).length);
  expect(pair.secondAlone).toBe(alone(a!, b!).length);
  expect(pair.count).toBe(30);
  page = await fs.readFile('c.html', 'utf8');
  for (const words of ['a <b>, training', 'McNemar', 'train pictures'])
    expect(texts()).toContain(words.replace('<b>', '&lt;b&gt;'));
  expect(texts()).toContain(pair.pValue.toFixed(4));
  const fewer = ['a <b>', 'other', '--test-count', '20', '--out', 'd.html', '--json', ...REFERENCE];
  expect(JSON.parse(await fovea(report(), fewer)).paired.against[0].count).toBe(20);
  await expect(fovea(report(), ['a', 'b', 'c', 'd', 'e'])).rejects.toThrow(/received 5 runs/);
});

it('is refused where there is no run, and for data of other classes', async () => {
  await expect(fovea(report(), ['nowhere'])).rejects.toThrow(/no such run/);
  await expect(fovea(report(), ['a <b>', '--data', 'nothing', ...REFERENCE])).rejects.toThrow(
    /nothing/,
  );
});

it('its units are looked at too: filters, and the pictures that excite them', async () => {
  const line = await fovea(look(), [
    'a <b>',
    '--weights',
    '--out',
    'w.svg',
    '--json',
    ...REFERENCE,
  ]);
  expect(JSON.parse(line)).toMatchObject({
    event: 'weights',
    layers: [{ layer: 'conv2d', filters: 3, shape: [5, 5, 1] }],
  });
  const some = ['--units', '0,2', '--test-count', '30'];
  const excites = ['a <b>', '--excites', 'conv2d', ...some, '--out', 'e.svg', ...REFERENCE];
  const { units } = JSON.parse(await fovea(look(), [...excites, '--json']));
  expect(units.map(({ unit }: { unit: number }) => unit)).toEqual([0, 2]);
  expect(units[0].pictures).toHaveLength(9);
  const [first] = units[0].pictures;
  expect(first.seen[0].end - first.seen[0].start).toBe(5);
  expect((await fs.readFile('e.svg', 'utf8')).match(/<image /g)).toHaveLength(18);
  for (const [words, said] of [
    [['--weights', '--index', '1'], /--weights and --index/],
    [['--index', '1', '--whole'], /--excites LAYER beside it/],
    [['--excites', 'conv2d', '--units', '3-1'], /--units/],
  ] as const) {
    await expect(fovea(look(), ['a <b>', ...words])).rejects.toThrow(UsageError);
    const refused = fovea(look(), ['a <b>', ...words, '--out', 'n.svg']);
    await expect(
      refused.catch((error) => `${error.message} ${error.parts?.where}`),
    ).resolves.toMatch(said);
  }
});
