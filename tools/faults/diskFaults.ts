/**
 * @file Every change that a run makes to the disk fails once in turn; a disk fills up and stays full.
 *
 * A fault must end in a FoveaError, or be of no consequence; what was saved is there, and the run can go on.
 */
import assert from 'node:assert/strict';
import { FoveaError } from '../../src/base/errors.ts';
import { watchDisk } from './disk.ts';
import { endOfProcess, type Stage, type Told } from './stage.ts';

const backend = { backend: 'reference' } as const;

/** `full`: from this operation on there is no room for anything; the others are one failure each. */
export const diskFaults = ['ENOSPC', 'EIO', 'EACCES', 'full'] as const;
export type DiskFault = (typeof diskFaults)[number];

/** What needs room on a disk. */
const GROWING = new Set(['open', 'writeFile', 'sync', 'mkdir', 'link', 'copyFile']);

/** How many changes a run of this kind makes. */
export async function countChanges(stage: Stage): Promise<number> {
  await stage.ready();
  let count = 0;
  const restore = watchDisk(stage.folder.slice(0, -'run'.length), () => count++);
  try {
    for await (const _ of stage.perform(backend));
  } finally {
    restore();
  }
  return count;
}

/** Lets the change of this number fail; throws where Fovea does not bear it. Says what failed. */
export async function failAt(stage: Stage, at: number, fault: DiskFault): Promise<string> {
  await stage.ready();
  let told: Told | undefined;
  let failed = '';
  const restore = watchDisk(stage.folder.slice(0, -'run'.length), (operation, number) => {
    const isFull = fault === 'full' && number >= at && GROWING.has(operation.name);
    if (number !== at && !isFull) return;
    failed ||= `${operation.name} ${operation.path.replace(/[0-9a-f]{12}/, '*')}`;
    const code = fault === 'full' ? 'ENOSPC' : fault;
    throw Object.assign(new Error(`${code}: injected`), { code });
  });
  try {
    for await (const event of stage.perform(backend)) {
      if (event.type === 'checkpoint') told = (await event.snapshot()).progress;
    }
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    assert.match(error.message, /cannot (write|be read)|cannot be removed/);
  } finally {
    restore();
  }
  await endOfProcess(stage.folder);
  await stage.judge(told, backend);
  return failed;
}
