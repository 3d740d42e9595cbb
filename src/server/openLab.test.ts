import fs from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FoveaError } from '../base/errors.ts';
import { type LabFiles, readLabFiles } from './labFiles.ts';
import { type Lab, openLab } from './openLab.ts';
import { parts } from './routes/index.ts';
import type { Part } from './routes/part.ts';

/** Takes notes and throws on demand, as a part of the lab may. */
const notes: string[] = [];
const echo: Part = {
  mostBody: 1000,
  routes: ({ folder }) =>
    new Hono()
      .get('/', (c) => c.json({ folder }))
      .post('/', async (c) => {
        notes.push(await c.req.text());
        return c.json({ written: notes.length });
      })
      .get('/wrong', () => {
        throw new FoveaError({ problem: 'no such run "x"', expected: 'one of a, b' });
      })
      .get('/bug', () => {
        throw new Error('secret of the house');
      }),
};

let home: string;
let files: LabFiles;
let lab: Lab;
const bugs: unknown[] = [];

beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-lab-'));
  await fs.mkdir(path.join(home, 'lab/assets'), { recursive: true });
  await fs.writeFile(path.join(home, 'secret.txt'), 'SECRET');
  await fs.writeFile(path.join(home, 'lab/index.html'), '<!doctype html><title>Lab</title>');
  await fs.writeFile(path.join(home, 'lab/assets/a-1.js'), 'export {};');
  await fs.symlink(path.join(home, 'secret.txt'), path.join(home, 'lab/link.txt'));
  await fs.symlink(home, path.join(home, 'lab/assets/up'));
  files = await readLabFiles(path.join(home, 'lab'));
  lab = await openLab({
    files,
    folder: home,
    parts: { ...parts, echo },
    onBug: (error) => bugs.push(error),
  });
});
afterAll(async () => {
  await lab.close();
  await fs.rm(home, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** A request as it is written here: `fetch` would tidy up the path and refuse to set Host. */
function ask(method: string, target: string, headers: Record<string, string> = {}, body = '') {
  return new Promise<Answer>((resolve, reject) => {
    const options = { host: '127.0.0.1', port: lab.port, method, path: target, headers };
    const request = http.request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}
const get = (target: string, headers: Record<string, string> = {}) => ask('GET', target, headers);
const withToken = () => ({ 'x-fovea-token': lab.token });

describe('the files of the lab', () => {
  it('come with isolation, a strict policy and their type', async () => {
    const { status, headers, text } = await get('/');
    expect(status).toBe(200);
    expect(text).toContain('<title>Lab</title>');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    const policy = headers['content-security-policy'];
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-inline|[^-]unsafe-eval|\*|https?:/);
    expect((await get('/assets/a-1.js')).headers['content-type']).toMatch(/^text\/javascript/);
  });

  it('are asked for again and not sent again', async () => {
    const { headers } = await get('/');
    expect(headers['cache-control']).toBe('no-cache');
    const again = await get('/', { 'if-none-match': headers.etag ?? '' });
    expect(again).toMatchObject({ status: 304, text: '' });
    expect(again.headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect((await get('/', { 'if-none-match': '"other"' })).status).toBe(200);
    expect(await ask('HEAD', '/')).toMatchObject({ status: 200, text: '' });
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/..\\secret.txt',
    '//secret.txt',
    '/%00/index.html',
    '/index.html%00.js',
    '/assets',
    '/assets/',
    '/link.txt',
    '/assets/up/secret.txt',
    '/assets/up/lab/index.html',
    '/%E0%A4%A',
    '/constructor',
    '/__proto__',
  ])('do not include %s', async (target) => {
    const { status, text } = await get(target);
    expect([400, 404]).toContain(status);
    expect(text).not.toContain('SECRET');
  });

  it('are still there when the folder is not', async () => {
    await fs.rename(path.join(home, 'lab'), path.join(home, 'away'));
    try {
      expect((await get('/assets/a-1.js')).status).toBe(200);
    } finally {
      await fs.rename(path.join(home, 'away'), path.join(home, 'lab'));
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('take no %s', async (method) => {
    expect((await ask(method, '/', withToken())).status).toBe(405);
  });
});

describe('who is answered', () => {
  it('is asked for under the own names', async () => {
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])
      expect((await get('/', { host: `${name}:${lab.port}` })).status, name).toBe(200);
  });

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '127.0.0.1'])(
    'is not %s, which leads here too',
    async (name) => {
      for (const host of [name, `${name}:${lab.port + 1}`, `evil.example:${lab.port}`]) {
        const { status, text } = await get('/api/echo', { host });
        expect(status, host).toBe(421);
        expect(text).toContain('this server is not');
        expect(text).not.toContain(home);
      }
    },
  );

  it('is our own page, not another one in the same browser', async () => {
    const own = `http://127.0.0.1:${lab.port}`;
    expect((await get('/api/about', { origin: own })).status).toBe(200);
    for (const origin of [
      'http://evil.example',
      'null',
      `https://127.0.0.1:${lab.port}`,
      `${own}1`,
    ])
      expect((await get('/api/about', { origin })).status, origin).toBe(403);
    for (const site of ['cross-site', 'same-site'])
      expect((await get('/api/about', { 'sec-fetch-site': site })).status, site).toBe(403);
    expect((await get('/api/about', { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    // A link to the lab may stand on any page.
    expect((await get('/', { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
  });

  it('has the token where something is written', async () => {
    const before = notes.length;
    const wrong = { 'x-fovea-token': `${lab.token.slice(0, -1)}!` };
    for (const headers of [{}, wrong, { 'x-fovea-token': '' }, { cookie: `token=${lab.token}` }]) {
      const { status, text } = await ask('POST', '/api/echo', headers as never, 'hello');
      expect(status).toBe(401);
      expect(JSON.parse(text).fix).toContain('fovea lab');
    }
    expect(notes.length).toBe(before);
    const written = await ask('POST', '/api/echo', withToken(), 'hello');
    expect(written.status).toBe(200);
    expect(notes.at(-1)).toBe('hello');
  });

  it('may ask without one, and whether it has one', async () => {
    expect(JSON.parse((await get('/api/about')).text)).toMatchObject({ mayWrite: false });
    const { headers, text } = await get('/api/about', withToken());
    expect(JSON.parse(text)).toMatchObject({ name: 'fovea lab', mayWrite: true });
    expect(headers['cache-control']).toBe('no-store');
  });
});

describe('requests', () => {
  it('bring only so much along, whether they say how much or not', async () => {
    const before = notes.length;
    const large = 'x'.repeat(1001);
    const said = await ask('POST', '/api/echo', withToken(), large);
    expect(said.status).toBe(413);
    const chunked = { ...withToken(), 'transfer-encoding': 'chunked' };
    expect((await ask('POST', '/api/echo', chunked, large)).status).toBe(413);
    expect(notes.length).toBe(before);
    expect((await ask('POST', '/api/echo', withToken(), large.slice(1))).status).toBe(200);
  });

  it('that are a mistake are told so; a fault of ours stays on our side', async () => {
    const wrong = await get('/api/echo/wrong');
    expect(wrong.status).toBe(400);
    expect(JSON.parse(wrong.text).problem).toMatch(/no such run "x"[\s\S]*one of a, b/);
    const bug = await get('/api/echo/bug');
    expect(bug.status).toBe(500);
    expect(bug.text).not.toMatch(/secret|at .*\.ts/);
    expect(String(bugs.at(-1))).toContain('secret of the house');
    expect((await get('/api/nothing')).status).toBe(404);
  });

  it('that are no HTTP end the connection and nothing else', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = net.connect(lab.port, '127.0.0.1', () =>
        socket.write('\x16\x03\x01 hello\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (part) => {
        text += part;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect((await get('/')).status).toBe(200);
  });
});

describe('ports', () => {
  it('are free ones, and another lab gets another', async () => {
    const second = await openLab({ files, folder: home });
    expect(second.port).not.toBe(lab.port);
    expect(second.token).not.toBe(lab.token);
    expect(second.url).toBe(`http://127.0.0.1:${second.port}/`);
    expect(second.link).toBe(`${second.url}#token=${second.token}`);
    await second.close();
  });

  it('that are taken, or not of this machine, are said to be so', async () => {
    const options = { files, folder: home };
    await expect(openLab({ ...options, port: lab.port })).rejects.toThrow(
      /another program uses this port[\s\S]*leave port out/,
    );
    await expect(openLab({ ...options, host: '192.0.2.1' })).rejects.toThrow(/cannot listen here/);
  });

  it('are given back at once, whoever is still connected', async () => {
    const short = await openLab({ files, folder: home });
    const socket = net.connect(short.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    await short.close();
    await gone;
    const again = await openLab({ files, folder: home, port: short.port });
    await again.close();
  });

  it('need a folder that is a lab', async () => {
    await expect(readLabFiles(home)).rejects.toThrow(/no built lab/);
  });
});
