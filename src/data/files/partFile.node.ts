/**
 * @file The unfinished file of a download: written by one process alone, taken up by the next.
 *
 *   NAME.HOST-PID-N.part   while its process writes it; nobody else opens it
 *   NAME.part              what one left who stopped; claimed by being renamed
 *
 * Two that fetch one file at once each have their own part, and the later one puts the same bytes in the place
 * of the same bytes. Links are not followed: a part is made where it is, or it was a regular file before.
 * Before: `download.node.ts`.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isRunning } from '../../base/liveProcess.node.ts';

/** Of a process of another machine nothing is known but that it has not written for so long. */
const ABANDONED_MS = 3_600_000;
/** Without a meaning on Windows. */
const NO_LINKS = constants.O_NOFOLLOW ?? 0;

let made = 0;

/** A name for a part of this process alone. */
export function ownPart(path: string): string {
  return `${path}.${host()}-${process.pid}-${made++}.part`;
}

const host = () => hostname().replace(/[^\w-]/g, '_');

/** Takes over what another left of the file, if any did, under a name of this process. */
export async function claimPart(path: string): Promise<string> {
  const own = ownPart(path);
  for (const left of await leftovers(path)) {
    const found = await lstat(left).catch(() => undefined);
    if (!found?.isFile()) continue;
    // Of two that try, one finds nothing any more.
    const claimed = await rename(left, own).then(
      () => true,
      () => false,
    );
    if (claimed) break;
  }
  return own;
}

/** Leaves a part for whoever comes next; an empty one goes. */
export async function leavePart(own: string, path: string): Promise<void> {
  const size = (await stat(own).catch(() => undefined))?.size ?? 0;
  await (size > 0 ? rename(own, `${path}.part`) : rm(own, { force: true })).catch(() => undefined);
}

/** For writing at any place; made if it is not there. */
export function openPart(own: string): Promise<FileHandle> {
  return open(own, constants.O_RDWR | constants.O_CREAT | NO_LINKS, 0o644);
}

/** For writing from the beginning; it must not be there. */
export function openNewPart(own: string): Promise<FileHandle> {
  return open(own, 'wx', 0o644);
}

/** Parts that nobody writes any more. */
async function leftovers(path: string): Promise<string[]> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  const found: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(prefix) || !name.endsWith('.part')) continue;
    const owner = /^(.+)-(\d+)-\d+$/.exec(name.slice(prefix.length, -'.part'.length));
    if (owner === null) continue;
    if (await isGone(join(folder, name), owner[1], Number(owner[2])))
      found.push(join(folder, name));
  }
  return [`${path}.part`, ...found];
}

async function isGone(part: string, machine: string, pid: number): Promise<boolean> {
  if (machine === host()) return !(await isRunning(pid));
  const written = (await stat(part).catch(() => undefined))?.mtimeMs ?? 0;
  return Date.now() - written > ABANDONED_MS;
}
