/** @file Unfinished files of processes that have ended but are still listed; what else they promise is in `download.test.ts`. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { listsEnded, withEnded } from '../../../test/support/endedProcess.ts';
import { claimPart } from './partFile.node.ts';

it.runIf(listsEnded)('what a process left that nobody asked how it ended is taken up', async () => {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-part-'));
  const file = path.join(home, 'set.gz');
  const host = os.hostname().replace(/[^\w-]/g, '_');
  try {
    await withEnded(async (pid) => {
      await fs.writeFile(`${file}.${host}-${pid}-0.part`, 'its bytes');
      expect(await fs.readFile(await claimPart(file), 'utf8')).toBe('its bytes');
    });
  } finally {
    await fs.rm(home, { recursive: true });
  }
});
