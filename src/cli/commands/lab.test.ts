import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fovea as foveaHere } from '../../../test/support/commandLine.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

let home: string;
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-lab-cli-'));
});
afterAll(() => fs.rm(home, { recursive: true, force: true }));

/** Runs `fovea lab ...` in a process of its own; `onLine` gets the first line of standard output. */
async function fovea(args: readonly string[], onLine?: (line: string, pid: number) => unknown) {
  const child = spawn(process.execPath, ['--no-warnings', MAIN, 'lab', ...args], { cwd: home });
  const text = { stdout: '', stderr: '' };
  let told: unknown;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      text[name] += part;
      const line = /^(.*)\n/.exec(text.stdout)?.[1];
      if (line !== undefined && told === undefined) told = onLine?.(line, child.pid ?? 0) ?? true;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  await told;
  return { code, ...text };
}

it('serves the lab until Ctrl-C and says where', async () => {
  const seen: Record<string, unknown> = {};
  const { code, stdout } = await fovea(['--json'], async (line, pid) => {
    const { event, url, link, port } = JSON.parse(line);
    Object.assign(seen, { event, url, link, port });
    const page = await fetch(url);
    seen.isolated = page.headers.get('cross-origin-embedder-policy');
    seen.script = /src="\.\/(assets\/[^"]+\.js)"/.exec(await page.text())?.[1];
    seen.status = (await fetch(`${url}${seen.script}`)).status;
    process.kill(pid, 'SIGINT');
  });
  expect(seen).toMatchObject({ event: 'lab', isolated: 'require-corp', status: 200 });
  expect(seen.url).toBe(`http://127.0.0.1:${seen.port}/`);
  expect(seen.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32}$/);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(130);
});

it('writes a static folder, again over its own, and never over other things', async () => {
  const first = await fovea(['--build', 'site/lab']);
  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout).toMatch(/The lab lies in site\/lab: \d+ files/);
  const page = await fs.readFile(path.join(home, 'site/lab/index.html'), 'utf8');
  expect(page).toContain('Content-Security-Policy');
  // Under a sub-path every address must be relative.
  expect(page).not.toMatch(/(src|href)="\//);
  expect((await fovea(['--build', 'site/lab'])).stdout).toMatch(/was renewed/);
  await fs.writeFile(path.join(home, 'site/lab/CNAME'), 'example.com');
  const refused = await fovea(['--build', 'site/lab']);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/holds other things \(CNAME\); nothing was written/);
});

it.each([
  [['--port', '0'], /--port: received "0"[\s\S]*1 to 65535/],
  [['--port', 'http'], /--port: received "http"/],
  [['--build', 'x', '--open'], /leave --open out/],
  [['--build', 'x', '--port', '8000'], /leave --port out/],
  [['--build', ''], /empty name/],
  [['--isolate'], /--isolate is for --build/],
  [['--prot', '8000'], /unknown option '--prot'/],
])('says of %j what is wrong', async (args, message) => {
  const { code, stderr } = await foveaHere('lab', ...args);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

it('says which port is taken, and what to do', async () => {
  let second: Awaited<ReturnType<typeof fovea>> | undefined;
  const first = await fovea(['--json'], async (line, pid) => {
    second = await fovea(['--port', String(JSON.parse(line).port)]);
    process.kill(pid, 'SIGTERM');
  });
  // SIGTERM is how service managers end a server: it has done its work.
  expect(first.code).toBe(0);
  expect(second?.code).toBe(1);
  expect(second?.stderr).toMatch(/another program uses this port[\s\S]*leave --port out/);
});
