import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const { dense, flatten } = layers;

const tiny = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  flatten(),
  dense({ units: 10, activation: 'softmax' }),
]);
const TRAIN = ['train', 'tiny.json', '--backend', 'reference', '--train-count', '60'];
const QUICK = [...TRAIN, '--test-count', '20', '--epochs', '3', '--batch-size', '10'];

let home: string;
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-streams-'));
  await fs.writeFile(path.join(home, 'tiny.json'), JSON.stringify(tiny));
});
afterAll(() => fs.rm(home, { recursive: true, force: true }));

type Stdout = 'pipe' | number;

function start(args: readonly string[], stdout: Stdout = 'pipe') {
  const child = spawn(process.execPath, ['--no-warnings', MAIN, ...args], {
    cwd: home,
    stdio: ['ignore', stdout, 'pipe'],
  });
  // As a shell says it: 128 and the signal's number.
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code, signal) => resolve(signal === 'SIGINT' ? 130 : code));
  });
  return { child, ended };
}

const statusOf = async (name: string): Promise<string> =>
  JSON.parse(await fs.readFile(path.join(home, 'runs', name, 'run.json'), 'utf8')).status;

const NO_FULL_DEVICE = 'this system has no /dev/full';

describe('training', () => {
  it('goes on to its end when its reader leaves after the first line', async () => {
    const { child, ended } = start([...QUICK, '--name', 'unread']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await ended).toBe(0);
    expect(await statusOf('unread')).toBe('done');
  });

  it('goes on when its messages have no reader', async () => {
    const { child, ended } = start([...QUICK, '--json', '--name', 'unheard']);
    child.stderr?.once('data', () => child.stderr?.destroy());
    child.stdout?.resume();
    expect(await ended).toBe(0);
    expect(await statusOf('unheard')).toBe('done');
  });

  it('is saved though its output is lost, and says 1', async ({ skip }) => {
    skip(!existsSync('/dev/full'), NO_FULL_DEVICE);
    const { child, ended } = start([...QUICK, '--name', 'full'], openSync('/dev/full', 'w'));
    let words = '';
    child.stderr?.on('data', (part) => {
      words += part;
    });
    expect(await ended).toBe(1);
    expect(words).toMatch(/standard output cannot be written: ENOSPC[\s\S]*Training goes on/);
    expect(words).not.toMatch(/ at .*\.ts:/);
    expect(await statusOf('full')).toBe('done');
  });
});

describe('other commands', () => {
  it('say 0 when all was said before the reader left', async () => {
    const { child, ended } = start(['data', 'list']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await ended).toBe(0);
  });

  it('say 1 where nothing can be written', async ({ skip }) => {
    skip(!existsSync('/dev/full'), NO_FULL_DEVICE);
    expect(await start(['summary', 'lenet5'], openSync('/dev/full', 'w')).ended).toBe(1);
  });

  it('stop at Ctrl-C whatever they are doing, with 130', async () => {
    await start([...QUICK, '--name', 'tested']).ended;
    const { child, ended } = start(['evaluate', 'runs/tested', '--test-count', '200000']);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });
});
