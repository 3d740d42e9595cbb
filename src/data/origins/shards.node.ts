/**
 * @file `shards:GLOB`: tar files in the WebDataset layout, KEY.jpg beside KEY.cls.
 *
 * Only headers and the few bytes of each .cls are read here, a shard at a time: some thirty bytes per picture
 * stay in memory, so that a million and more pictures train in little of it. Beside the shards a
 * `classes.txt` may name the classes, one per line. Layout: https://github.com/webdataset/webdataset.
 */
import { open, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FoveaError } from '../../base/errors.ts';
import { packNames } from '../streamed.ts';
import { type ListedSplits, type Listing, splitsOf } from './listing.ts';
import { type TarEntry, tarEntries } from './tar.node.ts';

const PICTURE = /\.(png|jpe?g|webp|p[bgpn]m)$/i;
const LABEL = /\.cls$/i;
/** A class number takes few bytes. */
const MOST_LABEL_BYTES = 32;

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
  for (const [shard, path] of shards.entries()) {
    const found = await listShard(path);
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
  return { classes, labels, origin };
}

/** Files whose name fits the pattern, by name: "*" and "?" stand for any, "{000..099}" for a range. */
async function filesOf(pattern: string): Promise<string[]> {
  const folder = dirname(pattern);
  const fits = nameMatcher(basename(pattern));
  const names = await readdir(folder).catch(() => []);
  const files = names
    .filter(fits)
    .sort()
    .map((name) => join(folder, name));
  if (files.length > 0 && files.length < 2 ** 16) return files;
  throw new FoveaError({
    where: pattern,
    problem: files.length === 0 ? 'no file matches' : `${files.length} shards`,
    expected: 'one tar file at least, and fewer than 65,536',
    fix: "quote the pattern: --data 'shards:train-*.tar'",
  });
}

function nameMatcher(pattern: string): (name: string) => boolean {
  const ranges: (readonly [number, number])[] = [];
  const source = pattern.replace(/\{(\d+)\.\.(\d+)\}|\*|\?|[.+^${}()|[\]\\]/g, (part, from, to) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (from === undefined) return `\\${part}`;
    ranges.push([Number(from), Number(to)]);
    return '(\\d+)';
  });
  const whole = new RegExp(`^${source}$`);
  return (name) => {
    const digits = whole.exec(name)?.slice(1).map(Number);
    return digits?.every((n, i) => n >= ranges[i][0] && n <= ranges[i][1]) ?? false;
  };
}

/** The samples of one shard: a picture and its class, by their common key. */
async function listShard(path: string): Promise<{ picture: TarEntry; label: number }[]> {
  const pictures = new Map<string, TarEntry>();
  const classes = new Map<string, TarEntry>();
  for await (const entry of tarEntries(path)) {
    const key = keyOf(entry.name);
    if (PICTURE.test(entry.name)) pictures.set(key, entry);
    else if (LABEL.test(entry.name)) classes.set(key, entry);
  }
  const handle = await open(path, 'r');
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
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    return Array.from({ length: Math.max(2, highest + 1) }, (_, label) => String(label));
  }
  const names = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (names.length > highest) return names;
  throw new FoveaError({
    where: file,
    problem: `it names ${names.length} classes, a picture is of class ${highest}`,
    expected: 'a line per class',
  });
}
