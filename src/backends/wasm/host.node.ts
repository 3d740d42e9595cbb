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

/** V8's name of the flag that fuses pairs was the first one up to there, and the second from there on. */
const NAMES = { 'experimental-wasm-revectorize': 14.6, 'wasm-revectorize': 15.6 } as const;

/**
 * What this V8 calls the flag that fuses pairs; undefined where it has none. A V8 complains of flags it does not
 * know, so none is tried: where the name is not known by the version, the runtime is asked for its flags.
 */
export function pairsFlag(version: string = process.versions.v8 ?? ''): string | undefined {
  const [older, newer] = ['experimental-wasm-revectorize', 'wasm-revectorize'] as const;
  const number = Number(/^\d+\.\d+/.exec(version)?.[0]);
  if (number <= NAMES[older]) return older;
  if (number >= NAMES[newer]) return newer;
  const { stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  return [newer, older].find((name) => stdout?.includes(` --${name} `));
}

/** Holds for all that is compiled afterwards. */
export function setFlag(flag: string): void {
  v8.setFlagsFromString(flag);
}
