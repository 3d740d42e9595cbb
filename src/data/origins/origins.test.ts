import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type TarFixture, tarOf } from '../../../test/support/tarFixtures.ts';
import { nameAt, packNames } from '../streamed.ts';
import { listImageFolder } from './imageFolder.node.ts';
import { listShards } from './shards.node.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-origins-'));
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

/** `n` pictures of each class. */
const pictures = (prefix: string, n: number) =>
  Array.from({ length: n }, (_, i) => `${prefix}/${i}.jpg`);

describe('an image folder', () => {
  it('keeps every tenth picture of a class for testing', async () => {
    const { classes, train, test } = await listImageFolder(
      filesOf([...pictures('cat', 20), ...pictures('dog', 11), 'dog/notes.txt']),
    );
    expect([classes, train.count, test.count]).toEqual([['cat', 'dog'], 28, 3]);
    // Any half of the rows holds both classes.
    expect(new Set(train.labels.subarray(14))).toEqual(new Set([0, 1]));
  });

  it('takes train and test folders where they are', async () => {
    const { train, test } = await listImageFolder(
      filesOf([...pictures('train/a', 3), ...pictures('train/b/deep', 2), ...pictures('val/b', 4)]),
    );
    expect([train.count, test.count, [...test.labels]]).toEqual([5, 4, [1, 1, 1, 1]]);
  });

  it.each([
    ['no classes', ['readme.txt'], /no sub-folders/],
    ['one class', pictures('cat', 12), /one class alone, "cat"/],
    ['an empty class', [...pictures('cat', 12), 'dog/notes.txt'], /no pictures in this class/],
    ['too few for a test', [...pictures('cat', 1), ...pictures('dog', 1)], /kept for testing/],
    [
      'a class for testing alone',
      [...pictures('train/a', 1), ...pictures('train/b', 1), ...pictures('test/c', 1)],
      /a class for testing that training does not know/,
    ],
  ])('refuses %s', async (_, names, message) => {
    await expect(listImageFolder(filesOf(names))).rejects.toThrow(message);
  });

  it('says that a folder is not there', async () => {
    await expect(listImageFolder(join(folder, 'nowhere'))).rejects.toThrow(/cannot be read/);
  });
});

/** One shard with these entries; lists it. */
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

  it('refuse a pattern that fits nothing', async () => {
    await expect(listShards(join(folder, 'none-*.tar'))).rejects.toThrow(/no file matches/);
  });
});
