/**
 * @file A file that is being fetched: what has come so far, kept in whole parts so that another visit goes on there.
 *
 * Parts stand in a folder beside the file's place, `NAME.part/0000` and so on, each of the same size; what does not
 * fill a part yet is in memory alone. Where nothing can be kept the file is fetched all the same.
 * Before: `download.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import { at } from '../../base/lists.ts';
import type { StoredFiles } from '../files/storedFiles.ts';

export const PART_BYTES = 2 ** 20;

export class PartialFile {
  readonly #files: StoredFiles;
  readonly #folder: string;
  readonly #onNote: ((words: string) => void) | undefined;
  #parts: Uint8Array[] = [];
  /** Of the last part, which fills up. */
  #filled = PART_BYTES;
  #keeps = true;

  private constructor(files: StoredFiles, place: string, onNote?: (words: string) => void) {
    this.#files = files;
    this.#folder = `${place}.part`;
    this.#onNote = onNote;
  }

  /** With what an earlier visit has kept of the file at `place`. */
  static async open(
    files: StoredFiles,
    place: string,
    onNote?: (words: string) => void,
  ): Promise<PartialFile> {
    const file = new PartialFile(files, place, onNote);
    for (let i = 0; ; i++) {
      const part = await files.read(file.#partPath(i));
      if (part?.length !== PART_BYTES) return file;
      file.#parts.push(part);
    }
  }

  /** Bytes so far. */
  get received(): number {
    return Math.max(0, this.#parts.length - 1) * PART_BYTES + (this.#parts.length && this.#filled);
  }

  async append(chunk: Uint8Array): Promise<void> {
    for (let taken = 0; taken < chunk.length; ) {
      if (this.#filled === PART_BYTES) {
        this.#parts.push(new Uint8Array(PART_BYTES));
        this.#filled = 0;
      }
      const last = this.#parts.length - 1;
      const some = chunk.subarray(taken, taken + PART_BYTES - this.#filled);
      at(this.#parts, last, 'part').set(some, this.#filled);
      this.#filled += some.length;
      taken += some.length;
      if (this.#filled === PART_BYTES) await this.#keep(last);
    }
  }

  /** All that has come, as one. */
  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.received);
    this.#parts.forEach((part, i) => {
      all.set(part.subarray(0, all.length - i * PART_BYTES), i * PART_BYTES);
    });
    return all;
  }

  /** Forgets all that has come. */
  async clear(): Promise<void> {
    this.#parts = [];
    this.#filled = PART_BYTES;
    await this.#files.remove(this.#folder);
  }

  async #keep(i: number): Promise<void> {
    if (!this.#keeps) return;
    try {
      await this.#files.write(this.#partPath(i), at(this.#parts, i, 'part'));
    } catch (error) {
      if (!(error instanceof FoveaError)) throw error;
      this.#keeps = false;
      this.#onNote?.(`What is fetched is not kept: ${error.parts.problem}`);
    }
  }

  #partPath(i: number): string {
    return `${this.#folder}/${String(i).padStart(4, '0')}`;
  }
}
