import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256, temporaryFolder } from '../../../test/support/idxFixtures.ts';
import { breakAfter, type Handler, Mirror, whole } from '../../../test/support/mirror.ts';
import { FoveaError } from '../../base/errors.ts';
import type { DownloadProgress } from '../dataset.ts';
import { fetchFile } from './download.node.ts';

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);

const known = { bytes: content.length, sha256: sha256(content) };

let folder: string;
let mirror: Mirror;

beforeEach(async () => {
  folder = temporaryFolder();
  mirror = await Mirror.open(whole(content));
});

afterEach(async () => {
  await mirror.close();
  rmSync(folder, { recursive: true, force: true });
});

const status =
  (code: number): Handler =>
  (_, response) => {
    response.writeHead(code).end('no');
  };

const path = () => join(folder, 'file.bin');

const fetchIt = (options: Partial<Parameters<typeof fetchFile>[0]> = {}) =>
  fetchFile({ urls: [`${mirror.base}file.bin`], path: path(), known, ...options });

describe('fetchFile', () => {
  it('fetches, checks, names the file, and tells how far it is', async () => {
    const events: DownloadProgress[] = [];
    await fetchIt({ onProgress: (event) => events.push(event) });
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
    expect(existsSync(`${path()}.part`)).toBe(false);
    expect(events.at(-1)).toEqual({
      file: 'file.bin',
      url: `${mirror.base}file.bin`,
      received: content.length,
      total: content.length,
    });
  });

  it('goes on where the connection broke', async () => {
    mirror.handlers = [breakAfter(content, 100_000), whole(content)];
    await fetchIt();
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
    expect(mirror.requests).toHaveLength(2);
    expect(Number(/\d+/.exec(mirror.requests[1].headers.range ?? '')?.[0])).toBeGreaterThan(0);
  });

  it('goes on with what an earlier run left', async () => {
    writeFileSync(`${path()}.part`, content.subarray(0, 250_000));
    await fetchIt();
    expect(mirror.requests.map((request) => request.headers.range)).toEqual(['bytes=250000-']);
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
  });

  it('begins again where the server cannot resume', async () => {
    writeFileSync(`${path()}.part`, content.subarray(0, 1000));
    mirror.handlers = [whole(content, { ranges: false })];
    await fetchIt();
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
  });

  it('asks for nothing when the part is whole already', async () => {
    writeFileSync(`${path()}.part`, content);
    await fetchIt();
    expect(mirror.requests).toHaveLength(0);
    expect(existsSync(path())).toBe(true);
  });

  it('drops a part that is longer than the file', async () => {
    writeFileSync(`${path()}.part`, new Uint8Array(content.length + 5));
    await fetchIt();
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
  });

  it('takes the next mirror after a missing file, a wrong file or a closed port', async () => {
    const wrong = Uint8Array.from(content, (value) => 255 - value);
    mirror.handlers = [status(404), whole(wrong), whole(content)];
    await fetchIt({
      urls: ['http://127.0.0.1:9/x', `${mirror.base}a`, `${mirror.base}b`, `${mirror.base}c`],
    });
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
    expect(mirror.requests.map((request) => request.url)).toEqual(['/a', '/b', '/c']);
  });

  it('throws away a damaged part and begins again', async () => {
    writeFileSync(`${path()}.part`, new Uint8Array(1000));
    await fetchIt({ urls: [`${mirror.base}a`, `${mirror.base}b`] });
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
  });

  it('names every mirror and why it failed, and how to do without', async () => {
    mirror.handlers = [
      status(404),
      whole(content.subarray(1)),
      whole(new Uint8Array(content.length)),
    ];
    const urls = ['http://127.0.0.1:9/x', `${mirror.base}a`, `${mirror.base}b`, `${mirror.base}c`];
    const error = await fetchIt({ urls }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FoveaError);
    const { message } = error as FoveaError;
    for (const url of urls) expect(message).toContain(url);
    expect(message).toMatch(/ECONNREFUSED|bad port/);
    expect(message).toContain('HTTP 404');
    expect(message).toContain('a file of 299999 bytes, not 300000');
    expect(message).toContain('another SHA-256');
    expect(message).toContain(known.sha256);
    expect(message).toContain('by hand');
    expect(existsSync(path())).toBe(false);
    expect(existsSync(`${path()}.part`)).toBe(false);
  });

  it('gives up a server that sends without end, or nothing at all', async () => {
    mirror.handlers = [
      (_, response) => {
        response.writeHead(200);
        response.write(content);
        response.end(content);
      },
      () => undefined,
    ];
    const attempt = fetchIt({ urls: [`${mirror.base}a`, `${mirror.base}b`], stallMs: 100 });
    await expect(attempt).rejects.toThrow(/sends more than[\s\S]*no answer for 100 ms/);
  });

  it('gives up a mirror that trickles, and keeps what it brought', async () => {
    mirror.handlers = [
      (_, response) => {
        response.writeHead(200, { 'content-length': content.length });
        let at = 0;
        const drop = setInterval(() => {
          response.write(content.subarray(at, at + 1));
          at++;
        }, 5);
        response.on('close', () => clearInterval(drop));
      },
      whole(content),
    ];
    const leastPace = { bytes: 1000, milliseconds: 150 };
    await expect(fetchIt({ leastPace })).rejects.toThrow(/brought \d+ bytes in 0\.15 s, too few/);
    expect(mirror.requests).toHaveLength(1);
    const part = readFileSync(`${path()}.part`);
    expect(part.length).toBeGreaterThan(0);
    expect(part.equals(content.subarray(0, part.length))).toBe(true);
    await fetchIt({ leastPace });
    expect(mirror.requests[1].headers.range).toBe(`bytes=${part.length}-`);
  });

  it('gives two at once a whole file each time', async () => {
    // The second begins while the first is half way, and ends after it.
    const slowly =
      (pause: number): Handler =>
      (_, response) => {
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, 150_000));
        setTimeout(() => response.end(content.subarray(150_000)), pause);
      };
    mirror.handlers = [slowly(60), slowly(120), slowly(30)];
    await Promise.all([fetchIt(), fetchIt(), fetchIt()]);
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
    expect(readdirSync(folder)).toEqual(['file.bin']);
  });

  it('is content with a file that another has fetched', async () => {
    mirror.handlers = [
      (_, response) => {
        writeFileSync(path(), content);
        response.writeHead(500).end();
      },
    ];
    await fetchIt();
    mirror.handlers = [status(500)];
    writeFileSync(path(), content.subarray(1));
    await expect(fetchIt()).rejects.toThrow('could not be downloaded');
  });

  it('takes up what a killed process left, never what a living one writes', async () => {
    const host = hostname().replace(/[^\w-]/g, '_');
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(`${path()}.${host}-${process.pid}-77.part`, content.subarray(0, 9000));
    writeFileSync(`${path()}.elsewhere-1-0.part`, content.subarray(0, 8000));
    writeFileSync(`${path()}.${host}-${gone}-0.part`, content.subarray(0, 7000));
    await fetchIt();
    expect(mirror.requests.map((request) => request.headers.range)).toEqual(['bytes=7000-']);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it.skipIf(process.platform === 'win32')('follows no link', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, `${path()}.part`);
    await fetchIt();
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
  });

  it('gives up a mirror that breaks off without bringing anything', async () => {
    mirror.handlers = [(_, response) => response.destroy()];
    await expect(fetchIt()).rejects.toThrow('could not be downloaded');
    expect(mirror.requests).toHaveLength(2);
  });

  it('stops when it is told to, and keeps the part', async () => {
    const stop = new AbortController();
    mirror.handlers = [
      (_, response) => {
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, 50_000));
      },
    ];
    const attempt = fetchIt({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(attempt).rejects.toThrow(/abort/);
    expect(existsSync(`${path()}.part`)).toBe(true);
  });

  it('says when the place cannot be written, without asking every mirror', async () => {
    writeFileSync(join(folder, 'a file'), '');
    const attempt = fetchIt({
      path: join(folder, 'a file', 'x'),
      urls: [`${mirror.base}a`, `${mirror.base}b`],
    });
    await expect(attempt).rejects.toThrow(/cannot be written[\s\S]*FOVEA_DATA/);
    expect(mirror.requests).toHaveLength(0);
  });
});
