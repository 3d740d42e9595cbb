/** @file `runs` and `plot` over runs that were trained here: lists, orders, differences, curves, what is broken. */
import fs from 'node:fs/promises';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { heardOf as fovea, hear, inOwnFolder } from '../../../test/support/commandLine.ts';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import { command as plot } from './plot.ts';
import { duration, command as runs } from './runs.ts';
import { command as train } from './train.ts';

const spec = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  layers.flatten(),
  layers.dense({ units: 10, activation: 'softmax' }),
]);

inOwnFolder('runs');

beforeAll(async () => {
  await fs.writeFile('tiny.json', JSON.stringify(spec));
  const quick = [
    'tiny.json',
    '--backend',
    'reference',
    '--train-count',
    '60',
    '--test-count',
    '20',
  ];
  const last = ['--batch-size', '10', '--json'];
  await fovea(train(), ...quick, '--epochs', '1', '--name', 'alpha', ...last);
  const long = [
    '--epochs',
    '3',
    '--name',
    'beta',
    '--validation-split',
    '0.2',
    '--optimizer',
    'sgd',
  ];
  await fovea(train(), ...quick, ...long, ...last);
});
beforeEach(() => {
  process.exitCode = undefined;
});

const names = (list: string): string[] =>
  list
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(' ')[0] ?? '');

it('lists all runs with their figures, the newest first, or as asked for', async () => {
  const list = await fovea(runs());
  expect(names(list)).toEqual(['beta', 'alpha']);
  expect(list).toMatch(/^run +model +data +state +epochs +least loss +test accuracy +time$/m);
  expect(list).toMatch(/^alpha +tiny +digits +done +1 +\d\.\d{4} at 1 +0\.\d{4}/m);
  expect(list.match(/best/g)?.length ?? 0).toBeLessThanOrEqual(1);
  expect(names(await fovea(runs(), '--sort', 'epochs'))).toEqual(['beta', 'alpha']);
  expect(names(await fovea(runs(), '--sort', 'name'))).toEqual(['alpha', 'beta']);
  expect(names(await fovea(runs(), '--filter', 'lph'))).toEqual(['alpha']);
  const { printed, noted } = await hear(runs(), '--filter', 'mnist');
  expect(printed).toBe('');
  expect(noted).toContain('has "mnist" in its name, model or data');
});

it('orders by the figure that was asked for', async () => {
  const facts = (await fovea(runs(), '--json', '--sort', 'accuracy'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const accuracies = facts.map(({ test }) => test.accuracy);
  expect(accuracies).toEqual([...accuracies].sort((a, b) => b - a));
  const losses = (await fovea(runs(), '--json', '--sort', 'loss'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).best.loss);
  expect(losses).toEqual([...losses].sort((a, b) => a - b));
});

it('says which options differ between runs', async () => {
  const list = await fovea(runs(), 'alpha', 'runs/beta');
  expect(names(list).slice(0, 2)).toEqual(['alpha', 'runs/beta']);
  expect(list).toMatch(/^epochs +1 +3$/m);
  expect(list).toMatch(/^optimizer.kind +adam +sgd$/m);
  expect(list).not.toMatch(/^batchSize/m);
  expect(list).toContain('plot alpha runs/beta');
  const lines = (await fovea(runs(), 'alpha', 'beta', '--json')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(['run', 'run', 'differences']);
});

it('lists what is broken with its fault, and no folder that is no run', async () => {
  await fs.mkdir('runs/notes');
  await fs.cp('runs/alpha', 'runs/broken', { recursive: true });
  await fs.writeFile('runs/broken/history.json', '[{');
  const { printed, noted } = await hear(runs());
  expect(names(printed)).toEqual(['beta', 'alpha']);
  expect(noted).toMatch(/broken cannot be read: .*history\.json/);
  await expect(fovea(plot(), 'broken')).rejects.toThrow(/history\.json/);
  await expect(fovea(runs(), 'notes')).rejects.toThrow(/not a run/);
  await expect(fovea(runs(), 'nowhere')).rejects.toThrow(/no such run/);
  await fs.rm('runs/broken', { recursive: true });
});

it('plots runs in letters and into a file', async () => {
  const chart = await fovea(plot(), 'alpha', 'beta', '--out', 'c.svg');
  expect(chart).toContain('a beta, validation    b alpha, training');
  expect(chart).toMatch(/beta ends at \d\S* after 3 epochs/);
  const drawing = await fs.readFile('c.svg', 'utf8');
  for (const name of ['alpha, training', 'beta, training', 'beta, validation'])
    expect(drawing).toContain(`>${name}</text>`);
  await expect(fovea(plot(), ...Array<string>(5).fill('alpha'))).rejects.toThrow(/4 at most/);
  await expect(fovea(plot(), 'alpha', '--out', 'c.gif')).rejects.toThrow(/\.png or \.svg/);
});

it('says times in no sixty seconds and no sixty minutes', () => {
  const told = [4.21, 59.4, 59.6, 119.4, 119.6, 3599.7, 11_100].map(duration);
  expect(told).toEqual([
    '4.2 s',
    '59.4 s',
    '1 min 0 s',
    '1 min 59 s',
    '2 min 0 s',
    '1 h 0 min',
    '3 h 5 min',
  ]);
});
