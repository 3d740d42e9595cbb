/**
 * @file A run on disk: `runs/NAME/` and the files in it.
 *
 *   model.json            the spec
 *   weights.safetensors   parameters at the end
 *   history.json          one record per epoch
 *   run.json              what is needed to repeat the run, and its results
 *   checkpoint/           last.safetensors, best.safetensors: one snapshot each
 *   mistakes.png          the worst mistakes on the test set
 *
 * Each file is written whole or not at all; a folder is never taken over by accident.
 * Next stop: `../performRun.ts`, which fills it.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { FoveaError, messageOf, UsageError } from '../../base/errors.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../train/checkpoint.ts';
import type { EpochRecord, Snapshot } from '../../train/progress.ts';
import { jsonText } from './jsonText.ts';
import { parseRunRecord, type RunRecord } from './runRecord.ts';
import {
  isTemporary,
  linkWhole,
  removeTemporaryFiles,
  writeError,
  writeWhole,
} from './wholeFile.ts';

export type CheckpointName = 'last' | 'best';

export class RunFolder {
  readonly path: string;

  private constructor(folder: string) {
    this.path = folder;
  }

  /** Makes the folder. One that exists is an error unless it is a run and `overwrite` is said. */
  static async create(folder: string, overwrite = false): Promise<RunFolder> {
    const run = new RunFolder(folder);
    try {
      await fs.mkdir(path.dirname(folder), { recursive: true });
      if (overwrite) await run.#clear();
      await fs.mkdir(folder);
      await fs.mkdir(run.file('checkpoint'));
    } catch (error) {
      if (error instanceof FoveaError) throw error;
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(folder);
      throw writeError(folder, error);
    }
    return run;
  }

  /** Opens a run that exists. */
  static async open(folder: string): Promise<RunFolder> {
    const run = new RunFolder(folder);
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

  file(name: string): string {
    return path.join(this.path, name);
  }

  /** The first files of a new run. Where they cannot be written, no empty folder stays behind. */
  async begin(record: RunRecord, spec: ModelSpec): Promise<void> {
    try {
      await this.writeRecord(record);
      await this.#writeJson('model.json', spec);
    } catch (error) {
      await fs.rm(this.path, { recursive: true, force: true });
      throw error;
    }
  }

  async writeHistory(history: readonly EpochRecord[]): Promise<void> {
    await this.#writeJson('history.json', history);
  }

  async writeRecord(record: RunRecord): Promise<void> {
    await this.#writeJson('run.json', record);
  }

  async #writeJson(name: string, value: unknown): Promise<void> {
    await writeWhole(this.file(name), jsonText(value));
  }

  async readRecord(): Promise<RunRecord> {
    const bytes = await this.#read('run.json');
    return parseRunRecord(bytes?.toString('utf8') ?? '', this.file('run.json'));
  }

  /** The best is written before the last: whatever `last` calls the best is then there. */
  async writeCheckpoint(snapshot: Snapshot, isBest: boolean): Promise<void> {
    const bytes = encodeCheckpoint(snapshot);
    const [best, last] = [this.checkpointFile('best'), this.checkpointFile('last')];
    if (isBest) {
      await writeWhole(best, bytes);
      // AlexNet's is 700 MB: one file under two names, until either is replaced.
      if (await linkWhole(best, last)) return;
    }
    await writeWhole(last, bytes);
  }

  async readCheckpoint(name: CheckpointName): Promise<Snapshot | undefined> {
    const bytes = await this.#read(`checkpoint/${name}.safetensors`);
    return bytes === undefined ? undefined : decodeCheckpoint(bytes, this.checkpointFile(name));
  }

  checkpointFile(name: CheckpointName): string {
    return this.file(path.join('checkpoint', `${name}.safetensors`));
  }

  /** Removes what a killed writer left. */
  async tidy(): Promise<void> {
    await removeTemporaryFiles(this.path);
    if (await exists(this.file('checkpoint'))) await removeTemporaryFiles(this.file('checkpoint'));
  }

  /** Moves an old run out of the way in one step, then deletes it. Anything but a run is refused. */
  async #clear(): Promise<void> {
    if (!(await exists(this.path))) return;
    const names = await fs.readdir(this.path);
    if (!names.includes('run.json') && !names.every(isOurs)) {
      throw new FoveaError({
        where: this.path,
        problem: 'the folder holds other things than a run; it is not overwritten',
        expected: 'a folder with run.json in it, an empty one, or none',
        fix: 'choose another place with --name or --out',
      });
    }
    const aside = path.join(
      path.dirname(this.path),
      `.${path.basename(this.path)}.${Date.now().toString(36)}.old`,
    );
    await fs.rename(this.path, aside);
    await fs.rm(aside, { recursive: true, force: true });
  }

  async #read(name: string): Promise<Buffer | undefined> {
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

const OURS = ['model.json', 'weights.safetensors', 'history.json', 'checkpoint', 'mistakes.png'];

/** What a run killed in its first moment may leave without run.json. */
function isOurs(name: string): boolean {
  return OURS.includes(name) || isTemporary(name);
}

function alreadyThere(folder: string): UsageError {
  return new UsageError({
    where: folder,
    problem: 'this run exists already',
    expected: 'a new name, or a word on what to do with the old run',
    fix: '--resume goes on with it, --overwrite replaces it, --name NAME makes another',
  });
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
