import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256, temporaryFolder, tinyIdxSet } from '../../../test/support/idxFixtures.ts';
import { Mirror, whole } from '../../../test/support/mirror.ts';
import type { FileSet } from '../dataset.ts';
import { idxDataset } from '../datasets/idxDataset.ts';
import { loadSet } from '../loadSet.ts';
import { fetchFiles } from './download.node.ts';
import { verifyFiles } from './files.node.ts';

let folder: string;
let mirror: Mirror;

beforeEach(async () => {
  folder = temporaryFolder();
  // Each test says what is there.
  mirror = await Mirror.open((_, response) => response.writeHead(404).end());
});

afterEach(async () => {
  await mirror.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('fetchFiles', () => {
  it('loads a whole set from a mirror, and asks for nothing the second time', async () => {
    const { packed, contents } = tinyIdxSet();
    const { set } = tinyIdxSet(['http://127.0.0.1:9/', mirror.base]);
    mirror.handlers = [
      (request, response) => response.end(packed[(request.url ?? '').slice(1)] ?? ''),
    ];
    const tiny = idxDataset({ name: 'tiny', summary: '', files: set, classes: ['a', 'b', 'c'] });
    const load = () => loadSet(tiny, { folder });
    const data = await load();
    expect([...data.train.images]).toEqual([...contents['train-images-idx3-ubyte'].subarray(16)]);
    expect(mirror.requests).toHaveLength(4);
    await load();
    expect(mirror.requests).toHaveLength(4);
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
      mirrors: [mirror.base],
    },
  });

  it('takes files out of an archive and drops it', async () => {
    mirror.handlers = [whole(archive)];
    await fetchFiles(archived(archive), folder, {});
    expect([...readFileSync(join(folder, 'data.bin'))]).toEqual([...member]);
    expect(existsSync(join(folder, 'set.tar.gz'))).toBe(false);
  });

  it('uses an archive that was put there, and leaves it', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'set.tar.gz'), archive);
    await fetchFiles(archived(archive), folder, {});
    expect(mirror.requests).toHaveLength(0);
    expect(existsSync(join(folder, 'set.tar.gz'))).toBe(true);
    expect(existsSync(join(folder, 'data.bin'))).toBe(true);
  });

  it('says when an archive lacks a file', async () => {
    const other = gzipSync(tarOf('batches/other.bin', member));
    mirror.handlers = [whole(other)];
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
