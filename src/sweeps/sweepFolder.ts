/**
 * @file A sweep's folder: what is searched, a file for each run that is over, the runs themselves.
 *
 *   sweep.json                     the specification
 *   runs/001-seed0/                a run like any other, for every configuration and seed
 *   trials/001-seed0-rung0.json    what it came to; written whole, so that a kill loses only what was running
 *   trials/.001-seed0-rung0.lock   who is at it, of tasks that share a sweep with halving
 *   results.json, report.html      all of them, best first
 *
 * One process at a time has it, or several that share the runs among themselves (`share.ts`). A folder of anything else
 * is refused, and nothing in it is ever removed. Next stop: `runSweep.ts`.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { advice, FoveaError, setting, UsageError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { version } from '../base/version.ts';
import { jsonText } from '../records/jsonText.ts';
import { makeFolders, recordAt } from '../runs/folder/recordFile.ts';
import { InUseError, isLocked, lockFile, lockRun, type RunLock } from '../runs/folder/runLock.ts';
import {
  isTemporary,
  removeTemporaryFiles,
  writeError,
  writeWhole,
} from '../runs/folder/wholeFile.ts';
import {
  runName,
  type SweepRecord,
  sweepRecord,
  type TrialRecord,
  trialName,
  trialRecord,
} from './records.ts';
import type { Begun } from './rungs.ts';
import type { Share } from './share.ts';
import type { SweepSpec } from './sweepSpec.ts';

const [RUNS, TRIALS] = ['runs', 'trials'];
const SWEEP = 'sweep.json';
/** Milliseconds: how often whoever has a claim says that he is there. */
const RENEWED = 15_000;

const USE = {
  held: 'this sweep is being run by',
  expected: 'one at a time, or tasks that share it (array)',
  fix: 'wait or stop it, or choose another name',
};

export class SweepFolder {
  readonly path: string;
  readonly #lock: RunLock;

  private constructor(folder: string, lock: RunLock) {
    this.path = folder;
    this.#lock = lock;
  }

  /** The specification of the sweep in a folder; throws where there is none. */
  static async specIn(folder: string): Promise<SweepSpec> {
    const record = await recordIn(folder);
    if (record !== undefined) return record.spec;
    throw new UsageError({
      where: folder,
      problem: 'there is no sweep to go on with',
      expected: 'a folder that "fovea sweep" made, with sweep.json in it',
    });
  }

  /** Takes the folder for a sweep, or throws and leaves everything as it is. */
  static async take(
    folder: string,
    spec: SweepSpec,
    { resumes, share }: { readonly resumes: boolean; readonly share?: Share | undefined },
  ): Promise<SweepFolder> {
    const whole = path.resolve(folder);
    await fs.mkdir(path.dirname(whole), { recursive: true }).catch((error) => {
      throw writeError(folder, error);
    });
    const lock = await lockRun(share === undefined ? whole : taskPlace(whole, share), USE);
    try {
      await checkAlone(whole, share);
      const there = await recordIn(folder);
      checkTaking(folder, there, spec, resumes || share !== undefined);
      await makeFolders(folder, [RUNS, TRIALS]);
      if (share === undefined) await removeTemporaryFiles(path.join(folder, TRIALS));
      const record = {
        format: 'fovea-sweep-1',
        fovea: version,
        startedAt: new Date().toISOString(),
        spec,
      };
      if (there === undefined) await writeWhole(path.join(folder, SWEEP), jsonText(record));
      return new SweepFolder(folder, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  run(name: string): string {
    return path.join(this.path, RUNS, name);
  }

  async readTrial(job: Begun): Promise<TrialRecord | undefined> {
    return recordAt(`${this.#trial(trialName(job))}.json`, trialRecord);
  }

  #trial(name: string): string {
    return path.join(this.path, TRIALS, name);
  }

  /** Takes a run for a rung, among tasks that share the sweep; undefined: somebody has it. */
  async claim(job: Begun): Promise<RunLock | undefined> {
    const place = this.#trial(trialName(job));
    const lock = await lockRun(place).catch((error) => {
      if (error instanceof InUseError) return undefined;
      throw error;
    });
    if (lock === undefined) return undefined;
    const renew = () => {
      const now = new Date();
      fs.utimes(lockFile(place), now, now).catch(() => undefined);
    };
    const beat = setInterval(renew, RENEWED).unref();
    return {
      release: async () => {
        clearInterval(beat);
        await lock.release();
      },
    };
  }

  /** Names of trials: those that are over, and those that somebody is at, with when that was last renewed. */
  async trials(): Promise<{ readonly over: string[]; readonly claimed: Map<string, number> }> {
    const folder = path.join(this.path, TRIALS);
    const claimed = new Map<string, number>();
    // Claims before records: who is through writes a record and lets go then.
    for (const file of await fs.readdir(folder)) {
      const [, name] = /^\.(.+)\.lock$/.exec(file) ?? [];
      if (name === undefined || !(await isLocked(this.#trial(name)))) continue;
      const renewed = await fs.stat(path.join(folder, file)).catch(() => undefined);
      if (renewed !== undefined) claimed.set(name, renewed.mtimeMs);
    }
    const over = (await fs.readdir(folder)).filter((file) => /^[^.].*\.json$/.test(file));
    return { over: over.map((file) => file.slice(0, -'.json'.length)), claimed };
  }

  /** Whether somebody trains the run, for whatever rung. */
  async isTrained(job: Pick<Begun, 'configuration' | 'seed'>): Promise<boolean> {
    return isLocked(this.run(runName(job)));
  }

  async writeTrial(record: TrialRecord): Promise<void> {
    await writeWhole(`${this.#trial(trialName(record))}.json`, jsonText(record));
  }

  async writeResults(results: unknown, page: string): Promise<void> {
    await writeWhole(path.join(this.path, 'results.json'), jsonText(results));
    await writeWhole(path.join(this.path, 'report.html'), page);
  }

  async close(): Promise<void> {
    await this.#lock.release();
  }
}

const taskPlace = (folder: string, { index, of }: Share): string =>
  `${folder}.task-${index + 1}-of-${of}`;

/** Throws where tasks share the sweep that one wants alone, or the other way round. */
async function checkAlone(folder: string, share: Share | undefined): Promise<void> {
  if (share !== undefined) {
    if (await isLocked(folder)) throw inUse(folder);
    return;
  }
  const start = `.${path.basename(folder)}.task-`;
  for (const name of await fs.readdir(path.dirname(folder))) {
    if (!name.startsWith(start) || !name.endsWith('.lock')) continue;
    const place = path.join(path.dirname(folder), name.slice(1, -'.lock'.length));
    if (await isLocked(place)) throw inUse(folder);
  }
}

function inUse(folder: string): FoveaError {
  return new FoveaError({
    where: folder,
    problem: 'this sweep is being run by others now',
    expected: 'one process, or tasks that share it (array), not both',
    fix: 'wait for them, then go on',
  });
}

/** undefined where there is none; throws on a folder of other things. */
async function recordIn(folder: string): Promise<SweepRecord | undefined> {
  const names = await fs.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw writeError(folder, error);
  });
  const file = path.join(folder, SWEEP);
  const text = await fs.readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    // What was begun by others that share it, or killed before it said what it is.
    const strangers = names.filter((name) => ![RUNS, TRIALS].includes(name) && !isTemporary(name));
    if (strangers.length === 0) return undefined;
    throw new FoveaError({
      where: folder,
      problem: `the folder holds other things than a sweep (${strangers.slice(0, 2).join(', ')})`,
      expected: 'a folder with a sweep in it, an empty one, or none',
      fix: advice`choose another ${setting('folder')}`,
    });
  }
  const read = sweepRecord.safeParse(parseJson(text, { where: file, expected: 'a sweep' }));
  if (read.success) return read.data;
  throw new FoveaError({
    where: file,
    problem: 'this is not the record of a sweep',
    expected: 'sweep.json as fovea sweep writes it',
  });
}

function checkTaking(
  folder: string,
  there: SweepRecord | undefined,
  spec: SweepSpec,
  resumes: boolean,
): void {
  if (there === undefined) return;
  const names = Object.keys(spec) as (keyof SweepSpec)[];
  const different = names.filter(
    (name) => JSON.stringify(there.spec[name]) !== JSON.stringify(spec[name]),
  );
  if (different.length > 0) {
    throw new UsageError({
      where: folder,
      problem: `the sweep there is another one (${different.join(', ')})`,
      expected: 'the sweep that was begun there, or another place',
      fix: advice`choose another ${setting('folder')}; ${setting('resume')} with nothing but its name goes on with the one there`,
    });
  }
  if (resumes) return;
  throw new UsageError({
    where: folder,
    problem: 'this sweep is there already',
    expected: 'a new name, or a word on what to do with it',
    fix: advice`${setting('resume')} goes on with it, another ${setting('folder')} begins anew`,
  });
}
