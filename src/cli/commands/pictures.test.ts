/** @file `look` and `explain` as a user has them: what they print, what they write, what they refuse. */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { encode } from 'fast-png';
import { beforeAll, expect, it } from 'vitest';
import { heardOf, inOwnFolder } from '../../../test/support/commandLine.ts';
import { UsageError } from '../../base/errors.ts';
import { writeSafetensors } from '../../interop/safetensors/safetensors.ts';
import { layers } from '../../nn/layers/index.ts';
import { parametersOf } from '../../nn/network.ts';
import { initialStates } from '../../nn/programs/programs.ts';
import { sequential } from '../../nn/sequential.ts';
import { command as explain } from './explain.ts';
import { command as look } from './look.ts';

const { conv2d, dense, flatten } = layers;
const spec = sequential({ name: 'tiny', inputShape: [12, 12, 1] }, [
  conv2d({ filters: 4, kernelSize: 5, activation: 'relu' }),
  flatten(),
  dense({ units: 3, activation: 'softmax' }),
]);

const home = inOwnFolder('pictures');
beforeAll(async () => {
  const states = initialStates(spec, { seed: 1 });
  const tensors = new Map(
    parametersOf(spec).map(({ name, shape }) => [name, { shape, data: states.get(name)! }]),
  );
  const classes = JSON.stringify(['cat', 'dog', 'owl']);
  await fs.writeFile(at('model.json'), JSON.stringify(spec));
  await fs.writeFile(at('weights.safetensors'), writeSafetensors(tensors, { classes }));
  const data = Uint8Array.from({ length: 144 }, (_, i) => (i * 31) % 256);
  await fs.writeFile(at('one.png'), encode({ width: 12, height: 12, channels: 1, data }));
  await fs.writeFile(
    at('wide.png'),
    encode({ width: 16, height: 9, channels: 1, data: data.subarray(0, 144) }),
  );
});
const at = (name: string): string => path.join(home(), name);

const run = (command: Command, ...words: readonly string[]): Promise<string> =>
  heardOf(command, home(), '--backend', 'reference', ...words);

it('explain prints the answer and what each method shows, and draws them', async () => {
  const words = await run(explain(), '--image', at('one.png'), '--out', at('e.svg'));
  expect(words).toMatch(/one\.png\nThe answer is (cat|dog|owl), with \d/);
  for (const method of ['gradient', 'smoothGrad', 'gradCam', 'occlusion'])
    expect(words).toMatch(new RegExp(`^${method} `, 'm'));
  expect(words).toMatch(/adds up to .*; the score rises by/);
  const drawing = await fs.readFile(at('e.svg'), 'utf8');
  expect(drawing.match(/<image /g)).toHaveLength(1 + 1 + 6);
});

it('explain gives maps as data, of the class and the methods that were asked for', async () => {
  const asked = ['--method', 'occlusion', 'gradCam', '--class', 'owl', '--size', '3', '--json'];
  const line = await run(explain(), '--image', at('one.png'), '--out', at('o.png'), ...asked);
  const { event, class: name, explanations } = JSON.parse(line);
  expect([event, name]).toEqual(['explained', 'owl']);
  expect(explanations.map((e: { method: string }) => e.method)).toEqual(['occlusion', 'gradCam']);
  expect(explanations[0].map).toHaveLength(144);
  expect(explanations[0].notes[0]).toContain('a square of 3 pixels');
  const png = await fs.readFile(at('o.png'));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
});

it('look draws the layers that were named', async () => {
  const words = await run(
    look(),
    ...['--image', at('one.png'), '--layers', 'conv2d', '--max-maps', '3', '--out', at('l.svg')],
  );
  expect(words).toMatch(/^class +probability$/m);
  const drawing = await fs.readFile(at('l.svg'), 'utf8');
  expect(drawing).toContain('3 of 4');
  expect(drawing.match(/<image /g)).toHaveLength(1 + 1 + 3);
});

it('makes a picture fit where that was asked for, and refuses it else', async () => {
  const wide = ['--image', at('wide.png'), '--out', at('w.svg')];
  await expect(run(look(), ...wide)).rejects.toThrow(/9x16|\(9, 16\)/);
  expect(await run(look(), ...wide, '--fit')).toMatch(/wide\.png \(\w/);
  expect(await run(explain(), ...wide, '--fit', '--method', 'gradient')).toMatch(/wide\.png \(\w/);
});

it.each([
  ['no picture', [], /no picture to (look at|explain)/],
  ['two pictures', ['--image', 'a.png', '--index', '1'], /both --image and --index/],
  ['another kind of file', ['--index', '1', '--out', 'x.gif'], /\.png or \.svg/],
])('refuses %s before anything is read', async (_, words, message) => {
  for (const command of [look, explain]) {
    await expect(run(command(), ...words)).rejects.toThrow(UsageError);
    await expect(run(command(), ...words)).rejects.toThrow(message);
  }
});
