/** @file Sets fetched from an address: resumed, repaired, refused, aborted; the same `Dataset` that Node loads. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256, tinyIdxSet } from '../../../test/support/idxFixtures.ts';
import { breakAfter, type Handler, Mirror } from '../../../test/support/mirror.ts';
import { FoveaError } from '../../base/errors.ts';
import { type DownloadProgress, datasetFrom, type StoredSet } from '../../data/dataset.ts';
import { idxDataset } from '../../data/datasets/idxDataset.ts';
import { MemoryFiles } from '../files/storedFiles.ts';
import { type FetchOptions, fetchFiles } from './fetchedFiles.ts';
import { PART_BYTES } from './partialFile.ts';

/** A set of one file of some parts that cannot be compressed; the parser takes it as it is. */
const content = Uint8Array.from({ length: 3 * PART_BYTES + 5 }, (_, i) => (i * i * 31) >> 3);
const big: StoredSet = {
  name: 'big',
  summary: '',
  classes: ['a', 'b'],
  files: {
    folder: 'big',
    files: [{ name: 'pixels', content: { bytes: content.length, sha256: sha256(content) } }],
    source: { kind: 'files', mirrors: [] },
  },
  parse: (get) => {
    const split = { count: 1, images: get('pixels').bytes, labels: Uint8Array.of(0) };
    return { imageShape: [1, 1, 1], train: split, test: split };
  },
};

let mirror: Mirror;
let kept: MemoryFiles;
let notes: string[];

beforeEach(async () => {
  [notes, kept] = [[], new MemoryFiles()];
  mirror = await Mirror.open(servePlain(content));
});

afterEach(async () => {
  await mirror.close();
});

/** Has the file as it is and not compressed. */
function servePlain(bytes: Uint8Array, count = Number.POSITIVE_INFINITY): Handler {
  const plain = breakAfter(bytes, count);
  return (request, response) => {
    if (request.url?.endsWith('.gz')) response.writeHead(404).end();
    else plain(request, response);
  };
}

const load = async (set: StoredSet = big, options: Partial<FetchOptions> = {}) =>
  datasetFrom(
    set,
    await fetchFiles(set, kept, {
      base: `${mirror.base}data/`,
      onNote: (words) => notes.push(words),
      ...options,
    }),
    options,
  );
const asked = () =>
  mirror.requests.map(({ url, headers }) => `${url} ${headers.range ?? ''}`.trim());

describe('a set from an address', () => {
  it('is what its files hold, compressed or not, and is fetched once', async () => {
    const { contents, packed, set: files } = tinyIdxSet();
    const tiny = idxDataset({ name: 'tiny', summary: '', files, classes: ['a', 'b', 'c'] });
    mirror.handlers = [
      ({ url = '' }, response) => {
        const name = url.replace('/data/tiny/', '');
        // One file is there as it is, the others compressed.
        const bytes = name === 'train-labels-idx1-ubyte' ? contents[name] : packed[name];
        if (bytes === undefined || name === 'train-labels-idx1-ubyte.gz')
          response.writeHead(404).end();
        else response.end(bytes);
      },
    ];
    const progress: DownloadProgress[] = [];
    const dataset = await load(tiny, { onProgress: (p) => progress.push(p) });
    expect(dataset).toMatchObject({ name: 'tiny', imageShape: [4, 3, 1] });
    expect(dataset.train.images).toEqual(contents['train-images-idx3-ubyte'].subarray(16));
    expect(dataset.digests?.['t10k-labels-idx1-ubyte']).toBe(
      sha256(contents['t10k-labels-idx1-ubyte']),
    );
    const whole = packed['train-images-idx3-ubyte.gz'].length;
    expect(progress).toContainEqual({
      file: 'train-images-idx3-ubyte.gz',
      url: `${mirror.base}data/tiny/train-images-idx3-ubyte.gz`,
      received: whole,
      total: whole,
    });
    const before = mirror.requests.length;
    expect(await load(tiny)).toEqual(dataset);
    expect(mirror.requests.length).toBe(before);
    expect(notes).toEqual([]);
  });

  it('takes what the server has unpacked on the way', async () => {
    const { contents, packed, set: files } = tinyIdxSet();
    const tiny = idxDataset({ name: 'tiny', summary: '', files, classes: ['a', 'b', 'c'] });
    mirror.handlers = [
      ({ url = '' }, response) => {
        const bytes = packed[url.replace('/data/tiny/', '')];
        response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bytes.length });
        response.end(bytes);
      },
    ];
    const { train } = await load(tiny);
    expect(train.images).toEqual(contents['train-images-idx3-ubyte'].subarray(16));
  });

  it('goes on where the connection broke', async () => {
    mirror.handlers = [servePlain(content, PART_BYTES + 100)];
    expect((await load()).train.images).toEqual(content);
    const starts = asked().slice(2);
    expect(starts.length).toBeGreaterThanOrEqual(2);
    expect(starts.every((line) => /bytes=[1-9]\d*-$/.test(line))).toBe(true);
  });

  it('goes on where an earlier visit stopped', async () => {
    const controller = new AbortController();
    mirror.handlers = [servePlain(content, PART_BYTES + 100)];
    const stopped = load(big, {
      signal: controller.signal,
      onProgress: ({ received }) => received >= PART_BYTES && controller.abort(),
    });
    await expect(stopped).rejects.toThrow(/abort/i);
    mirror.requests = [];
    mirror.handlers = [servePlain(content)];
    expect((await load()).train.images).toEqual(content);
    expect(asked()).toEqual(['/data/big/pixels.gz', `/data/big/pixels bytes=${PART_BYTES}-`]);
    expect(await kept.list('data/big')).toEqual([
      { name: 'pixels', isFolder: false, bytes: content.length },
    ]);
  });

  it('drops the parts of an earlier visit where they are of another file', async () => {
    await kept.write('data/big/pixels.part/0000', new Uint8Array(PART_BYTES));
    expect((await load()).train.images).toEqual(content);
    expect(asked()).toEqual([
      '/data/big/pixels.gz',
      `/data/big/pixels bytes=${PART_BYTES}-`,
      '/data/big/pixels',
    ]);
  });

  it('begins again where the server sends all, or has less than is kept', async () => {
    await kept.write('data/big/pixels.part/0000', content.slice(0, PART_BYTES));
    mirror.handlers = [
      ({ url }, response) => {
        if (url?.endsWith('.gz')) response.writeHead(404).end();
        else response.end(content);
      },
    ];
    expect((await load()).train.images).toEqual(content);
    await kept.remove('data/big');
    await kept.write('data/big/pixels.part/0000', content.slice(0, PART_BYTES));
    const whole = servePlain(content);
    mirror.handlers = [
      (request, response) => {
        if (request.headers.range !== undefined) response.writeHead(416).end();
        else whole(request, response);
      },
    ];
    expect((await load()).train.images).toEqual(content);
  });

  it('is fetched again where what was kept is damaged, and says so', async () => {
    await load();
    await kept.write(
      'data/big/pixels',
      content.map((byte, i) => (i === 77 ? byte ^ 1 : byte)),
    );
    expect((await load()).train.images).toEqual(content);
    expect(notes).toEqual([
      expect.stringMatching(/pixels was kept and is damaged .*fetched again/),
    ]);
    const before = mirror.requests.length;
    await load();
    expect(mirror.requests.length).toBe(before);
  });

  it('is refused where it is not the published one, and nothing of it is kept', async () => {
    mirror.handlers = [servePlain(content.map((byte, i) => (i === 77 ? byte ^ 1 : byte)))];
    const refused = await load().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(FoveaError);
    expect(String(refused)).toMatch(/big\/pixels: the content has the SHA-256/);
    expect(await kept.list('data/big')).toEqual([]);
    expect((await load(big, { verify: false })).train.images[77]).toBe(content[77] ^ 1);
  });

  it.each<[string, Handler, RegExp]>([
    ['no such files', (_, response) => response.writeHead(404).end(), /HTTP 404[\s\S]*HTTP 404/],
    [
      'a page for every address',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      /answers with a page/,
    ],
    [
      'more than the file can have',
      (_, response) => response.end(new Uint8Array(content.length + 2 ** 17)),
      /sends more than/,
    ],
    ['silence', () => undefined, /no answer for 50 ms/],
  ])('is refused in words by a host with %s', async (_, handler, words) => {
    mirror.handlers = [handler];
    const isSilent = words.source.startsWith('no answer');
    const refused = await load(big, isSilent ? { stallMs: 50 } : {}).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(FoveaError);
    expect(String(refused)).toMatch(words);
    expect(String(refused)).toMatch(/pixels.gz or pixels there/);
  });

  it('is loaded all the same where nothing can be kept', async () => {
    kept.write = async () => {
      throw new FoveaError('the storage is full');
    };
    expect((await load()).train.images).toEqual(content);
    expect(notes).toContain('What is fetched is not kept: the storage is full');
  });
});
