/**
 * @file The network of a run's folder, for another run to begin with.
 *
 * Before: `trainRun.ts`. Next stop: `records/startingPoint.ts`, what of it the new run keeps.
 */
import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { advice, setting, UsageError } from '../base/errors.ts';
import type { StartingPoint } from '../records/startingPoint.ts';
import { loadModel } from './folder/modelFiles.ts';
import { RunFolder } from './folder/runFolder.ts';

/** Reads the network of a run, or of a folder with a model and its weights. */
export async function openStartingPoint(folder: string): Promise<StartingPoint> {
  const model = await loadModel(folder);
  const bytes = await fs.readFile(path.join(folder, 'weights.safetensors'));
  const isRun = existsSync(path.join(folder, 'run.json'));
  return {
    ...model,
    path: folder,
    record: isRun ? await (await RunFolder.open(folder)).readRecord() : undefined,
    digest: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** Whether two paths are one folder, be it there or not. */
export function isSameFolder(one: string, other: string): boolean {
  const real = (folder: string) =>
    existsSync(folder) ? realpathSync(folder) : path.resolve(folder);
  return real(one) === real(other);
}

/** A run that begins with the weights of another must not take its place. */
export function checkOwnFolder(folder: string, from: string): void {
  if (!isSameFolder(folder, from)) return;
  throw new UsageError({
    where: folder,
    problem: 'training would begin with the weights of this run and write over them',
    expected: 'another folder for the new run',
    fix: advice`choose another ${setting('folder')}; ${setting('resume')} goes on with the run itself`,
  });
}
