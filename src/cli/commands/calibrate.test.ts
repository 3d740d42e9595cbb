/** @file `calibrate` as a user has it: what it measures, what it fits on, what it saves, and who reads that. */
import fs from 'node:fs/promises';
import type { Command } from 'commander';
import { encode } from 'fast-png';
import { beforeAll, expect, it } from 'vitest';
import { type Heard, hear, inOwnFolder } from '../../../test/support/commandLine.ts';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import { evaluateRun } from '../../runs/evaluateRun.ts';
import { command as calibrate } from './calibrate.ts';
import { command as embed } from './embed.ts';
import { command as evaluate } from './evaluate.ts';
import { command as predict } from './predict.ts';
import { command as train } from './train.ts';

const spec = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  layers.flatten(),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
const REFERENCE = ['--backend', 'reference'];

inOwnFolder('calibrate');

const heard = (command: Command, ...words: readonly string[]): Promise<Heard> =>
  hear(command, ...words, ...REFERENCE);
const fovea = async (command: Command, ...words: readonly string[]): Promise<string> =>
  (await heard(command, ...words)).printed;

const measured = async (...words: readonly string[]) =>
  JSON.parse(await fovea(calibrate(), 'runs/a', ...words, '--json'));

beforeAll(async () => {
  await fs.writeFile('tiny.json', JSON.stringify(spec));
  const some = ['--train-count', '160', '--test-count', '60', '--epochs', '2', '--batch-size', '8'];
  const split = ['--validation-split', '0.25'];
  await fovea(train(), 'tiny.json', ...some, ...split, '--name', 'a');
  await fovea(train(), 'tiny.json', ...some, '--name', 'b');
});

it('measures what an evaluation measures, and saves nothing unless asked', async () => {
  const { evaluation } = await evaluateRun({
    folder: 'runs/a',
    testCount: 60,
    backend: { backend: 'reference' },
  });
  const words = await fovea(evaluate(), 'runs/a', '--test-count', '60');
  const error = evaluation.calibration?.expectedError.toFixed(4);
  expect(words).toContain(`expected calibration error: ${error}`);
  const found = await measured('--test-count', '60');
  expect(found).toMatchObject({ event: 'calibration', after: null, fitted: null });
  expect(found.before).toEqual(evaluation.calibration);
  expect(found.before.bins).toHaveLength(15);
  expect((await measured('--bins', '7')).before.bins).toHaveLength(7);
  await expect(fs.access('runs/a/calibration.json')).rejects.toThrow();
  await expect(fovea(predict(), 'runs/a', 'x.png', '--calibrated')).rejects.toThrow(
    /no temperature was fitted/,
  );
});

it('fits on the validation pictures, whatever it is judged on', async () => {
  const all = await measured('--fit', '--test-count', '60');
  const few = await measured('--fit', '--test-count', '20');
  expect(all.fitted.fittedOn).toEqual({ data: 'digits', part: 'validation', count: 40 });
  expect(few.fitted.temperature).toBe(all.fitted.temperature);
  expect([all.before.count, all.after.count, few.after.count]).toEqual([60, 60, 20]);
  expect(all.after.accuracy).toBe(all.before.accuracy);
  expect(all.after.confidence).not.toBe(all.before.confidence);
});

it('fits on every second test picture, and judges the others', async () => {
  const { evaluation } = await evaluateRun({
    folder: 'runs/a',
    testCount: 60,
    mistakes: 60,
    backend: { backend: 'reference' },
  });
  const wrong = evaluation.mistakes.filter(({ index }) => index % 2 === 1).length;
  const { before: judged, after, fitted } = await measured('--fit', 'half', '--test-count', '60');
  expect(judged.count).toBe(30);
  expect(judged.accuracy).toBeCloseTo(1 - wrong / 30, 12);
  expect(after.accuracy).toBe(judged.accuracy);
  expect(fitted.fittedOn).toEqual({ data: 'digits', part: 'half', count: 30 });
  const words = await fovea(calibrate(), 'runs/a', '--fit', '--out', 'c.svg', '--test-count', '60');
  expect(words).toMatch(/^expected calibration error +0\.\d{4} +0\.\d{4}$/m);
  expect(words).toMatch(/Temperature \d\.\d{4}, fitted on 40 validation pictures of digits/);
  expect((await fs.readFile('c.svg', 'utf8')).match(/at temperature/g)).toHaveLength(1);
});

it('lends its temperature to predict, where that asks for it and the weights are the same', async () => {
  const { fitted } = await measured('--fit', '--test-count', '60');
  const data = Uint8Array.from({ length: 784 }, (_, i) => (i % 28 > 12 && i % 28 < 16 ? 255 : 0));
  await fs.writeFile('one.png', encode({ width: 28, height: 28, channels: 1, data }));
  const top = async (...words: string[]) => {
    const { printed, noted } = await heard(
      predict(),
      ...['runs/a', 'one.png', '--as-is', '--top', '10', '--json', ...words],
    );
    const answers: { class: string; probability: number }[] = JSON.parse(printed).top;
    return { answers, noted };
  };
  const plain = await top();
  expect(plain.noted).not.toMatch(/temperature/);
  const scaled = await top('--calibrated');
  expect(scaled.noted).toMatch(/Probabilities at temperature .* 40 validation pictures of digits/);
  const powers = plain.answers.map(({ probability }) => probability ** (1 / fitted.temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  expect(scaled.answers.map((answer) => answer.class)).toEqual(
    plain.answers.map((answer) => answer.class),
  );
  scaled.answers.forEach(({ probability }, i) => {
    expect(probability).toBeCloseTo((powers[i] ?? 0) / sum, 5);
  });
  await fs.copyFile('runs/b/weights.safetensors', 'runs/a/weights.safetensors');
  await expect(top('--calibrated')).rejects.toThrow(/fitted to other weights/);
});

it('is refused where there is nothing to fit on', async () => {
  await expect(fovea(calibrate(), 'runs/b', '--fit')).rejects.toThrow(/no validation pictures/);
  await expect(fovea(calibrate(), 'runs/a', '--fit', '--data', 'other')).rejects.toThrow(
    /not trained on other/,
  );
  await expect(fovea(calibrate(), 'runs/a', '--out', 'x.gif')).rejects.toThrow(/\.png or \.svg/);
});

it('its pictures are embedded by the layer that is named; the last hidden one there is none of', async () => {
  const asked = ['--layer', 'dense', '--test-count', '20', '--out', 'e.svg', '--json'];
  const { event, points, shares, numbers } = JSON.parse(await fovea(embed(), 'runs/b', ...asked));
  expect([event, points.length, shares.length, numbers]).toEqual(['embedding', 20, 2, 10]);
  expect(points[3]).toMatchObject({ index: 3, class: expect.stringMatching(/^\d$/) });
  expect((await fs.readFile('e.svg', 'utf8')).match(/<circle /g)?.length).toBeGreaterThan(20);
  await fovea(embed(), 'runs/b', ...asked.slice(0, -1), '--pictures');
  expect((await fs.readFile('e.svg', 'utf8')).match(/<image /g)).toHaveLength(20);
  await expect(fovea(embed(), 'runs/b', '--test-count', '8')).rejects.toThrow(/no hidden layer/);
});
