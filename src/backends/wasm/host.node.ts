/**
 * @file What the WASM backend asks of Node: its worker threads, its cores, the flags of its V8.
 *
 * A browser has workers of its own, and no flags. Before: `threads.ts`, `threadWorker.ts`, `machine/pairs.ts`.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import v8 from 'node:v8';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { WorkerStart } from './control.ts';

/** Resolves once the worker has said that it runs; rejects where it does not start. */
export async function startNodeWorker(
  data: WorkerStart,
): Promise<{ terminate(): Promise<unknown> }> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const url = new URL(`./threadWorker.${extension}`, import.meta.url);
  const worker = new Worker(url, { workerData: data });
  worker.unref();
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  return { terminate: () => worker.terminate() };
}

/** In a worker: what it was started with, and how it says that it runs. */
export function workerStart(): { readonly data: unknown; ready(): void } {
  return { data: workerData, ready: () => parentPort?.postMessage('ready') };
}

export const coreCount = (): number => availableParallelism();

/** V8's names of the flag that fuses pairs: the first up to its version, the second from its version on. */
const OLDER = { name: 'experimental-wasm-revectorize', until: 14.6 };
const NEWER = { name: 'wasm-revectorize', from: 15.6 };

/**
 * What this V8 calls the flag that fuses pairs; undefined where it has none. A V8 complains of flags it does not
 * know, so none is tried: where the name is not known by the version, the runtime is asked for its flags.
 */
export function pairsFlag(version: string = process.versions.v8 ?? ''): string | undefined {
  const number = Number(/^\d+\.\d+/.exec(version)?.[0]);
  if (number <= OLDER.until) return OLDER.name;
  if (number >= NEWER.from) return NEWER.name;
  const { stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  return [NEWER.name, OLDER.name].find((name) => stdout?.includes(` --${name} `));
}

/** Holds for all that is compiled afterwards. */
export function setFlag(flag: string): void {
  v8.setFlagsFromString(flag);
}
