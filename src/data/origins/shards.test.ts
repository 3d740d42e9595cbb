import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type TarFixture, tarOf } from '../../../test/support/tarFixtures.ts';
import { nameAt, packNames } from '../streamed.ts';
import { listShards } from './shards.node.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-shards-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (content: string) => new TextEncoder().encode(content);

let count = 0;

/** A folder with empty picture files; the names are all that is read. */
function filesOf(names: readonly string[]): string {
  const root = join(folder, `folder-${count++}`);
  mkdirSync(root);
  for (const name of names) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), '');
  }
  return root;
}

function listTar(entries: readonly TarFixture[] | Uint8Array) {
  const root = join(folder, `shards-${count++}`);
  mkdirSync(root);
  const bytes = entries instanceof Uint8Array ? entries : tarOf(entries);
  writeFileSync(join(root, 'a.tar'), bytes);
  return listShards(join(root, '*.tar'));
}

const sample = (key: string, label: string): TarFixture[] => [
  { name: `${key}.jpg`, data: text('picture') },
  { name: `${key}.cls`, data: text(label) },
];
const good = Array.from({ length: 10 }, (_, i) => sample(`good/${i}`, String(i % 3))).flat();

describe('shards', () => {
  it('give the place of every picture and its class', async () => {
    const { train, test, classes } = await listTar(good);
    expect([train.count + test.count, classes]).toEqual([10, ['0', '1', '2']]);
  });

  it('know long names', async () => {
    const long = `${'x'.repeat(150)}/picture`;
    const entries = sample('short', '1').flatMap((entry) => [
      { name: '././@LongLink', type: 'L', data: text(`${long}${entry.name.slice(5)}\0`) },
      entry,
    ]);
    const { train } = await listTar([...good, ...entries]);
    const { origin } = train;
    const names = origin.kind === 'tar' ? origin.names : packNames([]);
    expect(names.ends.length).toBe(11);
    expect(nameAt(names, 10)).toBe(`${long}.jpg`);
  });

  it.each<[string, readonly TarFixture[] | Uint8Array, RegExp]>([
    [
      'a name that climbs out',
      [...good, ...sample('../../etc/x', '0')],
      /leads out of the archive/,
    ],
    ['an absolute name', [...good, ...sample('/etc/x', '0')], /leads out of the archive/],
    ['a drive', [...good, ...sample('C:\\x', '0')], /leads out of the archive/],
    ['a file that ends early', tarOf(good).subarray(0, 3000), /bytes, the file holds|ends early/],
    ['a size that lies', [{ name: 'a.jpg', data: text('x'), size: 9_999_999 }], /the file holds/],
    ['a picture without a class', [...good, good[0]].slice(0, -2), /stands alone/],
    ['a class without a picture', good.slice(1), /stands alone/],
    ['a class that is no number', sample('a', 'cat'), /holds "cat"/],
    ['no samples', [{ name: 'a.txt', data: text('x') }], /no pictures with a class/],
    ['a file that is no tar', text('x'.repeat(2000)), /not a tar file/],
  ])('refuse %s', async (_, entries, message) => {
    await expect(listTar(entries)).rejects.toThrow(message);
  });

  it('say which of two pictures under one key is left out', async () => {
    const twice = { name: 'good/3.png', data: text('another') };
    const { train, test, notes } = await listTar([...good.slice(0, 7), twice, ...good.slice(7)]);
    expect(train.count + test.count).toBe(10);
    expect(notes).toEqual([
      expect.stringMatching(/a\.tar: good\/3\.png: good\/3\.jpg has the key "good\/3" already/),
    ]);
  });

  it('have a digest of names, sizes, classes and some content', async () => {
    const digestOf = async (entries: readonly TarFixture[]) =>
      (await listTar(entries)).digests.pictures;
    const one = await digestOf(good);
    expect(await digestOf(good)).toBe(one);
    const others = [
      good.slice(2),
      [...sample('good/x', '0'), ...good.slice(2)],
      [...sample('good/0', '2'), ...good.slice(2)],
      [{ name: 'good/0.jpg', data: text('pictura') }, ...good.slice(1)],
    ];
    for (const entries of others) expect(await digestOf(entries)).not.toBe(one);
  });

  it('read no folder as a shard, and do not wait for a pipe', async () => {
    const root = filesOf(['a.tar/x.jpg']);
    await expect(listShards(join(root, '*'))).rejects.toThrow(/no file matches/);
    writeFileSync(join(root, 'b.tar'), tarOf(good));
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(root, 'c.tar')]);
    const { train, test } = await listShards(join(root, '*'));
    expect(train.count + test.count).toBe(10);
  });

  it('keep the size of an entry that is too large, which its reader refuses', async () => {
    const root = filesOf([]);
    const path = join(root, 'a.tar');
    // A sparse file of 5 GiB: the size is written in eleven octal digits.
    const size = 5 * 2 ** 30;
    const large = tarOf([{ name: 'big.jpg', data: new Uint8Array(0), size }]).subarray(0, 512);
    const rest = tarOf([{ name: 'big.cls', data: text('0') }, ...good]);
    writeFileSync(path, large);
    truncateSync(path, 512 + size);
    const { appendFileSync } = await import('node:fs');
    appendFileSync(path, rest);
    const { train, test } = await listShards(path);
    const { openReader } = await import('./readPicture.node.ts');
    const reader = openReader(train.origin, { channels: 1 });
    expect(train.count + test.count).toBe(11);
    await expect(reader.read(0)).rejects.toThrow(
      /a\.tar: big\.jpg: it has 5368709120 bytes[\s\S]*at most 268435456/,
    );
    await reader.close();
  });

  it('refuse a pattern that fits nothing', async () => {
    await expect(listShards(join(folder, 'none-*.tar'))).rejects.toThrow(/no file matches/);
  });
});
