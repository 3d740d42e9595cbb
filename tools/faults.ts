/**
 * @file `npm run test:faults [-- COUNT [SEED]]`: COUNT kills (default 200), every disk fault of three runs, leaks.
 *
 * After each fault the run is gone on with and must end with the bits of one that nothing happened to; what was
 * saved is there, nothing is left over. Exit code 1 when there was a finding. `faults.test.ts` runs a short
 * sample in `npm test`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { RandomStream } from '../src/base/random.ts';
import { countChanges, diskFaults, failAt } from './faults/diskFaults.ts';
import { killOnce, measurePace, type Play } from './faults/kills.ts';
import { drawData, kindOf, kindsOf } from './faults/kinds.ts';
import { searchLeaks } from './faults/leaks.ts';
import { openStage } from './faults/stage.ts';

/** Sessions, and evaluations in one. */
const LEAKS = 200;

const [count = 200, seed = 0] = process.argv.slice(2).map(Number);
const findings: string[] = [];

async function attempt(what: string, fault: () => Promise<unknown>): Promise<void> {
  try {
    await fault();
  } catch (error) {
    findings.push(what);
    console.log(`finding: ${what}: ${inspect(error).slice(0, 1500)}`);
  }
}

async function killAll(home: string, pictures: string): Promise<void> {
  const random = new RandomStream(seed, 'kills');
  const kinds = Object.entries(kindsOf(pictures));
  for (const [index, [name, kind]] of kinds.entries()) {
    const stage = await openStage(join(home, name), kind, { threads: 1 });
    const play: Play = { name, stage, pictures };
    const pace = await measurePace(play);
    const kills = Math.floor((count + index) / kinds.length);
    for (let i = 0; i < kills; i++) {
      await attempt(`${name} ${i}`, () => killOnce(play, pace, random));
    }
    console.log(`${name}: ${kills} kills of runs with ${pace.changes} changes to the disk`);
  }
}

async function failAll(home: string, pictures: string): Promise<void> {
  for (const name of ['new', 'overwrite', 'resume']) {
    const stage = await openStage(join(home, `${name}-disk`), kindOf(name, pictures), {
      backend: 'reference',
    });
    const changes = await countChanges(stage);
    for (const fault of diskFaults) {
      for (let at = 0; at < changes; at++) {
        await attempt(`${name}, ${fault} at change ${at}`, () => failAt(stage, at, fault));
      }
    }
    console.log(
      `${name}: ${changes} changes to the disk, each failed in ${diskFaults.length} ways`,
    );
  }
}

const home = mkdtempSync(join(tmpdir(), 'fovea-faults-'));
try {
  const pictures = await drawData(home);
  await failAll(home, pictures);
  await killAll(home, pictures);
  await attempt('leaks', async () => console.log((await searchLeaks(LEAKS)).join('\n')));
} finally {
  rmSync(home, { recursive: true, force: true });
}
console.log(`faults: ${findings.length} findings`);
if (findings.length > 0) process.exitCode = 1;
