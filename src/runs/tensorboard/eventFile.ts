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

export class EventFile {
  readonly path: string;
  /** Whether its folder had none before. */
  readonly isFirst: boolean;
  readonly #handle: FileHandle;

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
      await file.append([versionEvent(Date.now() / 1000, 'fovea')]);
      return file;
    } catch (error) {
      throw writeError(folder, error);
    }
  }

  async append(events: readonly Uint8Array[]): Promise<void> {
    try {
      await this.#handle.appendFile(Buffer.concat(events.map(framed)));
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
