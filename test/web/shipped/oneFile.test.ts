/**
 * @file A shipped module in pages and workers of Chromium and Firefox, under a policy that lets WebAssembly compile and
 * nothing else: the answers of a session, to the bit.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answersHere, CASES, writeShipped } from '../../oneFile/shipped.ts';
import { named } from '../../support/savedModels.ts';
import { inBrowsers, type Served, serveFolder } from '../browser.ts';

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src data:";
const model = named('lenet5-1998');

let folder: string;
let served: Served;
let expected: ReturnType<typeof answersHere>;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'fovea-one-file-'));
  writeShipped(folder, model, { name: 'network' });
  const files = {
    'index.html':
      '<!doctype html><title>one file</title><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
    'page.js': `import * as file from './network.mjs';
${CASES}
globalThis.answersHere = () => answersOf(file);
globalThis.answersInWorker = () => new Promise((resolve, reject) => {
  const worker = new Worker('worker.js', { type: 'module' });
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
});`,
    'worker.js': `import * as file from './network.mjs';
${CASES}
postMessage(await answersOf(file));`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  served = await serveFolder(folder, { 'Content-Security-Policy': POLICY });
  expected = answersHere(model);
  await expected;
});
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

inBrowsers('a shipped module', (open) => {
  it.for(['answersHere', 'answersInWorker'])(
    '%s: the bits of Node',
    { retry: 1 },
    async (where) => {
      const page = await open(served.url);
      // Float32 in JSON is exact either way; -0 is not told apart.
      const answers = await page.evaluate<object>(
        `${where}().then(JSON.stringify).then(JSON.parse)`,
      );
      await page.close();
      expect(answers).toEqual(JSON.parse(JSON.stringify(await expected)));
    },
  );
});
