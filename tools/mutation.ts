/**
 * @file `npm run test:mutation -- ROOM... [--sample N] [--seed S] [--tests K] [--shards P]`: do tests notice bugs?
 *
 * Each mutant of a room of `src` goes into a copy of the repository, where the K test files run (default 6) that
 * are nearest to the mutated file by imports, and then those that judge all of the engine; it counts as noticed when
 * one fails or hangs. What these do not notice, others may: the score is a lower bound. Results are kept in `.mutation/` and taken from there
 * while the mutated file and its tests are the same. Prints the survivors and a row per room.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { at } from '../src/base/lists.ts';
import { RandomStream } from '../src/base/random.ts';
import { readHouse } from './floors.ts';
import { mutantsOf } from './mutation/mutants.ts';
import { nearestTests } from './mutation/nearest.ts';
import { scoreLine } from './mutation/score.ts';
import type { Job, Outcome } from './mutation/shard.ts';

const KEPT = '.mutation';
const COPIED = ['src', 'test', 'tools', 'docs', 'README.md', 'package.json', 'vitest.config.ts'];
/** What judges every op, plan and layer, though it is far from each of them; cheapest first. */
const JUDGES = [
  'golden/ops',
  'conformance/conformance',
  'conformance/rows',
  'networks/networks',
].map((name) => `test/${name}.test.ts`);
const JUDGED = ['ops', 'autodiff', 'compile', 'backends', 'nn'];
/** A mutant may loop for ever; starting takes its time too. */
const LIMIT_MS = 120_000;

const { values, positionals: rooms } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '0' },
    tests: { type: 'string', default: '6' },
    shards: { type: 'string', default: '1' },
  },
});
const sample = Number(values.sample);
const seed = Number(values.seed);
const tests = Number(values.tests);
const shards = Number(values.shards);

/** One process with its copy, started anew after a hang. */
class Shard {
  readonly #root: string;
  #child: ChildProcess | undefined;

  constructor(index: number) {
    this.#root = resolve(KEPT, `copy-${index}`);
    rmSync(this.#root, { recursive: true, force: true });
    mkdirSync(this.#root, { recursive: true });
    for (const name of COPIED) cpSync(name, `${this.#root}/${name}`, { recursive: true });
    symlinkSync(resolve('node_modules'), `${this.#root}/node_modules`);
  }

  /** Whether a test noticed it. */
  async try(job: Job): Promise<boolean> {
    const script = fileURLToPath(new URL('./mutation/shard.ts', import.meta.url));
    // A group of its own: a hanging test goes with it.
    this.#child ??= fork(script, [this.#root], { detached: true, silent: true });
    const child = this.#child;
    const original = readFileSync(job.file);
    try {
      return await new Promise<boolean>((resolve, reject) => {
        const timer = setTimeout(() => resolve(true), LIMIT_MS);
        child.once('message', ({ noticed }: Outcome) => {
          clearTimeout(timer);
          child.removeAllListeners('close');
          resolve(noticed);
        });
        child.once('close', (code) => {
          clearTimeout(timer);
          reject(new Error(`the shard ended with ${code} at ${job.file}:${job.start}`));
        });
        child.send(job);
      });
    } finally {
      const restored = readFileSync(`${this.#root}/${job.file}`).equals(original);
      if (!restored) {
        this.close();
        writeFileSync(`${this.#root}/${job.file}`, original);
      }
    }
  }

  close(): void {
    this.#child?.removeAllListeners('close');
    if (this.#child?.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    this.#child = undefined;
  }
}

const files = readHouse(['src', 'test', 'tools']);
const resultsFile = `${KEPT}/results.json`;
const results: Record<string, boolean> = existsSync(resultsFile)
  ? JSON.parse(readFileSync(resultsFile, 'utf8'))
  : {};

function jobsOf(room: string): Job[] {
  const isSource = (file: string) => file.startsWith(`src/${room}/`) && !file.endsWith('.test.ts');
  return [...files]
    .filter(([file]) => isSource(file))
    .flatMap(([file, text]) => {
      const nearest = nearestTests(files, file).slice(0, tests);
      const all = [...new Set([...nearest, ...(JUDGED.includes(room) ? JUDGES : [])])];
      return mutantsOf(text).map((mutant): Job => ({ file, ...mutant, tests: all }));
    });
}

function keyOf(job: Job): string {
  const hash = createHash('sha256')
    .update(JSON.stringify(job))
    .update(files.get(job.file) ?? '');
  for (const test of job.tests) hash.update(files.get(test) ?? '');
  return hash.digest('hex').slice(0, 24);
}

function shown({ file, start, end, replacement }: Job): string {
  const text = files.get(file) ?? '';
  const line = text.slice(0, start).split('\n').length;
  const short = (piece: string) => piece.replace(/\s+/g, ' ').slice(0, 60);
  return `${file}:${line}: ${short(text.slice(start, end))} -> ${short(replacement)}`;
}

async function score(room: string, pool: readonly Shard[]): Promise<string> {
  const all = jobsOf(room);
  const order = new RandomStream(seed, room).permutation(all.length).slice(0, sample);
  const waiting = [...order].map((index) => at(all, index, 'mutant'));
  const tried = waiting.length;
  let noticed = 0;
  const work = async (shard: Shard) => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const key = keyOf(job);
      results[key] ??= job.tests.length > 0 && (await shard.try(job));
      if (results[key]) noticed++;
      else console.log(`survived: ${shown(job)}`);
      writeFileSync(resultsFile, JSON.stringify(results));
    }
  };
  await Promise.all(pool.map(work));
  return scoreLine(room, { noticed, tried }, all.length);
}

mkdirSync(KEPT, { recursive: true });
const pool = Array.from({ length: shards }, (_, i) => new Shard(i));
const rows: string[] = [];
try {
  for (const room of rooms) {
    rows.push(await score(room, pool));
    console.log(rows.at(-1));
  }
} finally {
  for (const shard of pool) shard.close();
}
console.log(
  `\n| room | mutants | tried | noticed | share | 95 % |\n| --- | --- | --- | --- | --- | --- |`,
);
console.log(rows.join('\n'));
