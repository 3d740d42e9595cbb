/** @file `--precision` as a user has it: said, kept, gone on with, and refused where it would go unread. */
import fs from 'node:fs/promises';
import { expect, it } from 'vitest';
import { fovea, inOwnFolder } from '../../../test/support/commandLine.ts';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';

const spec = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  layers.flatten(),
  layers.dense({ units: 8, activation: 'tanh' }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
const SMALL = ['--train-count', '64', '--test-count', '40', '--batch-size', '16'];
const REFERENCE = ['--backend', 'reference'];

inOwnFolder('precision');

it('trains, goes on, measures', async () => {
  await fs.writeFile('tiny.json', JSON.stringify(spec));
  const words = ['train', 'tiny.json', ...SMALL, ...REFERENCE, '--precision', 'float16'];
  const begun = await fovea(...words, '--epochs', '1', '--json');
  expect(begun.code).toBe(0);
  expect(begun.stderr).toContain('half precision (float16)');
  const epochs = begun.stdout.split('\n').filter((line) => line.includes('"epoch"'));
  expect(JSON.parse(epochs[0]!).lossScaling).toEqual({ skipped: 0, scale: 65536 });
  const { settings } = JSON.parse(await fs.readFile('runs/tiny/run.json', 'utf8'));
  expect(settings.precision).toBe('float16');

  const again = ['train', 'tiny.json', ...REFERENCE, '--epochs', '2', '--resume'];
  const other = await fovea(...again, '--precision', 'float32');
  expect([other.code, other.stderr]).toEqual([
    2,
    expect.stringContaining('precision is float32, in the run float16'),
  ]);
  const on = await fovea(...again);
  expect(on.stdout).toMatch(/Epoch 2\/2\n.*loss scale 65536/);

  const lossOf = async (...asked: readonly string[]): Promise<number> => {
    const measured = ['evaluate', 'tiny', '--test-count', '40', ...REFERENCE, '--json'];
    return JSON.parse((await fovea(...measured, ...asked)).stdout).loss;
  };
  const [half, plain] = [await lossOf('--precision', 'float16'), await lossOf()];
  expect(half).not.toBe(plain);
  expect(Math.abs(half - plain)).toBeLessThan(2e-3);
});

it.each([
  [['evaluate', 'tiny', '--perturb', 'rotate'], '--perturb has a table'],
  [['bench', '--ops'], 'are timed in float32'],
  [['bench', '--kernels'], 'are timed in float32'],
  [['bench', 'pool3s2'], 'is a single layer'],
])('is refused by %o', async (words, problem) => {
  const { code, stderr } = await fovea(...words, '--precision', 'float16');
  expect(stderr).toContain(`--precision: `);
  expect(stderr).toContain(problem);
  expect(code).toBe(2);
});
