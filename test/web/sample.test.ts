/** @file The sample of browsers that `npm test` takes: the engine in Chromium, with threads. `npm run test:web` takes all. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ISOLATED, inChromium, type Served, serveFolder } from './browser.ts';
import { bundleEngine } from './engine/bundle.ts';
import { type Trained, trainedHere } from './engine/trained.ts';

inChromium('the engine in a page', (open) => {
  let folder: string | undefined;
  let served: Served | undefined;
  beforeAll(async () => {
    folder = await bundleEngine();
    served = await serveFolder(folder, ISOLATED);
  });
  afterAll(async () => {
    await served?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('trains to the bits of Node', async () => {
    const page = await open(served!.url);
    const { plan, confusion: _, ...trained } = await page.evaluate<Trained>('trainInWorker(2)');
    expect(plan).toMatch(/^wasm, 2 threads, 128-bit lanes/);
    expect(trained).toEqual(await trainedHere());
  });
});
