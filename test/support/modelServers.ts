/** @file Model servers on ports of this machine, for tests that ask them over HTTP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pictureToPng } from '../../src/data/images/contactSheet.ts';
import { loadDataset } from '../../src/data/index.ts';
import {
  type ModelServer,
  type ModelServerOptions,
  openModelServer,
} from '../../src/server/models/openModelServer.ts';
import { openServed } from '../../src/server/models/served.ts';
import { named, saveModelFiles } from './savedModels.ts';

/** Folders that stay until the process is done: files of tests share this module. */
export const folder = mkdtempSync(path.join(tmpdir(), 'fovea-serve-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
export const digits = saveModelFiles(path.join(folder, 'digits'), named('lenet5'));

/** A fault of ours fails the run, whichever test is on. */
function thrown(bug: unknown): void {
  queueMicrotask(() => {
    throw bug;
  });
}

export const served = (...given: string[]) => openServed(given, (run) => run);

export async function serve(options: Partial<ModelServerOptions> = {}): Promise<ModelServer> {
  return openModelServer({
    models: await served(digits),
    host: '127.0.0.1',
    port: 0,
    allowHosts: [],
    allowOrigins: [],
    workers: 1,
    threads: 1,
    maxBatch: 8,
    maxDelay: 0,
    maxRequests: 64,
    maxBody: 200_000,
    maxPixels: 2 ** 22,
    timeout: 20,
    onBug: thrown,
    ...options,
  });
}

export interface Said {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  readonly body: any;
}

export async function ask(
  { url }: ModelServer,
  where: string,
  init: RequestInit = {},
): Promise<Said> {
  const response = await fetch(new URL(where, url), init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

/** Bytes as a picture, whatever else as JSON. */
export const post = (
  server: ModelServer,
  where: string,
  body: unknown,
  headers: Record<string, string> = {},
) => {
  const isBytes = body instanceof Uint8Array;
  return ask(server, where, {
    method: 'POST',
    body: isBytes ? new Uint8Array(body) : JSON.stringify(body),
    headers: { 'content-type': isBytes ? 'image/png' : 'application/json', ...headers },
  });
};

export const PREDICT = '/v1/models/digits/predict';

/** Twelve digits as pixels and as files. */
export async function drawnDigits(): Promise<{ pixels: Uint8Array[]; pngs: Buffer[] }> {
  const { test } = await loadDataset('digits', { trainCount: 1, testCount: 12 });
  const pixels = Array.from({ length: 12 }, (_, i) => test.images.slice(i * 784, (i + 1) * 784));
  return { pixels, pngs: pixels.map((one) => Buffer.from(pictureToPng(one, [28, 28, 1]))) };
}
