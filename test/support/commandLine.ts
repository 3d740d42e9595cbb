/**
 * @file A command run in the process of a test: what it printed and what it noted, and a folder to run it in.
 *
 * Whatever is changed for it (streams, working directory) is put back, since test files share a process.
 */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/commandLine.ts';

export interface Heard {
  /** Of standard output. */
  readonly printed: string;
  /** Of standard error. */
  readonly noted: string;
}

/** Runs a command as its words on a command line would; its errors are thrown. */
export const hear = (command: Command, ...words: readonly string[]): Promise<Heard> =>
  heard(() => command.exitOverride().parseAsync(words, { from: 'user' }));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs what stands behind "fovea" on a command line, to its exit code; its errors are words on standard error. */
export async function fovea(...words: readonly string[]): Promise<Ended> {
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    const { printed, noted } = await heard(() => runCommandLine(words));
    return { code: Number(process.exitCode ?? 0), stdout: printed, stderr: noted };
  } finally {
    process.exitCode = before;
  }
}

async function heard(run: () => Promise<unknown>): Promise<Heard> {
  const [printed, noted]: [string[], string[]] = [[], []];
  const out = vi
    .spyOn(process.stdout, 'write')
    .mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  const notes = vi
    .spyOn(process.stderr, 'write')
    .mockImplementation((chunk) => noted.push(String(chunk)) > 0);
  try {
    await run();
  } finally {
    out.mockRestore();
    notes.mockRestore();
  }
  return { printed: printed.join(''), noted: noted.join('') };
}

/** What it prints alone. */
export const heardOf = async (command: Command, ...words: readonly string[]): Promise<string> =>
  (await hear(command, ...words)).printed;

/** An empty folder, which is the working directory while the tests of a file run; its path, once they do. */
export function inOwnFolder(name: string): () => string {
  const before = process.cwd();
  let folder = '';
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), `fovea-${name}-`));
    process.chdir(folder);
  });
  afterAll(async () => {
    process.chdir(before);
    await fs.rm(folder, { recursive: true, force: true });
  });
  return () => folder;
}
