import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isTemporary, linkWhole, removeTemporaryFiles, writeWhole } from './wholeFile.ts';

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fs.rm(folder, { recursive: true, force: true });
});

const systemError = (code: string) => Object.assign(new Error(`${code}: no`), { code });

describe('writeWhole', () => {
  it('replaces a file and leaves nothing else', async () => {
    const file = path.join(folder, 'a.json');
    await writeWhole(file, 'old');
    await writeWhole(file, new TextEncoder().encode('new'));
    expect(await fs.readFile(file, 'utf8')).toBe('new');
    expect(await fs.readdir(folder)).toEqual(['a.json']);
  });

  it.each([
    ['ENOSPC', /a\.json: cannot write: the disk is full \(ENOSPC\)/],
    ['EDQUOT', /disk quota/],
    ['EROFS', /read-only/],
    ['EIO', /EIO: no/],
  ])('keeps the old file when the disk says %s', async (code, message) => {
    const file = path.join(folder, 'a.json');
    await writeWhole(file, 'old');
    const open = fs.open.bind(fs);
    vi.spyOn(fs, 'open').mockImplementation(async (...args: Parameters<typeof fs.open>) => {
      const handle = await open(...args);
      // A full disk is often noticed only when the bytes are forced out.
      vi.spyOn(handle, 'sync').mockRejectedValue(systemError(code));
      return handle;
    });
    await expect(writeWhole(file, 'new, and longer')).rejects.toThrow(message);
    vi.restoreAllMocks();
    expect(await fs.readFile(file, 'utf8')).toBe('old');
    expect(await fs.readdir(folder)).toEqual(['a.json']);
  });

  it('says so when the folder cannot be written', async () => {
    vi.spyOn(fs, 'open').mockRejectedValue(systemError('EACCES'));
    await expect(writeWhole(path.join(folder, 'a'), '')).rejects.toThrow(
      /no permission to write there \(EACCES\)[\s\S]*to fix: choose another folder/,
    );
  });

  it('clears what a killed writer left', async () => {
    await fs.writeFile(path.join(folder, '.a.json.0123456789ab.tmp'), 'half');
    await fs.writeFile(path.join(folder, 'a.json'), 'whole');
    await removeTemporaryFiles(folder);
    expect(await fs.readdir(folder)).toEqual(['a.json']);
    expect(isTemporary('.gitignore')).toBe(false);
  });
});

describe('linkWhole', () => {
  it('gives a second name that lives on when the first is replaced', async () => {
    const [best, last] = ['best', 'last'].map((name) => path.join(folder, name));
    await writeWhole(last, 'older');
    await writeWhole(best, 'good');
    expect(await linkWhole(best, last)).toBe(true);
    expect(await linkWhole(best, last)).toBe(true); // once more changes nothing
    await writeWhole(last, 'newer');
    expect(await fs.readFile(best, 'utf8')).toBe('good');
    expect(await fs.readFile(last, 'utf8')).toBe('newer');
    expect((await fs.readdir(folder)).sort()).toEqual(['best', 'last']);
  });

  it('says where there are no second names', async () => {
    const file = path.join(folder, 'a');
    await writeWhole(file, 'a');
    vi.spyOn(fs, 'link').mockRejectedValue(systemError('EPERM'));
    expect(await linkWhole(file, path.join(folder, 'b'))).toBe(false);
  });
});
