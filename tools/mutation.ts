/**
 * @file `npm run test:mutation -- ROOM... [--sample N] [--seed S] [--shards P] [--limit SECONDS]`: do tests notice bugs?
 *
 * Each mutant of a room of `src` goes into a copy of the repository, where the tests run that run the mutated part:
 * those of the nearest files first, then those that judge all of the engine, then others, as many as need SECONDS
 * (default 120) without a mutant. Which these are was measured by one run of all tests, kept in `.mutation/`, as
 * results are while the mutated file and its tests stay the same (`--measure` measures again). Prints the survivors
 * and a row per room.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readHouse } from './floors.ts';
import {
  type Choice,
  type Chosen,
  type Coverage,
  chosenTests,
  digestOf,
} from './mutation/coverage.ts';
import { isEquivalent } from './mutation/equivalent.ts';
import { changeOf, type Placed, placedMutants } from './mutation/placed.ts';
import { Shard } from './mutation/pool.ts';
import { scoreHead, scoreLine } from './mutation/score.ts';

const KEPT = '.mutation';
/** What judges every op, plan and layer, though it is far from each of them; cheapest first. */
const JUDGES = [
  'conformance/rows',
  'golden/ops',
  'golden/shortSteps',
  'conformance/conformance',
  'networks/networks',
].map((name) => `test/${name}.test.ts`);

/** Where no more files than these run a part, each is near to it. */
const FEW = 12;

const { values, positionals: rooms } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '0' },
    shards: { type: 'string', default: '1' },
    limit: { type: 'string', default: '120' },
    measure: { type: 'boolean', default: false },
  },
});

function measuredCoverage(): Coverage {
  const file = `${KEPT}/coverage.json`;
  if (values.measure || !existsSync(file)) {
    const script = fileURLToPath(new URL('./mutation/measure.ts', import.meta.url));
    const words = ['--no-warnings', script, `${KEPT}/measured`, file];
    const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' });
    if (status !== 0) throw new Error('the tests could not be measured');
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Who noticed a mutant, and the digest of the tests that this rests on. */
interface Result {
  readonly noticedBy?: string | undefined;
  readonly tests: string;
}

/** A result, and how many files that run the part had no time to look at it. */
interface Outcome extends Result {
  readonly left: number;
}

mkdirSync(KEPT, { recursive: true });
const choice: Choice = {
  files: readHouse(['src', 'test', 'tools']),
  coverage: measuredCoverage(),
  judges: JUDGES,
  few: FEW,
  milliseconds: 1000 * Number(values.limit),
};
const resultsFile = `${KEPT}/results.json`;
const results: Record<string, Result> = existsSync(resultsFile)
  ? JSON.parse(readFileSync(resultsFile, 'utf8'))
  : {};

const textOf = (file: string) => choice.files.get(file) ?? '';

async function outcomeOf(mutant: Placed, shard: Shard): Promise<Outcome> {
  const { tests, left } = chosenTests(mutant.file, mutant, choice);
  return { ...(await resultOf(mutant, tests, shard)), left: left.length };
}

async function resultOf(mutant: Placed, tests: readonly Chosen[], shard: Shard): Promise<Result> {
  const key = digestOf(`${textOf(mutant.file)}${mutant.start} ${mutant.end} ${mutant.replacement}`);
  const known = results[key];
  const digest = (files: readonly string[]) => digestOf(files.map(textOf).join());
  const all = digest(tests.map(({ file }) => file));
  const [by] = known?.noticedBy?.split(' ') ?? [];
  if (known !== undefined && known.tests === (by === undefined ? all : digest([by]))) return known;
  const noticedBy = tests.length === 0 ? undefined : await shard.try({ ...mutant, tests });
  const [file] = noticedBy?.split(' ') ?? [];
  results[key] = { noticedBy, tests: file === undefined ? all : digest([file]) };
  writeFileSync(resultsFile, JSON.stringify(results));
  return results[key];
}

/** The same mutants from the same seed while they are there, whatever else changes in the room. */
function sampleOf(all: readonly Placed[]): Placed[] {
  const rank = ({ key }: Placed) =>
    createHash('sha256').update(`${values.seed} ${key}`).digest('hex');
  const ranked = all.map((mutant) => [rank(mutant), mutant] as const);
  ranked.sort(([a], [b]) => (a < b ? -1 : 1));
  return ranked.slice(0, Number(values.sample)).map(([, mutant]) => mutant);
}

/** What was found in a room. */
interface Room {
  readonly name: string;
  readonly all: readonly Placed[];
  readonly sample: readonly Placed[];
  noticed: number;
  equivalent: number;
}

function roomOf(name: string): Room {
  const isSource = (file: string) => file.startsWith(`src/${name}/`) && !file.endsWith('.test.ts');
  const all = [...choice.files]
    .filter(([file]) => isSource(file))
    .flatMap(([file, text]) => placedMutants(file, text));
  return { name, all, sample: sampleOf(all), noticed: 0, equivalent: 0 };
}

async function attempt(mutant: Placed, room: Room, shard: Shard): Promise<void> {
  const began = Date.now();
  const equivalent = isEquivalent(mutant);
  const { noticedBy, left } = equivalent
    ? { noticedBy: undefined, left: 0 }
    : await outcomeOf(mutant, shard);
  if (noticedBy !== undefined) room.noticed++;
  if (equivalent) room.equivalent++;
  const survived = left === 0 ? 'SURVIVED' : `SURVIVED, ${left} files had no time`;
  const outcome = noticedBy ?? (equivalent ? 'equivalent' : survived);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const place = `${mutant.file}:${mutant.line}:${mutant.column}`;
  console.log(`${place}: ${changeOf(mutant)}: ${outcome} (${seconds} s)`);
}

const found = rooms.map(roomOf);
// The first of each room, the second of each, and so on: one that is stopped knows as much of every room.
const waiting = found
  .flatMap((room) => room.sample.map((mutant, place) => ({ room, mutant, place })))
  .sort((a, b) => a.place - b.place);
const pool = Array.from(
  { length: Number(values.shards) },
  (_, i) => new Shard(`${KEPT}/copy-${i}`),
);
const work = async (shard: Shard) => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    await attempt(next.mutant, next.room, shard);
  }
};
try {
  await Promise.all(pool.map(work));
} finally {
  for (const shard of pool) shard.remove();
}
console.log(`\n${scoreHead}`);
for (const { name, all, sample, noticed, equivalent } of found) {
  console.log(scoreLine(name, { noticed, equivalent, tried: sample.length }, all.length));
}
