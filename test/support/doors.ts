/**
 * @file Doors: environment variables that point the tests at more cases than the repository holds.
 *
 * A closed door skips its tests with a named reason, which `tally.ts` counts and prints at the end of
 * `npm test`. An open door that leads nowhere is a mistake and fails.
 *
 *   behindDoor('FOVEA_GOLDEN', 'golden ops', (folder) => {
 *     for (const file of readdirSync(`${folder}/ops`)) it(file, () => { ... });
 *   });
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'vitest';

export const doors = {
  FOVEA_DATA: 'data sets: mnist/, cifar-10/, ...',
  FOVEA_GOLDEN: 'ops/*.safetensors and steps/*.json of an independent framework',
  FOVEA_ONNX_NODE: 'ONNX backend node tests',
  FOVEA_MODELS: 'real models to import and run',
  FOVEA_EVIL: 'broken or hostile files',
  FOVEA_WEBGPU: 'the npm package webgpu, unpacked',
} as const;

export type Door = keyof typeof doors;

/** The folder behind a door, as an absolute path; undefined where the variable is unset or empty. */
export function door(name: Door): string | undefined {
  const value = process.env[name];
  if (value === undefined || value === '') return undefined;
  const folder = resolve(value);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`${name} is "${value}", which is not a folder; it should hold ${doors[name]}`);
  }
  return folder;
}

/** A group of tests that need the folder behind a door; one skipped test where it is closed. */
export function behindDoor(name: Door, title: string, body: (folder: string) => void): void {
  const folder = door(name);
  if (folder === undefined) skipped(title, `${name} is not set`);
  else describe(title, () => body(folder));
}

/** A group of tests that take minutes; `npm test` leaves them to `npm run test:large`, by name. */
export function large(title: string, body: () => void): void {
  if (process.env.FOVEA_LARGE) describe(title, body);
  else skipped(title, 'FOVEA_LARGE is not set (npm run test:large)');
}

/** Declares that a group of tests cannot run here, and why. */
export function skipped(title: string, reason: string): void {
  it(title, ({ skip }) => skip(reason));
}
