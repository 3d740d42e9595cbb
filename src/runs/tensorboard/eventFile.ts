/**
 * @file An event file on disk, to which whole records are appended: a kill leaves what was told until then.
 *
 * A folder holds a file for each time somebody wrote there; TensorBoard reads them in the order of their names, so a
 * new one is named behind all others. Before: `interop/tensorboard/records.ts`. Next stop: `runEvents.ts`.
 */
import fs, { type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { versionEvent } from '../../interop/tensorboard/events.ts';
import { framed } from '../../interop/tensorboard/records.ts';
import { writeError } from '../folder/wholeFile.ts';
import { isEventFile, nextEventName } from './eventName.ts';

/** Milliseconds. */
const PATIENCE = 1000;

export class EventFile {
  readonly path: string;
  /** Whether its folder had none before. */
  readonly isFirst: boolean;
  readonly #handle: FileHandle;
  /** Framed. */
  readonly #waiting: Uint8Array[] = [];
  /** When something was written last. */
  #written = 0;
  /** All writes so far, one after the other; none follows one that failed. */
  #writing: Promise<void> = Promise.resolve();
  /** What went wrong while nobody waited. */
  #failure: unknown;

  private constructor(file: string, isFirst: boolean, handle: FileHandle) {
    this.path = file;
    this.isFirst = isFirst;
    this.#handle = handle;
  }

  /** Makes the folder and a file in it. */
  static async create(folder: string): Promise<EventFile> {
    try {
      await fs.mkdir(folder, { recursive: true });
      const there = (await fs.readdir(folder)).filter(isEventFile);
      const name = nextEventName(there);
      const handle = await fs.open(path.join(folder, name), 'ax');
      const file = new EventFile(path.join(folder, name), there.length === 0, handle);
      await file.append([versionEvent(Date.now() / 1000, 'fovea')]).catch(async (error) => {
        await handle.close();
        throw error;
      });
      return file;
    } catch (error) {
      throw writeError(folder, error);
    }
  }

  /** Writes them, behind those that were put off. */
  async append(events: readonly Uint8Array[]): Promise<void> {
    const records = [...this.#waiting.splice(0), ...events.map(framed)];
    this.#written = performance.now();
    this.#writing = this.#writing.then(() => this.#write(records));
    await this.#writing;
  }

  async #write(records: readonly Uint8Array[]): Promise<void> {
    try {
      if (records.length > 0) await this.#handle.appendFile(Buffer.concat(records));
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  /** The same, and nobody waits: whoever comes next, or closes the file, is told what went wrong. */
  send(events: readonly Uint8Array[]): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.append(events).catch((error: unknown) => {
      this.#failure = error;
    });
  }

  /** Puts them off until a second has passed since the last were written. */
  putOff(event: Uint8Array): void {
    this.#waiting.push(framed(event));
    if (performance.now() - this.#written > PATIENCE) this.send([]);
  }

  async close(): Promise<void> {
    try {
      await this.append([]);
    } finally {
      await this.#handle.close().catch((error) => {
        throw writeError(this.path, error);
      });
    }
  }
}
