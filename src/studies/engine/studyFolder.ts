/**
 * @file A study's folder: each finished trial as a file, written whole, so that a kill loses only what was running.
 *
 *   study.json      what is measured (the basis), and its fingerprint
 *   trials/ID.json  one measured trial each
 *   results.json    all of them, with findings and tables; figures/*.svg; report.html
 *
 * Only what a study wrote is ever replaced: a folder with anything else in it is refused before. One process at a
 * time has it. Next stop: `runStudy.ts`.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { advice, FoveaError, setting } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { makeFolders, recordAt } from '../../runs/folder/recordFile.ts';
import { lockRun, type RunLock } from '../../runs/folder/runLock.ts';
import {
  isTemporary,
  removeTemporaryFiles,
  writeError,
  writeWhole,
} from '../../runs/folder/wholeFile.ts';
import { basisDifferences, type StudyPlan } from './plan.ts';
import { type StudyRecord, studyRecord, type TrialRecord, trialRecord } from './records.ts';

/** What to do with results that are there. */
export type Taking = 'new' | 'resume' | 'overwrite';

const OWN_FILES = ['study.json', 'results.json', 'report.html'];
const [TRIALS, FIGURES] = ['trials', 'figures'];

const USE = {
  held: 'this study is being measured by',
  expected: 'one at a time',
  fix: 'wait or stop it, or choose another folder',
};

export class StudyFolder {
  readonly path: string;
  readonly #lock: RunLock;
  readonly #plan: StudyPlan;
  #record: StudyRecord;

  private constructor(folder: string, lock: RunLock, plan: StudyPlan, record: StudyRecord) {
    this.path = folder;
    this.#lock = lock;
    this.#plan = plan;
    this.#record = record;
  }

  /** Takes the folder for a plan, or throws and leaves everything as it is. */
  static async take(folder: string, plan: StudyPlan, taking: Taking): Promise<StudyFolder> {
    await fs.mkdir(path.dirname(path.resolve(folder)), { recursive: true }).catch((error) => {
      throw writeError(folder, error);
    });
    const lock = await lockRun(path.resolve(folder), USE);
    try {
      const there = await recordIn(folder);
      await checkTaking(folder, there, plan, taking);
      await makeFolders(folder, [TRIALS, FIGURES]);
      await removeTemporaryFiles(folder);
      await removeTemporaryFiles(path.join(folder, TRIALS));
      if (taking === 'overwrite' && there !== undefined) await removeOwn(folder, there);
      const { basis, fingerprint } = plan;
      const record: StudyRecord =
        taking === 'resume' && there !== undefined
          ? there
          : { format: 'fovea-study', fingerprint, basis, startedAt: new Date().toISOString() };
      const taken = new StudyFolder(folder, lock, plan, record);
      await taken.#writeRecord(record);
      return taken;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  file(name: string): string {
    return path.join(this.path, name);
  }

  /** Trials of this plan that are measured, by id. */
  readTrials(): Promise<Map<string, TrialRecord>> {
    return trialsIn(this.path, this.#plan);
  }

  async writeTrial(record: TrialRecord): Promise<void> {
    await writeWhole(this.file(`${TRIALS}/${record.id}.json`), jsonText(record));
  }

  /** Results, figures and page: the figures' names are kept first, so that all of them can be replaced again. */
  async writeResults(
    results: unknown,
    figures: ReadonlyMap<string, string>,
    page: string,
  ): Promise<void> {
    await this.#writeRecord({ ...this.#record, figures: [...figures.keys()] });
    for (const [name, svg] of figures) await writeWhole(this.file(`${FIGURES}/${name}`), svg);
    await writeWhole(this.file('results.json'), jsonText(results));
    await writeWhole(this.file('report.html'), page);
  }

  async close(): Promise<void> {
    await this.#lock.release();
  }

  async #writeRecord(record: StudyRecord): Promise<void> {
    await writeWhole(this.file('study.json'), jsonText(record));
    this.#record = record;
  }
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The study that a folder holds; undefined where there is none; throws on a folder of other things. */
async function recordIn(folder: string): Promise<StudyRecord | undefined> {
  const names = await fs.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw writeError(folder, error);
  });
  const own = [...OWN_FILES, TRIALS, FIGURES];
  const strangers = names.filter((name) => !own.includes(name) && !isTemporary(name));
  const file = path.join(folder, 'study.json');
  const text = await fs.readFile(file, 'utf8').catch(() => undefined);
  if (strangers.length > 0 || (text === undefined && names.length > 0)) {
    throw new FoveaError({
      where: folder,
      problem:
        strangers.length > 0
          ? `the folder holds other things than a study (${strangers.slice(0, 2).join(', ')})`
          : 'the folder has no study.json',
      expected: 'a folder with a study and nothing else in it, an empty one, or none',
      fix: 'choose another place, or move the other files away',
    });
  }
  if (text === undefined) return undefined;
  const read = studyRecord.safeParse(parseJson(text, { where: file, expected: 'a study' }));
  if (read.success) return read.data;
  throw new FoveaError({
    where: file,
    problem: 'this is not the record of a study',
    expected: 'study.json as fovea study writes it',
  });
}

async function checkTaking(
  folder: string,
  there: StudyRecord | undefined,
  plan: StudyPlan,
  taking: Taking,
): Promise<void> {
  if (there === undefined || taking === 'overwrite') return;
  const differences = basisDifferences(there.basis, plan.basis);
  if (taking === 'resume' && differences.length === 0) return;
  if (taking === 'resume') {
    throw new FoveaError({
      where: folder,
      problem: `the results there are of other settings: ${differences.join('; ')}`,
      expected: 'the settings they were measured with',
      fix: advice`${setting('overwrite')} replaces them, ${setting('folder')} puts the new ones elsewhere`,
    });
  }
  const measured = differences.length === 0 ? (await trialsIn(folder, plan)).size : undefined;
  const count = plan.trials.length;
  throw new FoveaError({
    where: folder,
    problem:
      measured === undefined
        ? `results of the study ${there.basis.study} with other settings are there already (${differences.join('; ')})`
        : `${measured} of ${count} trials of this study are measured there already`,
    expected: 'a folder without results, or a word on what to do with them',
    fix:
      measured === undefined
        ? advice`${setting('overwrite')} replaces them, ${setting('folder')} puts the new ones elsewhere`
        : advice`${setting('resume')} goes on with them, ${setting('overwrite')} begins anew`,
  });
}

async function trialsIn(folder: string, plan: StudyPlan): Promise<Map<string, TrialRecord>> {
  const found = new Map<string, TrialRecord>();
  for (const { id } of plan.trials) {
    const record = await recordAt(path.join(folder, TRIALS, `${id}.json`), trialRecord);
    if (record?.fingerprint === plan.fingerprint && record.id === id) found.set(id, record);
  }
  return found;
}

/** Every trial that is one, the figures that the record names, and the results made of them. */
async function removeOwn(folder: string, { figures = [] }: StudyRecord): Promise<void> {
  const trials = await fs.readdir(path.join(folder, TRIALS));
  for (const name of trials) {
    const file = path.join(folder, TRIALS, name);
    if ((await recordAt(file, trialRecord)) !== undefined) await fs.rm(file, { force: true });
  }
  const drawn = figures.map((name) => path.join(FIGURES, path.basename(name)));
  for (const name of [...drawn, 'results.json', 'report.html']) {
    await fs.rm(path.join(folder, name), { force: true });
  }
}
