/**
 * @file The runs that a browser keeps for a page: listed, begun, gone on with, saved as a file and opened from one.
 *
 *     const store = await openRunStore();
 *     for (const { name, record, fault } of await store.list()) console.log(name, record?.status ?? fault);
 *     link.href = URL.createObjectURL(await store.save('lenet5'));
 *
 * A run is removed only when it is asked for by name, and only its own files. What a killed writer left of a run
 * that never got its place goes when the runs are listed. Next stop: `storedRun.ts`.
 */
import { FoveaError, messageOf, UsageError } from '../../base/errors.ts';
import type { ListedRun } from '../../records/listedRun.ts';
import type { RunRecord } from '../../records/runRecord.ts';
import { packRun, unpackRun } from '../../records/runZip.ts';
import { type Release, takeLock } from '../files/locks.ts';
import { openOriginFiles } from '../files/originFiles.ts';
import type { StoredFiles } from '../files/storedFiles.ts';
import { checkedRunName, freeName } from './runNames.ts';
import { StoredRun } from './storedRun.ts';

/** Throws a FoveaError where the browser keeps no files for this page. */
export async function openRunStore(): Promise<RunStore> {
  return new RunStore(await openOriginFiles());
}

export class RunStore {
  readonly #files: StoredFiles;
  readonly #lock: (name: string) => Promise<Release | undefined>;

  /** Over any files; `openRunStore` is the usual way. */
  constructor(files: StoredFiles, lock = takeLock) {
    this.#files = files;
    this.#lock = (name) => lock(`runs/${name.toLowerCase()}`);
  }

  async list(): Promise<readonly ListedRun[]> {
    const runs: ListedRun[] = [];
    for (const name of await this.#names()) {
      const release = await this.#lock(name);
      const listed = await this.#listed(name, release === undefined);
      // Begun and never placed, by someone who is gone.
      if (listed === undefined && release !== undefined) await this.#files.remove(`runs/${name}`);
      release?.();
      if (listed !== undefined) runs.push(listed);
    }
    return runs;
  }

  /** A name that is not taken: the one that is wanted, or with a number behind it. */
  async freeName(wanted: string): Promise<string> {
    return freeName(wanted, new Set(await this.#names()));
  }

  /** A run that is there, to be read. */
  open(name: string): StoredRun {
    return new StoredRun(this.#files, checkedRunName(name));
  }

  /** Begins a new run; nobody else can train it until it is closed. */
  async create(name: string): Promise<StoredRun> {
    checkedRunName(name);
    const release = await this.#lockOrRefuse(name);
    try {
      const taken = (await this.#names()).find(
        (other) => other.toLowerCase() === name.toLowerCase(),
      );
      if (taken !== undefined && (await new StoredRun(this.#files, taken).isThere())) {
        throw new UsageError({
          where: name,
          problem: 'this run exists already in this browser',
          expected: 'another name',
          fix: 'choose another name, go on with the run, or delete it first',
        });
      }
      await this.#files.remove(`runs/${name}`);
      return new StoredRun(this.#files, name, release, true);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Opens a run to go on with it; nobody else can train it until it is closed. */
  async take(name: string): Promise<StoredRun> {
    checkedRunName(name);
    const release = await this.#lockOrRefuse(name);
    try {
      const run = new StoredRun(this.#files, name, release);
      await run.readRecord();
      return run;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Removes a run and its files. */
  async remove(name: string): Promise<void> {
    checkedRunName(name);
    const release = await this.#lockOrRefuse(name);
    try {
      // First what makes it a run: half removed, it is none.
      await this.#files.remove(`runs/${name}/run.json`);
      await this.#files.remove(`runs/${name}`);
    } finally {
      release();
    }
  }

  /** The run as a zip archive of its files, which is a run's folder once it is unzipped. */
  async save(name: string): Promise<Blob> {
    const run = this.open(name);
    await run.readRecord();
    return new Blob([packRun(name, await run.readAll())], { type: 'application/zip' });
  }

  /** Keeps the run of an archive, under its own name or the next that is free. */
  async openZip(
    archive: Blob,
    where = 'archive',
  ): Promise<{ readonly name: string; readonly notes: readonly string[] }> {
    if (archive.size > MOST_ARCHIVE) {
      throw new FoveaError({
        where,
        problem: `it has ${archive.size} bytes`,
        expected: `a zip archive of at most ${MOST_ARCHIVE}`,
      });
    }
    const unpacked = await unpackRun(new Uint8Array(await archive.arrayBuffer()), where);
    const name = await this.freeName(unpacked.name ?? unpacked.record.model);
    const run = await this.create(name);
    try {
      for (const [file, bytes] of unpacked.files) {
        if (file !== 'run.json') await run.write(file, bytes);
      }
      // A run that somebody was training when it was saved is at rest here.
      const { record } = unpacked;
      await run.writeRecord(
        record.status === 'running' ? { ...record, status: 'stopped' } : record,
      );
    } finally {
      await run.close();
    }
    return { name, notes: unpacked.notes };
  }

  async #names(): Promise<readonly string[]> {
    const entries = await this.#files.list('runs');
    return entries.filter(({ isFolder }) => isFolder).map(({ name }) => name);
  }

  async #listed(name: string, inUse: boolean): Promise<ListedRun | undefined> {
    const run = new StoredRun(this.#files, name);
    let record: RunRecord | null = null;
    try {
      if (!(await run.isThere())) return undefined;
      record = await run.readRecord();
      const spec = await run.readSpec();
      const history = await run.readHistory();
      const hasMistakes = (await run.read('mistakes.png')) !== undefined;
      return { name, record, spec, history, fault: null, inUse, hasMistakes };
    } catch (error) {
      const fault = messageOf(error);
      return { name, record, spec: null, history: [], fault, inUse, hasMistakes: false };
    }
  }

  async #lockOrRefuse(name: string): Promise<Release> {
    const release = await this.#lock(name);
    if (release !== undefined) return release;
    throw new FoveaError({
      where: name,
      problem:
        'this run is open for training elsewhere: in another tab, or by another part of this page',
      expected: 'one trainer at a time',
      fix: 'stop it there or close that tab, or choose another name',
    });
  }
}

/** One buffer of a browser holds no more. */
const MOST_ARCHIVE = 2 ** 31 - 1;
