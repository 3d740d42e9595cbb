/**
 * @file A run on disk: `runs/NAME/` and the files in it, which `records/runFiles.ts` lists.
 *
 * Each file is written whole or not at all; a folder is never taken over by accident. A new run is made
 * beside its place and gets it when its first checkpoint is there, so that what is refused until then harms
 * nothing. Next stop: `runPlace.ts`, how a run takes its place; `records/performRun.ts`, which fills it.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { FoveaError, messageOf } from '../../base/errors.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { jsonText } from '../../records/jsonText.ts';
import {
  type CheckpointName,
  checkpointFile,
  type RunFileName,
  type RunFiles,
} from '../../records/runFiles.ts';
import {
  parseRunRecord,
  type RunRecord,
  type TrainedRecord,
  trainedRecordOf,
} from '../../records/runRecord.ts';
import type { EpochRecord, Snapshot } from '../../train/progress.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../train/snapshots/checkpoint.ts';
import { lockRun, type RunLock } from './runLock.ts';
import {
  checkPlace,
  isLeftAside,
  removeRun,
  replaceRun,
  stagedPath,
  sweepStaged,
} from './runPlace.ts';
import {
  type FileData,
  linkWhole,
  removeTemporaryFiles,
  writeError,
  writeWhole,
} from './wholeFile.ts';

export class RunFolder implements RunFiles {
  readonly path: string;
  /** Where the files are: `path`, or beside it while a new run is not there yet. */
  #place: string;
  readonly #lock: RunLock | undefined;
  readonly #overwrite: boolean;

  private constructor(folder: string, place = folder, lock?: RunLock, overwrite = false) {
    this.path = folder;
    this.#place = place;
    this.#lock = lock;
    this.#overwrite = overwrite;
  }

  /**
   * Begins a new run beside its place; `publish` gives it the place. What stands there is an error unless it
   * is a run, nothing but a run, and `overwrite` is said. Nobody else can train there until `close`.
   */
  static async create(folder: string, overwrite = false): Promise<RunFolder> {
    await checkPlace(folder, overwrite);
    try {
      await fs.mkdir(path.dirname(folder), { recursive: true });
    } catch (error) {
      throw writeError(folder, error);
    }
    const lock = await lockRun(folder);
    const staged = stagedPath(folder);
    try {
      await sweepStaged(folder);
      await checkPlace(folder, overwrite); // somebody may have been faster
      await fs.mkdir(path.join(staged, 'checkpoint'), { recursive: true });
      return new RunFolder(folder, staged, lock, overwrite);
    } catch (error) {
      await lock.release();
      throw error instanceof FoveaError ? error : writeError(folder, error);
    }
  }

  /** Opens a run that exists, to read it. One that a killed trainer left beside its place is put back first. */
  static async open(folder: string): Promise<RunFolder> {
    const run = new RunFolder(folder);
    if ((await run.#read('run.json')) === undefined && (await isLeftAside(folder))) {
      await RunFolder.take(folder).then(
        (taken) => taken.close(),
        () => undefined, // a trainer is at it this moment, or nothing can be written here: what is there is read
      );
    }
    if ((await run.#read('run.json')) === undefined) {
      throw new FoveaError({
        where: folder,
        problem: (await exists(folder)) ? 'this folder is not a run' : 'there is no such run',
        expected: 'a folder that "fovea train" made, with run.json in it',
        fix: 'train one first: fovea train lenet5',
      });
    }
    return run;
  }

  /**
   * Opens a run to go on with it: nobody else can train there until `close`. A trainer that was killed while it
   * replaced the run may have left it beside its place; it is put back before it is looked for.
   */
  static async take(folder: string): Promise<RunFolder> {
    if (!(await exists(path.dirname(folder)))) await RunFolder.open(folder); // says that there is none
    const lock = await lockRun(folder);
    try {
      await sweepStaged(folder);
      await RunFolder.open(folder);
      const run = new RunFolder(folder, folder, lock);
      await run.#tidy();
      return run;
    } catch (error) {
      await lock.release();
      throw error instanceof FoveaError ? error : writeError(folder, error);
    }
  }

  file(name: RunFileName): string {
    return path.join(this.#place, name);
  }

  /** Gives a new run its place; a run that is replaced goes once this one is there. */
  async publish(): Promise<void> {
    if (this.#place === this.path) return;
    await checkPlace(this.path, this.#overwrite);
    await replaceRun(this.#place, this.path);
    this.#place = this.path;
  }

  /** Lets others train here. A new run that never got its place leaves nothing. */
  async close(): Promise<void> {
    if (this.#place !== this.path) await removeRun(this.#place);
    await this.#lock?.release();
  }

  /** The first files of a new run. */
  async begin(record: RunRecord, spec: ModelSpec): Promise<void> {
    await this.writeRecord(record);
    await this.#writeJson('model.json', spec);
  }

  async writeHistory(history: readonly EpochRecord[]): Promise<void> {
    await this.#writeJson('history.json', history);
  }

  async writeRecord(record: RunRecord): Promise<void> {
    await this.#writeJson('run.json', record);
  }

  async write(name: RunFileName, data: FileData): Promise<void> {
    await writeWhole(this.file(name), data);
  }

  async #writeJson(name: RunFileName, value: unknown): Promise<void> {
    await writeWhole(this.file(name), jsonText(value));
  }

  async readRecord(): Promise<RunRecord> {
    const bytes = await this.#read('run.json');
    return parseRunRecord(bytes?.toString('utf8') ?? '', this.file('run.json'));
  }

  /** For what goes on with the run: throws where it was not trained here. */
  async readTrainedRecord(): Promise<TrainedRecord> {
    return trainedRecordOf(await this.readRecord(), this.path);
  }

  async writeCheckpoint(snapshot: Snapshot, isBest: boolean): Promise<void> {
    const bytes = encodeCheckpoint(snapshot);
    const [best, last] = [this.file(checkpointFile('best')), this.file(checkpointFile('last'))];
    if (isBest) {
      await writeWhole(best, bytes);
      // AlexNet's is 700 MB: one file under two names, until either is replaced.
      if (await linkWhole(best, last)) return;
    }
    await writeWhole(last, bytes);
  }

  async readCheckpoint(name: CheckpointName): Promise<Snapshot | undefined> {
    const bytes = await this.#read(checkpointFile(name));
    return bytes === undefined
      ? undefined
      : decodeCheckpoint(bytes, this.file(checkpointFile(name)));
  }

  /** Removes what a killed writer left. */
  async #tidy(): Promise<void> {
    await removeTemporaryFiles(this.path);
    const checkpoints = path.join(this.path, 'checkpoint');
    if (await exists(checkpoints)) await removeTemporaryFiles(checkpoints);
  }

  async #read(name: RunFileName): Promise<Buffer | undefined> {
    try {
      return await fs.readFile(this.file(name));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw new FoveaError(
        { where: this.file(name), problem: `cannot be read: ${messageOf(error)}` },
        { cause: error },
      );
    }
  }
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
