/**
 * @file A copy of the repository for small bugs or counters to be put into.
 */
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';

const COPIED = ['src', 'test', 'tools', 'docs'];
const FILES = ['README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE'];
const SETTINGS = ['package.json', 'package-lock.json', 'vitest.config.ts', 'tsconfig.json'];

/** Replaces what was at `root` before. */
export function copyRepository(root: string): void {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  for (const name of [...COPIED, ...FILES, ...SETTINGS])
    cpSync(name, `${root}/${name}`, { recursive: true });
  symlinkSync(resolve('node_modules'), `${root}/node_modules`);
}
