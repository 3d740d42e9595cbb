import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRegular } from './regularFile.node.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-regular-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('readRegular', () => {
  it('reads a file and a link to one, up to its limit', async () => {
    const path = join(folder, 'a');
    writeFileSync(path, '12345');
    symlinkSync(path, join(folder, 'link'));
    expect((await readRegular(path, 5)).toString()).toBe('12345');
    expect((await readRegular(join(folder, 'link'), 5)).toString()).toBe('12345');
    await expect(readRegular(path, 4, 'a spec')).rejects.toThrow(
      /a: it has 5 bytes[\s\S]*a spec of at most 4 bytes/,
    );
    await expect(readRegular(join(folder, 'b'), 4)).rejects.toThrow(/cannot be read: ENOENT/);
    await expect(readRegular(folder, 4)).rejects.toThrow(/this is a folder/);
  });

  it.skipIf(process.platform === 'win32')('does not wait for pipes and devices', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(readRegular(pipe, 9)).rejects.toThrow(/no regular file/);
    await expect(readRegular('/dev/zero', 9)).rejects.toThrow(/no regular file/);
  });
});
