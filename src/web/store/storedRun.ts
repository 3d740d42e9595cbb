/**
 * @file One run that a page keeps: the files of `records/runFiles.ts`, below `runs/NAME/`.
 *
 * A run is there when its run.json is: that file is written last of a new one, and removed first of one that goes.
 * Whoever trains has the run's lock; a tab or worker that is closed or killed gives it back.
 * Next stop: `runStore.ts`, all of them.
 */
import { FoveaError } from '../../base/errors.ts';
import { decodeWeights } from '../../interop/modelTensors.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import { parseHistory } from '../../records/history.ts';
import { jsonText } from '../../records/jsonText.ts';
import { decodeSpec } from '../../records/modelContents.ts';
import {
  type CheckpointName,
  checkpointFile,
  type RunFileName,
  type RunFiles,
  runFileNames,
} from '../../records/runFiles.ts';
import {
  parseRunRecord,
  type RunRecord,
  type TrainedRecord,
  trainedRecordOf,
} from '../../records/runRecord.ts';
import type { EpochRecord, Snapshot } from '../../train/progress.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../train/snapshots/checkpoint.ts';
import type { Release } from '../files/locks.ts';
import type { StoredFiles } from '../files/storedFiles.ts';

export class StoredRun implements RunFiles {
  /** The run's name. */
  readonly path: string;
  readonly #files: StoredFiles;
  readonly #release: Release;
  /** Of a new run: kept until it has its place. */
  #pending: RunRecord | undefined;
  readonly #isNew: boolean;

  /** `isNew`: it has no place yet. `release` gives the lock back. */
  constructor(files: StoredFiles, name: string, release: Release = () => {}, isNew = false) {
    this.#files = files;
    this.path = name;
    this.#release = release;
    this.#isNew = isNew;
  }

  file(name: RunFileName): string {
    return `runs/${this.path}/${name}`;
  }

  async begin(record: RunRecord, spec: ModelSpec): Promise<void> {
    this.#pending = record;
    await this.#writeJson('model.json', spec);
  }

  async publish(): Promise<void> {
    const record = this.#pending;
    if (record === undefined) return;
    await this.#writeJson('run.json', record);
    this.#pending = undefined;
  }

  /** Lets others train here. A new run that never got its place leaves nothing. */
  async close(): Promise<void> {
    try {
      const hasPlace = !this.#isNew || (await this.isThere());
      if (!hasPlace) await this.#files.remove(`runs/${this.path}`);
    } finally {
      this.#release();
    }
  }

  async write(name: RunFileName, bytes: Uint8Array): Promise<void> {
    await this.#files.write(this.file(name), bytes);
  }

  async writeRecord(record: RunRecord): Promise<void> {
    if (this.#pending === undefined) await this.#writeJson('run.json', record);
    else this.#pending = record;
  }

  async writeHistory(history: readonly EpochRecord[]): Promise<void> {
    await this.#writeJson('history.json', history);
  }

  async writeCheckpoint(snapshot: Snapshot, isBest: boolean): Promise<void> {
    const bytes = encodeCheckpoint(snapshot);
    if (isBest) await this.write(checkpointFile('best'), bytes);
    await this.write(checkpointFile('last'), bytes);
  }

  async readCheckpoint(name: CheckpointName): Promise<Snapshot | undefined> {
    const file = checkpointFile(name);
    const bytes = await this.read(file);
    return bytes === undefined ? undefined : decodeCheckpoint(bytes, this.file(file));
  }

  async isThere(): Promise<boolean> {
    return (await this.read('run.json')) !== undefined;
  }

  async readRecord(): Promise<RunRecord> {
    return parseRunRecord(
      new TextDecoder().decode(await this.#needed('run.json')),
      this.file('run.json'),
    );
  }

  /** For what goes on with the run: throws where it was not trained here. */
  async readTrainedRecord(): Promise<TrainedRecord> {
    return trainedRecordOf(await this.readRecord(), this.path);
  }

  async readSpec(): Promise<ModelSpec> {
    return decodeSpec(await this.#needed('model.json'), this.file('model.json'));
  }

  /** The network with the weights that training ended with. */
  async readModel(): Promise<TrainedModel> {
    const weights = await this.#needed('weights.safetensors');
    return decodeWeights(weights, await this.readSpec(), this.file('weights.safetensors'));
  }

  /** Empty before the first epoch is over. */
  async readHistory(): Promise<readonly EpochRecord[]> {
    const bytes = await this.read('history.json');
    return bytes === undefined ? [] : parseHistory(bytes, this.file('history.json'));
  }

  async read(name: RunFileName): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#files.read(this.file(name));
  }

  /** Every file that is there. */
  async readAll(): Promise<ReadonlyMap<RunFileName, Uint8Array>> {
    const contents = new Map<RunFileName, Uint8Array>();
    for (const name of runFileNames) {
      const bytes = await this.read(name);
      if (bytes !== undefined) contents.set(name, bytes);
    }
    return contents;
  }

  async #needed(name: RunFileName): Promise<Uint8Array> {
    const bytes = await this.read(name);
    if (bytes !== undefined) return bytes;
    const isThere = name !== 'run.json' && (await this.isThere());
    throw new FoveaError({
      where: this.path,
      problem: isThere ? `the run has no ${name}` : 'there is no such run in this browser',
      expected: isThere ? 'a run that has ended' : 'a run that was trained or opened here',
      ...(isThere ? { fix: 'go on with the run until it is done' } : {}),
    });
  }

  async #writeJson(name: RunFileName, value: unknown): Promise<void> {
    await this.write(name, new TextEncoder().encode(jsonText(value)));
  }
}
