/** @file The types beside a shipped module, as a program that uses them sees them: strict, and under both resolutions. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { exportModel } from '../../src/interop/oneFile/exportJs.ts';
import { named } from '../support/savedModels.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fovea-one-file-types-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RIGHT = `
import { type Answer, type Class, classes, inputShape, load, predict } from './net.mjs';

const shape: readonly [28, 28, 1] = inputShape;
const [height, width] = shape;
const one = await predict(new Uint8Array(height * width), { top: 2, invert: 'auto' });
const best: Answer | undefined = one.answers[0];
const digit: Class = best?.class ?? '0';
const known: readonly Class[] = classes;
const several = await predict([{ width, height, data: new Uint8ClampedArray(4 * height * width) }]);
const reader = await load({ relaxedSimd: 'off' });
const share: number | undefined = reader.predict([[0, 255], [255, 0]]).answers[0]?.probability;
const plan: string = reader.plan;
export { digit, known, plan, several, share };
export const blank: readonly boolean[] = several.map((prediction) => prediction.blank);
`;

/** Each line by itself is a mistake, named by what stands in it. */
const WRONG = `
import { type Class, inputShape, load, predict } from './net.mjs';

// @ts-expect-error: no such class
export const digit: Class = 'ten';
// @ts-expect-error: not this shape
export const shape: readonly [32, 32, 1] = inputShape;
// @ts-expect-error: a file's name is no picture
await predict('digit.png');
// @ts-expect-error: no such option
await predict(new Uint8Array(784), { tpo: 2 });
// @ts-expect-error: one picture gives one prediction
export const first = (await predict(new Uint8Array(784)))[0];
// @ts-expect-error: nothing of that name
await load({ relaxedSimd: 'on' });
`;

it.each([
  ['node16', 'node16'],
  ['esnext', 'bundler'],
])('modules of %s, resolved as %s does', (module, moduleResolution) => {
  for (const [name, bytes] of exportModel(named('lenet5'), { name: 'net' })) {
    writeFileSync(path.join(folder, name), bytes);
  }
  const [right, wrong] = ['right.mts', 'wrong.mts'].map((name) => path.join(folder, name));
  writeFileSync(right, RIGHT);
  writeFileSync(wrong, WRONG);
  const options = ['--module', module, '--moduleResolution', moduleResolution];
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];
  const others = ['--noEmit', '--target', 'es2022', '--lib', 'es2022', '--types', ''];
  const { stdout, stderr, status } = spawnSync(
    path.resolve('node_modules/.bin/tsc'),
    [...options, ...strict, ...others, '--skipLibCheck', 'false', right, wrong],
    { encoding: 'utf8', cwd: folder },
  );
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
});
