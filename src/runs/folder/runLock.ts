/**
 * @file One trainer per run: a lock beside the run's folder, `.NAME.lock`.
 *
 * It stands beside the folder, not in it, so that it holds while a run is replaced by another. It says who
 * has it: process, host, since when. A process that is gone has no lock: its number and its start are asked
 * of the system where that tells (Linux), else its number alone. A lock of another host cannot be asked
 * about and is believed. Next stop: `runFolder.ts`.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as z from 'zod/mini';
import { FoveaError } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { beginningOf, isRunning } from '../../base/liveProcess.node.ts';
import { writeError } from './wholeFile.ts';

const holder = z.object({
  pid: z.int().check(z.positive()),
  host: z.string(),
  /** When the lock was taken, ISO 8601. */
  since: z.string(),
  /** When the process began, in the system's own count; null where it does not tell. */
  begun: z.nullable(z.string()),
  /** Tells two locks of one process apart. */
  token: z.string(),
});

type Holder = z.output<typeof holder>;

export interface RunLock {
  /** Gives the run back; harmless when said twice. */
  release(): Promise<void>;
}

/** Somebody has the lock. */
export class InUseError extends FoveaError {}

/** What a lock is taken for, as the words to whoever comes second. */
export interface LockUse {
  /** "this run is being trained by" */
  readonly held: string;
  readonly expected: string;
  readonly fix: string;
}

const TRAINING: LockUse = {
  held: 'this run is being trained by',
  expected: 'one trainer at a time',
  fix: 'wait or stop it, or choose another name',
};

export const lockFile = (folder: string): string =>
  path.join(path.dirname(folder), `.${path.basename(folder)}.lock`);

/** Takes the lock of a run's folder, or throws a FoveaError that says who has it. */
export async function lockRun(folder: string, use = TRAINING): Promise<RunLock> {
  const file = lockFile(folder);
  const own = `${file}.${randomBytes(6).toString('hex')}`;
  const text = JSON.stringify(await thisProcess());
  try {
    // A name is given in one step and only where there is none: a lock is never seen half-written.
    while (!(await writtenAs(own, text, file))) await removeStale(folder, file, own, use);
  } catch (error) {
    throw error instanceof FoveaError ? error : writeError(file, error);
  } finally {
    await removed(own);
  }
  await sweep(file);
  return {
    release: async () => {
      // Somebody else's by now, if a person removed ours.
      if ((await readText(file)) === text) await removed(file);
    },
  };
}

/** Whether somebody trains the run of a folder now. */
export async function isLocked(folder: string): Promise<boolean> {
  const by = parse((await readText(lockFile(folder))) ?? '');
  return by !== undefined && (await mayRun(by));
}

/** What a broken disk does not let go is no lock once this process has ended: no reason to fail. */
async function removed(file: string): Promise<void> {
  await fs.rm(file, { force: true }).catch(() => undefined);
}

/** Removes what lockers killed in the act left beside the lock. */
async function sweep(file: string): Promise<void> {
  for (const name of await fs.readdir(path.dirname(file))) {
    if (!name.startsWith(`${path.basename(file)}.`)) continue;
    const left = path.join(path.dirname(file), name);
    const by = parse((await readText(left)) ?? '');
    // Half a file: its writer was killed, or writes it again when it finds it gone (`writtenAs`).
    if (by === undefined || !(await mayRun(by))) await removed(left);
  }
}

/** Writes `own` where it is not there, also when a sweeper took it for a killed locker's, and names it. */
async function writtenAs(own: string, text: string, file: string): Promise<boolean> {
  if ((await readText(own)) !== text) await fs.writeFile(own, text);
  return named(own, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return false;
    throw error;
  });
}

async function named(own: string, file: string): Promise<boolean> {
  try {
    await fs.link(own, file);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    // File systems without second names (FAT, some network shares).
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    return fs.copyFile(own, file, fs.constants.COPYFILE_EXCL).then(
      () => true,
      (copying: NodeJS.ErrnoException) => {
        if (copying.code === 'EEXIST') return false;
        throw copying;
      },
    );
  }
}

/**
 * Removes a lock whose process is gone; throws where it is not. Only who has the name `.takeover` removes, so
 * that nobody takes the new lock of one who was faster for the old one.
 */
async function removeStale(folder: string, file: string, own: string, use: LockUse): Promise<void> {
  const text = await readText(file);
  if (text === undefined) return;
  const by = parse(text);
  if (by === undefined || (await mayRun(by))) throw inUse(folder, file, by, use);
  const takeover = `${file}.takeover`;
  if (await named(own, takeover)) {
    if ((await readText(file)) === text) await fs.rm(file, { force: true });
    await fs.rm(takeover, { force: true });
  } else {
    const taker = parse((await readText(takeover)) ?? '');
    if (taker !== undefined && !(await mayRun(taker))) await fs.rm(takeover, { force: true });
    else await setTimeout(10);
  }
}

function parse(text: string): Holder | undefined {
  try {
    return holder.parse(parseJson(text, { where: 'a lock' }));
  } catch {
    return undefined;
  }
}

async function mayRun({ pid, host, begun }: Holder): Promise<boolean> {
  return host !== os.hostname() || isRunning(pid, begun);
}

async function thisProcess(): Promise<Holder> {
  return {
    pid: process.pid,
    host: os.hostname(),
    since: new Date().toISOString(),
    begun: await beginningOf(process.pid),
    token: randomBytes(6).toString('hex'),
  };
}

async function readText(file: string): Promise<string | undefined> {
  return fs.readFile(file, 'utf8').catch(() => undefined);
}

function inUse(
  folder: string,
  file: string,
  by: Holder | undefined,
  { held, expected, fix }: LockUse,
): InUseError {
  const who = by === undefined ? 'something' : `process ${by.pid} on ${by.host} since ${by.since}`;
  return new InUseError({
    where: folder,
    problem: `${held} ${who}`,
    expected,
    fix: `${fix}; if it is gone, remove ${file}`,
  });
}
