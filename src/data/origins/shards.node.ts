/**
 * @file `shards:GLOB`: tar files in the WebDataset layout, KEY.jpg beside KEY.cls.
 *
 * Only headers and the few bytes of each .cls are read here, a shard at a time: some thirty bytes per picture
 * stay in memory, so that a million and more pictures train in little of it. Beside the shards a
 * `classes.txt` may name the classes, one per line. Layout: https://github.com/webdataset/webdataset.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checkedClassNames } from '../../base/classNames.ts';
import { advice, FoveaError, setting } from '../../base/errors.ts';
import { openRegular, readRegular } from '../../base/regularFile.node.ts';
import { packNames } from '../streamed.ts';
import { nameMatcher } from './glob.ts';
import { LeftOut } from './leftOut.ts';
import { type ListedSplits, type Listing, splitsOf } from './listing.ts';
import { digestOfListing } from './listingDigest.node.ts';
import { SAMPLED_BYTES } from './listingDigest.ts';
import { type TarEntry, tarEntries } from './tar.node.ts';

const PICTURE = /\.(png|jpe?g|webp|p[bgpn]m)$/i;
const LABEL = /\.cls$/i;
/** A class number takes few bytes. */
const MOST_LABEL_BYTES = 32;
/** Of `classes.txt`. */
const MOST_CLASSES_BYTES = 2 ** 24;
const MOST_CLASSES = 1_000_000;

export async function listShards(pattern: string, testPattern?: string): Promise<ListedSplits> {
  const train = await listPattern(pattern);
  if (testPattern === undefined) return splitsOf(train);
  const test = await listPattern(testPattern);
  if (test.classes.length > train.classes.length) {
    throw new FoveaError({
      where: testPattern,
      problem: `${test.classes.length} classes, the training shards have ${train.classes.length}`,
      expected: 'the classes of the training shards',
    });
  }
  return splitsOf(train, test);
}

async function listPattern(pattern: string): Promise<Listing> {
  const shards = await filesOf(pattern);
  const samples: { shard: number; name: string; offset: number; size: number }[] = [];
  const labels: number[] = [];
  const leftOut = new LeftOut();
  for (const [shard, path] of shards.entries()) {
    const found = await listShard(path, leftOut);
    for (const { picture, label } of found) {
      samples.push({ shard, ...picture });
      labels.push(label);
    }
  }
  if (samples.length === 0) {
    throw new FoveaError({
      where: pattern,
      problem: 'no pictures with a class in these shards',
      expected: 'KEY.jpg (or .png, .webp) with KEY.cls beside it',
    });
  }
  const classes = await classNames(shards[0], labels);
  const { length } = samples;
  const fill = <A extends Uint16Array | Float64Array>(
    array: A,
    of: (sample: (typeof samples)[number]) => number,
  ): A => {
    for (let i = 0; i < length; i++) array[i] = of(samples[i]);
    return array;
  };
  const origin = {
    kind: 'tar',
    shards,
    shard: fill(new Uint16Array(new SharedArrayBuffer(2 * length)), (s) => s.shard),
    offset: fill(new Float64Array(new SharedArrayBuffer(8 * length)), (s) => s.offset),
    size: fill(new Float64Array(new SharedArrayBuffer(8 * length)), (s) => s.size),
    names: packNames(samples.map(({ name }) => name)),
  } as const;
  const digest = await digestOfListing(
    length,
    (i) => ({
      name: `${basename(shards[samples[i].shard])}: ${samples[i].name}`,
      size: samples[i].size,
      label: labels[i],
    }),
    (i) => beginningOf(shards[samples[i].shard], samples[i]),
  );
  return { classes, labels, origin, digest, notes: leftOut.notes() };
}

async function beginningOf(shard: string, { offset, size }: TarEntry): Promise<Uint8Array> {
  const { handle } = await openRegular(shard);
  try {
    const bytes = new Uint8Array(Math.min(size, SAMPLED_BYTES));
    await handle.read(bytes, 0, bytes.length, offset);
    return bytes;
  } finally {
    await handle.close();
  }
}

/** Regular files whose name fits the pattern, by name. */
async function filesOf(pattern: string): Promise<string[]> {
  const folder = dirname(pattern);
  const fits = nameMatcher(basename(pattern));
  const names = await readdir(folder).catch(() => []);
  const files: string[] = [];
  for (const name of names.filter(fits).sort()) {
    const path = join(folder, name);
    if ((await stat(path).catch(() => undefined))?.isFile()) files.push(path);
  }
  if (files.length > 0 && files.length < 2 ** 16) return files;
  throw new FoveaError({
    where: pattern,
    problem: files.length === 0 ? 'no file matches' : `${files.length} shards`,
    expected: 'one tar file at least, and fewer than 65,536',
    fix: advice`in a shell, quote the pattern: ${setting('data', "'shards:train-*.tar'")}`,
  });
}

/** The samples of one shard: a picture and its class, by their common key. */
async function listShard(
  path: string,
  leftOut: LeftOut,
): Promise<{ picture: TarEntry; label: number }[]> {
  const pictures = new Map<string, TarEntry>();
  const classes = new Map<string, TarEntry>();
  for await (const entry of tarEntries(path)) {
    const key = keyOf(entry.name);
    const kind = PICTURE.test(entry.name) ? pictures : LABEL.test(entry.name) ? classes : undefined;
    const first = kind?.get(key);
    if (first === undefined) kind?.set(key, entry);
    else leftOut.add(`${path}: ${entry.name}`, `${first.name} has the key "${key}" already`);
  }
  const { handle } = await openRegular(path);
  try {
    const samples: { picture: TarEntry; label: number }[] = [];
    for (const [key, picture] of pictures) {
      const entry = classes.get(key);
      if (entry === undefined) throw halfSample(path, picture.name, `${key}.cls`);
      const bytes = new Uint8Array(Math.min(entry.size, MOST_LABEL_BYTES));
      await handle.read(bytes, 0, bytes.length, entry.offset);
      const text = new TextDecoder().decode(bytes).trim();
      if (!/^\d{1,7}$/.test(text)) {
        throw new FoveaError({
          where: `${path}: ${entry.name}`,
          problem: `holds ${JSON.stringify(text)}`,
          expected: 'the number of a class, from 0 on, in digits',
        });
      }
      samples.push({ picture, label: Number(text) });
    }
    const single = [...classes.keys()].find((key) => !pictures.has(key));
    if (single !== undefined) throw halfSample(path, `${single}.cls`, `${single}.jpg`);
    return samples;
  } finally {
    await handle.close();
  }
}

/** The name up to the first dot of its last part, as WebDataset cuts it. */
function keyOf(name: string): string {
  const slash = name.lastIndexOf('/') + 1;
  const dot = name.indexOf('.', slash);
  return dot < 0 ? name : name.slice(0, dot);
}

function halfSample(where: string, name: string, missing: string): FoveaError {
  return new FoveaError({
    where,
    problem: `${name} stands alone`,
    expected: `${missing} beside it, in the same shard`,
    fix: 'write the shards again; a sample must not be split between two',
  });
}

/** From `classes.txt` beside the shards, or numbers. */
async function classNames(shard: string, labels: readonly number[]): Promise<string[]> {
  const highest = labels.reduce((most, label) => Math.max(most, label), 0);
  const file = join(dirname(shard), 'classes.txt');
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) {
    if (highest >= MOST_CLASSES) throw tooManyClasses(shard, highest);
    return Array.from({ length: Math.max(2, highest + 1) }, (_, label) => String(label));
  }
  const text = (await readRegular(file, MOST_CLASSES_BYTES, 'names of classes')).toString('utf8');
  const names = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (names.length > highest) return [...checkedClassNames(names, file)];
  throw new FoveaError({
    where: file,
    problem: `it names ${names.length} classes, a picture is of class ${highest}`,
    expected: 'a line per class',
  });
}

function tooManyClasses(where: string, highest: number): FoveaError {
  return new FoveaError({
    where,
    problem: `a picture is of class ${highest}`,
    expected: `classes from 0 to ${MOST_CLASSES - 1}`,
    fix: 'number the classes without gaps',
  });
}
