import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fovea } from '../../../test/support/commandLine.ts';
import { named, saveModelFiles } from '../../../test/support/savedModels.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fovea-serve-'));
const digits = saveModelFiles(path.join(folder, 'digits'), named('lenet5'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command that runs until it is told to end; `first` is its first line of JSON. */
function started(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(
    process.execPath,
    ['--no-warnings', 'src/cli/main.ts', 'serve', ...args, '--json'],
    {
      env: { ...process.env, ...env },
    },
  );
  child.stderr.resume();
  const first = new Promise<string>((resolve) =>
    child.stdout.once('data', (text) => resolve(String(text))),
  );
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  return { child, first, ended };
}
const somePort = (): string => String(20_000 + Math.floor(Math.random() * 20_000));

it('serves until it is told to stop, and answers what is in hand', async () => {
  const port = somePort();
  const env = { FOVEA_TOKEN: 'secret' };
  const { child, first, ended } = started(
    [`numbers=${digits}`, '--port', port, '--max-delay-ms', '10000', '--threads', '1'],
    env,
  );
  const serving = JSON.parse(await first) as { event: string; url: string; models: string[] };
  expect(serving).toMatchObject({
    event: 'serving',
    url: `http://127.0.0.1:${port}/`,
    models: ['numbers'],
  });
  const ask = (headers: Record<string, string>) =>
    fetch(`${serving.url}v1/models/numbers/predict`, {
      method: 'POST',
      body: JSON.stringify({
        picture: Array.from({ length: 28 }, (_, y) => Array(28).fill(y > 9 ? 255 : 0)),
        asIs: true,
      }),
      headers: { 'content-type': 'application/json', ...headers },
    });
  expect((await ask({})).status).toBe(401);
  const inHand = ask({ authorization: 'Bearer secret' });
  const headers = { authorization: 'Bearer secret' };
  await expect
    .poll(async () => (await fetch(`${serving.url}metrics`, { headers })).text())
    .toContain('fovea_requests_in_hand 1\n');
  child.kill('SIGTERM');
  expect((await inHand).status).toBe(200);
  expect(await ended).toBe(0);
});

it('refuses what it cannot serve before it listens', async () => {
  for (const [args, words, code] of [
    [[path.join(folder, 'nobody')], /there is no model file/, 1],
    [[digits, digits], /"digits" is .* already/, 2],
    [[digits, '--port', '70000'], /--port.*received "70000"/, 2],
    [[digits, '--max-batch', '0'], /--max-batch.*received "0"/, 2],
  ] as const) {
    const { code: ended, stderr } = await fovea('serve', ...args);
    expect(ended).toBe(code);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(words);
  }
});
