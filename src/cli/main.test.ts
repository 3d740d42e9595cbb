import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layers } from '../nn/layers/index.ts';
import { sequential } from '../nn/sequential.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const { conv2d, dense, flatten } = layers;

const tiny = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  conv2d({ filters: 2, kernelSize: 5, strides: 4, activation: 'tanh' }),
  flatten(),
  dense({ units: 10, activation: 'softmax' }),
]);

let home: string;
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-cli-'));
  await fs.writeFile(path.join(home, 'tiny.json'), JSON.stringify(tiny));
});
afterAll(async () => {
  await fs.rm(home, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: string[]) {
  const child = spawn(process.execPath, ['--no-warnings', MAIN, ...args], { cwd: home });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      text[name] += part;
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, ...text }));
  });
  return { child, ended };
}

const fovea = (...args: string[]) => start(...args).ended;
const lastEvent = (text: string) => JSON.parse(text.trim().split('\n').at(-1) ?? '');

it('ends with the code of its command, its output and its words apart', async () => {
  const [version, wrong] = [fovea('--version'), fovea('trian')];
  expect(await version).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  const { code, stdout, stderr } = await wrong;
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^unknown command "trian"\n[\s\S]*did you mean "train"\?\n$/);
});

describe.skipIf(process.platform === 'win32')('a run that is stopped', () => {
  const inRun = (name: string, file: string) => path.join(home, 'runs', name, file);
  const weights = (name: string) => fs.readFile(inRun(name, 'weights.safetensors'));
  const TINY = ['train', 'tiny.json', '--backend', 'reference', '--batch-size', '10', '--json'];
  const options = ['--train-count', '400', '--test-count', '20', '--checkpoint-every', '3'];
  const train = [...TINY, ...options, '--validation-split', '0.1'];
  /** More than any machine gets through before it is stopped. */
  const ENDLESS = ['--epochs', '4000'];

  /** Waits until the run has finished an epoch and is in the midst of a later one. */
  async function inLaterEpoch(name: string): Promise<void> {
    while (!existsSync(inRun(name, 'history.json'))) await sleep(5);
    await sleep(30);
  }

  async function epochsOf(name: string): Promise<number> {
    return JSON.parse(await fs.readFile(inRun(name, 'history.json'), 'utf8')).length;
  }

  it('goes on to the same bits after kill -9 and after Ctrl-C', async () => {
    const killed = start(...train, ...ENDLESS, '--name', 'killed');
    await inLaterEpoch('killed');
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(existsSync(inRun('killed', 'weights.safetensors'))).toBe(false);

    const stopped = start(...train, ...ENDLESS, '--name', 'stopped');
    await inLaterEpoch('stopped');
    stopped.child.kill('SIGINT');
    const { code, stdout } = await stopped.ended;
    expect(code).toBe(130);
    expect(lastEvent(stdout)).toMatchObject({
      event: 'stopped',
      run: path.join('runs', 'stopped'),
    });

    const epochs = 1 + Math.max(await epochsOf('killed'), await epochsOf('stopped'));
    const toTheEnd = [...train, '--epochs', String(epochs)];
    expect((await fovea(...toTheEnd, '--name', 'whole')).code).toBe(0);
    for (const name of ['killed', 'stopped']) {
      const resumed = await fovea(...toTheEnd, '--name', name, '--resume');
      expect(resumed.stderr).toMatch(/Going on after epoch \d/);
      expect(lastEvent(resumed.stdout)).toMatchObject({ event: 'done', epochs });
      expect((await weights(name)).equals(await weights('whole')), name).toBe(true);
      const left = await fs.readdir(inRun(name, '.'), { recursive: true });
      expect(left.filter((file) => file.endsWith('.tmp'))).toEqual([]);
    }
  });
});
