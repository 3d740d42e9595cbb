import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listImageFolder } from './imageFolder.node.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-folder-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
