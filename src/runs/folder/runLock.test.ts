/** @file Locks of processes that have ended but are still listed; what else locks promise is in `runFolder.test.ts`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isLocked, lockFile, lockRun } from './runLock.ts';

const isLinux = process.platform === 'linux';

it.runIf(isLinux)('of a process that nobody asked how it ended is none', async () => {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-lock-'));
  const folder = path.join(home, 'run');
  // The shell becomes a sleep before its child ends, and a sleep never asks after a child.
  const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 20']);
  try {
    const pid = Number(String((await once(parent.stdout, 'data'))[0]));
    const stat = () => fs.readFile(`/proc/${pid}/stat`, 'utf8');
    while (!(await stat()).includes(') Z ')) await setTimeout(5);
    const begun = (await stat()).split(' ')[21];
    const ended = { pid, host: os.hostname(), since: '', begun, token: '' };
    await fs.writeFile(lockFile(folder), JSON.stringify(ended));
    expect(await isLocked(folder)).toBe(false);
    await (await lockRun(folder)).release();
    expect(await fs.readdir(home)).toEqual([]);
  } finally {
    parent.kill('SIGKILL');
    await fs.rm(home, { recursive: true });
  }
});
