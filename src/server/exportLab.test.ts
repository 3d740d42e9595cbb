import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exportLab } from './exportLab.ts';
import { digestOf, type LabFiles } from './labFiles.ts';

let home: string;
let folder: string;
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-export-'));
  folder = path.join(home, 'public/lab');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fs.rm(home, { recursive: true, force: true });
});

function lab(files: Readonly<Record<string, string>>): LabFiles {
  return new Map(
    Object.entries(files).map(([name, text]) => {
      const bytes = Buffer.from(text);
      return [name, { bytes, type: 'text/plain', digest: digestOf(bytes) }];
    }),
  );
}

const first = lab({ 'index.html': '<head></head>1', 'assets/a-1.js': 'one', 'icon.svg': 'i' });
const second = lab({ 'index.html': '<head></head>2', 'assets/a-2.js': 'two', 'icon.svg': 'i' });

async function filesIn(place: string): Promise<string[]> {
  const entries = await fs.readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(place, path.join(entry.parentPath, entry.name)))
    .sort();
}
const read = (name: string) => fs.readFile(path.join(folder, name), 'utf8');
const systemError = (code: string) => Object.assign(new Error(`${code}: no`), { code });

/** Every file on disk fails to be written from the `n`th on. */
function failFrom(n: number, code: string): void {
  const open = fs.open.bind(fs);
  let written = 0;
  vi.spyOn(fs, 'open').mockImplementation(async (...args: Parameters<typeof fs.open>) => {
    const handle = await open(...args);
    if (args[1] === 'wx' && ++written >= n)
      vi.spyOn(handle, 'sync').mockRejectedValue(systemError(code));
    return handle;
  });
}

describe('a static lab', () => {
  it('is its files, the policy in the page, and a list of them', async () => {
    const result = await exportLab(first, folder);
    expect(result).toMatchObject({ folder, files: 3, replaced: false });
    expect(await filesIn(folder)).toEqual([
      'assets/a-1.js',
      'fovea-lab.json',
      'icon.svg',
      'index.html',
    ]);
    expect(await read('index.html')).toMatch(
      /^<head>\s*<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'/,
    );
    expect(await read('index.html')).not.toContain('frame-ancestors');
  });

  it('carries the service worker where it is asked to isolate itself, and only there', async () => {
    const withWorker = new Map([...first, ...lab({ 'isolationWorker.js': 'worker' })]);
    await exportLab(withWorker, folder, { isolate: true });
    expect(await read('index.html')).toContain(
      'name="fovea-isolation" content="isolationWorker.js"',
    );
    expect(await filesIn(folder)).toContain('isolationWorker.js');
    await exportLab(withWorker, folder);
    expect(await read('index.html')).not.toContain('fovea-isolation');
    expect(await filesIn(folder)).not.toContain('isolationWorker.js');
  });

  it('is renewed in place; files of the old one go', async () => {
    await exportLab(first, folder);
    expect(await exportLab(second, folder)).toMatchObject({ replaced: true });
    expect(await filesIn(folder)).toEqual([
      'assets/a-2.js',
      'fovea-lab.json',
      'icon.svg',
      'index.html',
    ]);
    expect(await read('index.html')).toMatch(/2$/);
    const before = await fs.stat(path.join(folder, 'icon.svg'));
    await exportLab(second, folder);
    expect((await fs.stat(path.join(folder, 'icon.svg'))).mtimeMs).toBe(before.mtimeMs);
  });

  it('goes into an empty folder, also through a link', async () => {
    await fs.mkdir(path.join(home, 'disk'));
    await fs.symlink(path.join(home, 'disk'), path.join(home, 'link'));
    await exportLab(first, path.join(home, 'link'));
    expect(await filesIn(path.join(home, 'disk'))).toContain('index.html');
  });
});

describe('a folder with other things in it', () => {
  it.each(['notes.txt', '.git/config', 'assets/photo.png'])(
    'such as %s is refused',
    async (name) => {
      await exportLab(first, folder);
      await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await fs.writeFile(path.join(folder, name), 'mine');
      await expect(exportLab(second, folder)).rejects.toThrow(
        new RegExp(`holds other things \\(${name}\\); nothing was written[\\s\\S]*another folder`),
      );
      expect(await read(name)).toBe('mine');
      expect(await read('index.html')).toMatch(/1$/);
      expect(await filesIn(folder)).toContain('assets/a-1.js');
    },
  );

  it('without any lab is refused and left as it is', async () => {
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(path.join(folder, 'index.html'), 'my page');
    await expect(exportLab(first, folder)).rejects.toThrow(/holds other things \(index.html\)/);
    expect(await filesIn(folder)).toEqual(['index.html']);
  });

  it('is one where a file of the lab was changed by hand', async () => {
    await exportLab(first, folder);
    await fs.writeFile(path.join(folder, 'assets/a-1.js'), 'edited');
    await expect(exportLab(second, folder)).rejects.toThrow(/changed by hand \(assets\/a-1.js\)/);
    expect(await read('assets/a-1.js')).toBe('edited');
  });

  it('is one whose list is not ours, or names what lies elsewhere', async () => {
    await exportLab(first, folder);
    await fs.writeFile(path.join(home, 'public/precious.txt'), 'mine');
    const list = JSON.parse(await read('fovea-lab.json'));
    list.files['../precious.txt'] = [digestOf(Buffer.from('mine'))];
    await fs.writeFile(path.join(folder, 'fovea-lab.json'), JSON.stringify(list));
    await expect(exportLab(second, folder)).rejects.toThrow(/names other places/);
    await fs.writeFile(path.join(folder, 'fovea-lab.json'), '{"files":[]}');
    await expect(exportLab(second, folder)).rejects.toThrow(/not the lab's list/);
    await fs.writeFile(path.join(folder, 'fovea-lab.json'), '{');
    await expect(exportLab(second, folder)).rejects.toThrow(/fovea-lab.json/);
    expect(await fs.readFile(path.join(home, 'public/precious.txt'), 'utf8')).toBe('mine');
  });

  it('may be a file', async () => {
    await fs.writeFile(path.join(home, 'public'), 'mine');
    await expect(exportLab(first, path.join(home, 'public'))).rejects.toThrow(/this is a file/);
    await expect(exportLab(first, folder)).rejects.toThrow(/a part of the path is a file/);
    expect(await fs.readFile(path.join(home, 'public'), 'utf8')).toBe('mine');
  });
});

describe('faults', () => {
  it.each([1, 2, 4])(
    'a disk that is full at file %d is said so, and the next try is whole',
    async (n) => {
      failFrom(n, 'ENOSPC');
      await expect(exportLab(first, folder)).rejects.toThrow(
        /the disk is full \(ENOSPC\)[\s\S]*or choose a folder on another disk/,
      );
      vi.restoreAllMocks();
      await exportLab(first, folder);
      expect((await filesIn(folder)).length).toBe(4);
    },
  );

  it.each([1, 2, 3, 4])('a renewal that ends at file %d leaves a lab that works', async (n) => {
    await exportLab(first, folder);
    failFrom(n, 'ENOSPC');
    await exportLab(second, folder).catch(() => undefined);
    vi.restoreAllMocks();
    const page = (await read('index.html')).at(-1);
    expect(await read(page === '1' ? 'assets/a-1.js' : 'assets/a-2.js')).toBe(
      page === '1' ? 'one' : 'two',
    );
    await exportLab(second, folder);
    expect(await filesIn(folder)).toEqual([
      'assets/a-2.js',
      'fovea-lab.json',
      'icon.svg',
      'index.html',
    ]);
  });

  it('a folder that may not be written leaves nothing behind, not even itself', async () => {
    failFrom(1, 'EROFS');
    await expect(exportLab(first, folder)).rejects.toThrow(/read-only \(EROFS\)/);
    expect(await fs.readdir(home)).toEqual([]);
  });

  it('two at once: one writes, or one after the other; the folder is whole', async () => {
    const both = await Promise.allSettled([exportLab(first, folder), exportLab(second, folder)]);
    const failed = both.filter((each) => each.status === 'rejected');
    for (const each of failed) expect(String(each.reason)).toMatch(/being written here by process/);
    expect(failed.length).toBeLessThan(2);
    await exportLab(second, folder);
    expect((await filesIn(folder)).length).toBe(4);
  });
});
