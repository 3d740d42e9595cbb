/** @file Locks of processes that have ended but are still listed; what else locks promise is in `runFolder.test.ts`. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { listsEnded, withEnded } from '../../../test/support/endedProcess.ts';
import { isLocked, lockFile, lockRun } from './runLock.ts';

it.runIf(listsEnded)('of a process that nobody asked how it ended is none', async () => {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-lock-'));
  const folder = path.join(home, 'run');
  try {
    await withEnded(async (pid, begun) => {
      const ended = { pid, host: os.hostname(), since: '', begun, token: '' };
      await fs.writeFile(lockFile(folder), JSON.stringify(ended));
      expect(await isLocked(folder)).toBe(false);
      await (await lockRun(folder)).release();
      expect(await fs.readdir(home)).toEqual([]);
    });
  } finally {
    await fs.rm(home, { recursive: true });
  }
});
