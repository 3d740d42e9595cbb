/**
 * @file What the WASM backend asks of Node: its worker threads, its cores, the flags of its V8.
 *
 * A browser has workers of its own, and no flags. Before: `threads.ts`, `worker.ts`, `machine/selfCheck.ts`.
 */
import { availableParallelism } from 'node:os';
import v8 from 'node:v8';
import { parentPort, Worker, workerData } from 'node:worker_threads';

/** Resolves once the worker has said that it runs; rejects where it does not start. */
export async function startNodeWorker(
  url: URL,
  data: unknown,
): Promise<{ terminate(): Promise<unknown> }> {
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

/** Holds for all that is compiled afterwards. */
export function setFlag(flag: string): void {
  v8.setFlagsFromString(flag);
}
