/**
 * @file How fast `fovea serve` answers: `node tools/serveSpeed.ts [seconds]`, a table for networks of random weights.
 *
 * Every request is one PNG in JSON, sent by autocannon, which reads its body as text, in a process of its own (npx
 * fetches it: no dependency). The server runs here, so that its CPU time is told apart from the clients'.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { pictureToPng } from '../src/data/images/contactSheet.ts';
import { openModelServer } from '../src/server/models/openModelServer.ts';
import { openServed } from '../src/server/models/served.ts';
import { named, saveModelFiles } from '../test/support/savedModels.ts';

const CONNECTIONS = { lenet5: 32, 'alexnet-cifar10': 16 };

interface Case {
  readonly model: keyof typeof CONNECTIONS;
  /** 1: one by one; undefined: as many as spare work. */
  readonly maxBatch: number | undefined;
  readonly workers: number;
}

const CASES = (['lenet5', 'alexnet-cifar10'] as const).flatMap((model) =>
  [1, 2].flatMap((workers) =>
    [1, 16, undefined].map((maxBatch): Case => ({ model, maxBatch, workers })),
  ),
);

interface Measured {
  readonly requests: { readonly total: number; readonly average: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly non2xx: number;
  readonly errors: number;
}

async function load(url: string, picture: string, connections: number, seconds: number) {
  const asked = ['-m', 'POST', '-i', picture, '-H', 'content-type=application/json'];
  const times = ['-c', String(connections), '-d', String(seconds), '--json'];
  const words = ['--yes', 'autocannon@8', ...asked, ...times, url];
  const { stdout } = await promisify(execFile)('npx', words);
  return JSON.parse(stdout) as Measured;
}

async function measure({ model, maxBatch, workers }: Case, folder: string, seconds: number) {
  const server = await openModelServer({
    models: await openServed(
      [saveModelFiles(path.join(folder, model), named(model))],
      (run) => run,
    ),
    ...{ host: '127.0.0.1', port: 0, allowHosts: [], allowOrigins: [] },
    ...{ workers, threads: 1, maxBatch, maxDelay: 0, maxRequests: 256 },
    ...{ maxBody: 2 ** 20, maxPixels: 2 ** 20, timeout: 30 },
    onBug: (error) => console.error(error),
  });
  try {
    const url = new URL(`/v1/models/${model}/predict`, server.url).href;
    const picture = path.join(folder, 'picture.json');
    await load(url, picture, CONNECTIONS[model], 2);
    const before = process.cpuUsage();
    const measured = await load(url, picture, CONNECTIONS[model], seconds);
    const { requests, latency, non2xx, errors } = measured;
    if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests were not answered`);
    const { user, system } = process.cpuUsage(before);
    return [
      ...[model, String(workers), String(maxBatch ?? `up to ${server.batches[0]}`)],
      ((user + system) / 1000 / requests.total).toFixed(2),
      ...[requests.average.toFixed(0), latency.p50.toFixed(1), latency.p99.toFixed(1)],
    ];
  } finally {
    await server.close(1);
  }
}

const seconds = Number(process.argv[2] ?? 10);
const folder = mkdtempSync(path.join(tmpdir(), 'fovea-serve-speed-'));
try {
  const pixels = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.imul(i, 40_503) >>> 5);
  const base64 = Buffer.from(pictureToPng(pixels, [64, 64, 3])).toString('base64');
  writeFileSync(path.join(folder, 'picture.json'), JSON.stringify({ picture: { base64 } }));
  console.log(
    '| network | workers | batch | CPU ms a request | requests a second | p50 ms | p99 ms |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const one of CASES) {
    console.log(`| ${(await measure(one, folder, seconds)).join(' | ')} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
