/**
 * @file Writes a file of the browser's storage in a worker, for pages of browsers where only workers can.
 *
 * The engine's worker does it, so that there is no further file to be shipped. Previous stop: `files/writeWays.ts`.
 */
import { Asking } from './calls.ts';

export interface FileToWrite {
  /** From the root of what this library keeps. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What the worker answers beside what it computes. */
export type FileCalls = { readonly writeFile: (file: FileToWrite) => Promise<void> };

export async function writeInWorker(file: FileToWrite): Promise<void> {
  const worker = new Worker(new URL('./engineWorker.js', import.meta.url), { type: 'module' });
  try {
    await new Asking<FileCalls>(worker).calls.writeFile(file);
  } finally {
    worker.terminate();
  }
}
