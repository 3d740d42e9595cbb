import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { whyBuild } from './builtLab.ts';

let root: string;
beforeEach(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-built-'));
  for (const [name, seconds] of [
    ['lab/src/main.tsx', 100],
    ['src/web.ts', 100],
    ['dist/lab/index.html', 200],
  ] as const) {
    await fs.mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await fs.writeFile(path.join(root, name), '');
    await fs.utimes(path.join(root, name), seconds, seconds);
  }
});
afterEach(() => fs.rm(root, { recursive: true, force: true }));

const why = () => whyBuild(path.join(root, 'dist/lab'), root);

it('is built once, and again when a source of the page or the library is newer', async () => {
  expect(await why()).toBeUndefined();
  for (const name of ['lab/src/main.tsx', 'src/web.ts']) {
    await fs.utimes(path.join(root, name), 300, 300);
    expect(await why(), name).toBe('is older than its sources');
    await fs.utimes(path.join(root, name), 100, 100);
  }
  await fs.writeFile(path.join(root, 'src/web.test.ts'), 'new, but no part of it');
  expect(await why()).toBeUndefined();
  await fs.rm(path.join(root, 'dist/lab/index.html'));
  expect(await why()).toBe('is not built yet');
});
