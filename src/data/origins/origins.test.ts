import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type TarFixture, tarOf } from '../../../test/support/tarFixtures.ts';
import { nameAt, packNames } from '../streamed.ts';
import { nameMatcher } from './glob.ts';
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
    // Their first fifth and their last hold both classes, so that validation does.
    for (const part of [train.labels.subarray(0, 6), train.labels.subarray(-6)]) {
      expect(new Set(part)).toEqual(new Set([0, 1]));
    }
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

describe.skipIf(process.platform === 'win32')('links and other things in an image folder', () => {
  const twoClasses = () => filesOf([...pictures('cat', 12), ...pictures('dog', 12)]);

  it('are followed, and are classes as folders are', async () => {
    const root = twoClasses();
    const elsewhere = filesOf(pictures('fish', 11));
    symlinkSync(join(elsewhere, 'fish'), join(root, 'fish'));
    symlinkSync(join(root, 'dog', '0.jpg'), join(root, 'cat', 'linked.jpg'));
    const { classes, train, test } = await listImageFolder(root);
    expect([classes, train.count + test.count]).toEqual([['cat', 'dog', 'fish'], 36]);
  });

  it.each([
    ['a loop', 'cat/again', '..'],
    ['a class twice', 'cats', 'cat'],
  ])('are refused where they make %s', async (_, link, target) => {
    const root = twoClasses();
    symlinkSync(target, join(root, link));
    await expect(listImageFolder(root)).rejects.toThrow(/leads to a folder that is read already/);
  });

  it('are named where they are left out: pipes, dead links', async () => {
    const root = twoClasses();
    execFileSync('mkfifo', [join(root, 'cat', 'pipe.png')]);
    symlinkSync('nowhere', join(root, 'dog', 'dead.png'));
    symlinkSync('nowhere', join(root, 'ghost'));
    const { notes, train, test } = await listImageFolder(root);
    expect(train.count + test.count).toBe(24);
    expect(notes).toEqual([
      expect.stringMatching(/Left out .*ghost: ENOENT/),
      expect.stringMatching(/Left out .*pipe\.png: no regular file/),
      expect.stringMatching(/Left out .*dead\.png: ENOENT/),
    ]);
    for (let i = 0; i < 9; i++) symlinkSync('nowhere', join(root, 'cat', `${i}x.png`));
    expect((await listImageFolder(root)).notes.slice(5)).toEqual(['Left out 7 more']);
  });
});

describe('the digest of an image folder', () => {
  const digestOf = async (root: string) => (await listImageFolder(root)).digests.pictures;
  const made = () => filesOf([...pictures('cat', 12), ...pictures('dog', 12)]);

  it('is the same wherever the folder lies', async () => {
    const root = made();
    const other = join(folder, 'moved');
    cpSync(root, other, { recursive: true });
    expect(await digestOf(other)).toBe(await digestOf(root));
    expect(await digestOf(root)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, (root: string) => void]>([
    ['a picture goes', (root) => rmSync(join(root, 'cat', '3.jpg'))],
    ['a picture is added', (root) => writeFileSync(join(root, 'dog', 'new.png'), '')],
    ['a picture is of another size', (root) => writeFileSync(join(root, 'cat', '3.jpg'), '..')],
    ['a class is renamed', (root) => renameSync(join(root, 'cat'), join(root, 'elk'))],
    [
      'two classes change names',
      (root) => {
        renameSync(join(root, 'cat', '3.jpg'), join(root, 'cat', 'only-cat.jpg'));
      },
    ],
  ])('is another where %s', async (_, change) => {
    const root = made();
    const before = await digestOf(root);
    change(root);
    expect(await digestOf(root)).not.toBe(before);
  });

  it('sees another size where the content is not looked at', async () => {
    const root = filesOf([...pictures('cat', 40), ...pictures('dog', 40)]);
    const before = await digestOf(root);
    // The second in order of names: of 80 pictures, 0, 2, 5, 7, ... are looked into.
    writeFileSync(join(root, 'cat', '1.jpg'), 'larger');
    expect(await digestOf(root)).not.toBe(before);
  });

  it('sees other content of the same size', async () => {
    const root = filesOf([]);
    for (const name of ['a', 'b']) {
      mkdirSync(join(root, name));
      for (let i = 0; i < 5; i++) writeFileSync(join(root, name, `${i}.png`), 'old');
    }
    const before = await digestOf(root);
    writeFileSync(join(root, 'b', '2.png'), 'new');
    expect(await digestOf(root)).not.toBe(before);
  });

  it('is one for training and one for testing where there are two folders', async () => {
    const names = ['train/a', 'train/b', 'test/a'].flatMap((name) => pictures(name, 2));
    const { digests } = await listImageFolder(filesOf(names));
    expect(Object.keys(digests)).toEqual(['training pictures', 'test pictures']);
    expect(digests['training pictures']).not.toBe(digests['test pictures']);
  });
});

describe('patterns of names', () => {
  it.each<[string, string, boolean]>([
    ['*.tar', 'a.tar', true],
    ['*.tar', 'a.tarx', false],
    ['*.tar', '.tar', true],
    ['a?c', 'abc', true],
    ['a?c', 'a\u{1f408}c', true],
    ['a?c', 'ac', false],
    ['train-{000..012}.tar', 'train-012.tar', true],
    ['train-{000..012}.tar', 'train-7.tar', true],
    ['train-{000..012}.tar', 'train-013.tar', false],
    ['{3..5}', '2', false],
    ['{3..5}', '3', true],
    ['{3..5}*', '31', false],
    ['{3..5}x', 'x', false],
    ['a.b+(c)[d]', 'a.b+(c)[d]', true],
    ['a.b', 'axb', false],
    ['**', '', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
  ])('%s and %s: %s', (pattern, name, fits) => {
    expect(nameMatcher(pattern)(name)).toBe(fits);
  });

  it('take no time, however many stars they have', () => {
    const name = `${'a'.repeat(250)}.tar`;
    expect(nameMatcher(`${'*a'.repeat(400)}*c`)(name)).toBe(false);
    expect(nameMatcher(`${'*a'.repeat(250)}*`)(name)).toBe(true);
    expect(() => nameMatcher('*'.repeat(1001))).toThrow(/1001 characters[\s\S]*at most 1000/);
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
