import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256, temporaryFolder, tinyIdxSet } from '../../../test/support/idxFixtures.ts';
import { FoveaError } from '../../base/errors.ts';
import type { DownloadProgress, FileSet } from '../dataset.ts';
import { idxDataset } from '../datasets/idxDataset.ts';
import { loadSet } from '../loadSet.ts';
import { fetchFile, fetchFiles } from './download.node.ts';
import { verifyFiles } from './files.node.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
const known = { bytes: content.length, sha256: sha256(content) };

let folder: string;
let server: Server;
let base: string;
/** What the server does next; the last handler stays. */
let handlers: Handler[];
let requests: IncomingMessage[];

beforeEach(async () => {
  folder = temporaryFolder();
  requests = [];
  handlers = [serve(content)];
  server = createServer((request, response) => {
    requests.push(request);
    const handle = handlers.length > 1 ? handlers.shift() : handlers[0];
    handle?.(request, response);
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => {
    server.close(done);
  });
  rmSync(folder, { recursive: true, force: true });
});

/** Answers with the file, or the part of it that was asked for. */
function serve(bytes: Uint8Array, { ranges = true } = {}): Handler {
  return (request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from > 0 && ranges) {
      response.writeHead(206, {
        'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
        'content-length': bytes.length - from,
      });
      response.end(bytes.subarray(from));
    } else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  };
}

/** Breaks the connection after some bytes. */
function cutAfter(count: number): Handler {
  return (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, count), () => setTimeout(() => response.destroy(), 20));
  };
}

const status =
  (code: number): Handler =>
  (_, response) => {
    response.writeHead(code).end('no');
  };

const path = () => join(folder, 'file.bin');
const fetchIt = (options: Partial<Parameters<typeof fetchFile>[0]> = {}) =>
  fetchFile({ urls: [`${base}file.bin`], path: path(), known, ...options });

describe('fetchFile', () => {
  it('fetches, checks, names the file, and tells how far it is', async () => {
    const events: DownloadProgress[] = [];
    await fetchIt({ onProgress: (event) => events.push(event) });
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
    expect(existsSync(`${path()}.part`)).toBe(false);
    expect(events.at(-1)).toEqual({
      file: 'file.bin',
      url: `${base}file.bin`,
      received: content.length,
      total: content.length,
    });
  });

  it('goes on where the connection broke', async () => {
    handlers = [cutAfter(100_000), serve(content)];
    await fetchIt();
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
    expect(requests).toHaveLength(2);
    expect(Number(/\d+/.exec(requests[1].headers.range ?? '')?.[0])).toBeGreaterThan(0);
  });

  it('goes on with what an earlier run left', async () => {
    writeFileSync(`${path()}.part`, content.subarray(0, 250_000));
    await fetchIt();
    expect(requests.map((request) => request.headers.range)).toEqual(['bytes=250000-']);
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
  });

  it('begins again where the server cannot resume', async () => {
    writeFileSync(`${path()}.part`, content.subarray(0, 1000));
    handlers = [serve(content, { ranges: false })];
    await fetchIt();
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
  });

  it('asks for nothing when the part is whole already', async () => {
    writeFileSync(`${path()}.part`, content);
    await fetchIt();
    expect(requests).toHaveLength(0);
    expect(existsSync(path())).toBe(true);
  });

  it('drops a part that is longer than the file', async () => {
    writeFileSync(`${path()}.part`, new Uint8Array(content.length + 5));
    await fetchIt();
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
  });

  it('takes the next mirror after a missing file, a wrong file or a closed port', async () => {
    const wrong = Uint8Array.from(content, (value) => 255 - value);
    handlers = [status(404), serve(wrong), serve(content)];
    await fetchIt({ urls: ['http://127.0.0.1:9/x', `${base}a`, `${base}b`, `${base}c`] });
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
    expect(requests.map((request) => request.url)).toEqual(['/a', '/b', '/c']);
  });

  it('throws away a damaged part and begins again', async () => {
    writeFileSync(`${path()}.part`, new Uint8Array(1000));
    await fetchIt({ urls: [`${base}a`, `${base}b`] });
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
  });

  it('names every mirror and why it failed, and how to do without', async () => {
    handlers = [status(404), serve(content.subarray(1)), serve(new Uint8Array(content.length))];
    const urls = ['http://127.0.0.1:9/x', `${base}a`, `${base}b`, `${base}c`];
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
    handlers = [
      (_, response) => {
        response.writeHead(200);
        response.write(content);
        response.end(content);
      },
      () => undefined,
    ];
    const attempt = fetchIt({ urls: [`${base}a`, `${base}b`], stallMs: 100 });
    await expect(attempt).rejects.toThrow(/sends more than[\s\S]*no answer for 100 ms/);
  });

  it('gives up a mirror that trickles, and keeps what it brought', async () => {
    handlers = [
      (_, response) => {
        response.writeHead(200, { 'content-length': content.length });
        let at = 0;
        const drop = setInterval(() => {
          response.write(content.subarray(at, at + 1));
          at++;
        }, 5);
        response.on('close', () => clearInterval(drop));
      },
      serve(content),
    ];
    const leastPace = { bytes: 1000, milliseconds: 150 };
    await expect(fetchIt({ leastPace })).rejects.toThrow(/brought \d+ bytes in 0\.15 s, too few/);
    expect(requests).toHaveLength(1);
    const part = readFileSync(`${path()}.part`);
    expect(part.length).toBeGreaterThan(0);
    expect(part.equals(content.subarray(0, part.length))).toBe(true);
    await fetchIt({ leastPace });
    expect(requests[1].headers.range).toBe(`bytes=${part.length}-`);
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
    handlers = [slowly(60), slowly(120), slowly(30)];
    await Promise.all([fetchIt(), fetchIt(), fetchIt()]);
    expect(sha256(readFileSync(path()))).toBe(known.sha256);
    expect(readdirSync(folder)).toEqual(['file.bin']);
  });

  it('is content with a file that another has fetched', async () => {
    handlers = [
      (_, response) => {
        writeFileSync(path(), content);
        response.writeHead(500).end();
      },
    ];
    await fetchIt();
    handlers = [status(500)];
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
    expect(requests.map((request) => request.headers.range)).toEqual(['bytes=7000-']);
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
    handlers = [(_, response) => response.destroy()];
    await expect(fetchIt()).rejects.toThrow('could not be downloaded');
    expect(requests).toHaveLength(2);
  });

  it('stops when it is told to, and keeps the part', async () => {
    const stop = new AbortController();
    handlers = [
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
    const attempt = fetchIt({ path: join(folder, 'a file', 'x'), urls: [`${base}a`, `${base}b`] });
    await expect(attempt).rejects.toThrow(/cannot be written[\s\S]*FOVEA_DATA/);
    expect(requests).toHaveLength(0);
  });
});

describe('fetchFiles', () => {
  it('loads a whole set from a mirror, and asks for nothing the second time', async () => {
    const { packed, contents } = tinyIdxSet();
    const { set } = tinyIdxSet(['http://127.0.0.1:9/', base]);
    handlers = [(request, response) => response.end(packed[(request.url ?? '').slice(1)] ?? '')];
    const tiny = idxDataset({ name: 'tiny', summary: '', files: set, classes: ['a', 'b', 'c'] });
    const load = () => loadSet(tiny, { folder });
    const data = await load();
    expect([...data.train.images]).toEqual([...contents['train-images-idx3-ubyte'].subarray(16)]);
    expect(requests).toHaveLength(4);
    await load();
    expect(requests).toHaveLength(4);
    expect((await verifyFiles(set, folder)).map(({ state }) => state)).toEqual(Array(4).fill('ok'));
  });

  const member = Uint8Array.from({ length: 700 }, (_, i) => i % 9);
  const archive = gzipSync(tarOf('batches/data.bin', member));
  const archived = (bytes: Uint8Array): FileSet => ({
    folder: 'tar',
    files: [{ name: 'data.bin', content: { bytes: 700, sha256: sha256(member) } }],
    source: {
      kind: 'tar.gz',
      name: 'set.tar.gz',
      bytes: bytes.length,
      sha256: sha256(bytes),
      mirrors: [base],
    },
  });

  it('takes files out of an archive and drops it', async () => {
    handlers = [serve(archive)];
    await fetchFiles(archived(archive), folder, {});
    expect([...readFileSync(join(folder, 'data.bin'))]).toEqual([...member]);
    expect(existsSync(join(folder, 'set.tar.gz'))).toBe(false);
  });

  it('uses an archive that was put there, and leaves it', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'set.tar.gz'), archive);
    await fetchFiles(archived(archive), folder, {});
    expect(requests).toHaveLength(0);
    expect(existsSync(join(folder, 'set.tar.gz'))).toBe(true);
    expect(existsSync(join(folder, 'data.bin'))).toBe(true);
  });

  it('says when an archive lacks a file', async () => {
    const other = gzipSync(tarOf('batches/other.bin', member));
    handlers = [serve(other)];
    await expect(fetchFiles(archived(other), folder, {})).rejects.toThrow('known data.bin');
  });
});

/** A tar archive of one file. */
function tarOf(name: string, data: Uint8Array): Uint8Array {
  const tar = new Uint8Array(512 + Math.ceil(data.length / 512) * 512 + 1024);
  const write = (text: string, at: number) => tar.set(new TextEncoder().encode(text), at);
  write(name, 0);
  write('0000644\0', 100);
  write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
  write('        0', 148);
  write('ustar\x0000', 257);
  const sum = tar.subarray(0, 512).reduce((a, b) => a + b, 0);
  write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  tar.set(data, 512);
  return tar;
}
