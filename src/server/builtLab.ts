/**
 * @file The built lab: in the package it is shipped, in the repository it is built when it is asked for.
 *
 * It is built beside its place and takes it in one step, so that two commands at once get a whole lab each.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FoveaError } from '../base/errors.ts';
import { type LabFiles, readLabFiles } from './labFiles.ts';

/** `src` in the repository, `dist` in the package. */
const HERE = fileURLToPath(new URL('..', import.meta.url));
const ROOT = path.dirname(path.resolve(HERE));

/** Reads after a build of somebody else is waited for this often, and this long each, in milliseconds. */
const TRIES = 20;
const PAUSE = 100;

/** The files of the built lab; in the repository they are built first where they are missing or old. */
export async function builtLab(note: (words: string) => void): Promise<LabFiles> {
  if (path.basename(HERE) === 'dist') return readLabFiles(path.join(HERE, 'lab'));
  const folder = path.join(ROOT, 'dist', 'lab');
  const why = await whyBuild(folder, ROOT);
  if (why !== undefined) {
    note(`The lab ${why}: building it, which takes a few seconds ...`);
    await buildLab(folder);
  }
  for (let tried = 1; ; tried++) {
    try {
      return await readLabFiles(folder);
    } catch (error) {
      // Another command puts a newer lab in its place just now.
      if (tried === TRIES) throw error;
      await setTimeout(PAUSE);
    }
  }
}

/** "is not built yet", or "is older than its sources"; undefined where it is as it should be. */
export async function whyBuild(folder: string, root: string): Promise<string | undefined> {
  const built = await fs.stat(path.join(folder, 'index.html')).catch(() => undefined);
  if (built === undefined) return 'is not built yet';
  const newest = await newestChange([path.join(root, 'lab'), path.join(root, 'src')]);
  return newest > built.mtimeMs ? 'is older than its sources' : undefined;
}

/** When a source was last changed, in milliseconds; tests do not count. */
async function newestChange(folders: readonly string[]): Promise<number> {
  let newest = 0;
  for (const folder of folders) {
    const names = await fs.readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of names) {
      if (!entry.isFile() || entry.name.endsWith('.test.ts')) continue;
      const { mtimeMs } = await fs.stat(path.join(entry.parentPath, entry.name));
      newest = Math.max(newest, mtimeMs);
    }
  }
  return newest;
}

async function buildLab(folder: string): Promise<void> {
  const vite = path.join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  if (!existsSync(vite)) {
    const problem = 'the lab cannot be built: Vite is not installed';
    throw new FoveaError({ where: ROOT, problem, fix: 'npm install' });
  }
  const staged = `${folder}.${randomBytes(6).toString('hex')}.new`;
  try {
    const args = [vite, 'build', 'lab', '--logLevel', 'warn', '--outDir', staged];
    await succeeded(process.execPath, args);
    await fs.rm(folder, { recursive: true, force: true });
    await fs.rename(staged, folder).catch((error: unknown) => {
      // Another command was faster; its lab is as good.
      if (!existsSync(path.join(folder, 'index.html'))) throw error;
    });
  } finally {
    await fs.rm(staged, { recursive: true, force: true });
  }
}

function succeeded(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-4_000);
      });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new FoveaError({ problem: `the lab cannot be built:\n${said.trim()}` }));
    });
  });
}
