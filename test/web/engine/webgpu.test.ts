/**
 * @file WebGPU in a page: the engine in its worker, on SwiftShader, in Chromium (Dawn and Tint) and in Firefox (wgpu
 * and Naga): two compilers of WGSL that share no code.
 */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inBrowsers, type Served, serveFolder } from '../browser.ts';
import { bundleEngine } from './bundle.ts';
import { type Trained, trainedHere } from './trained.ts';

let folder: string | undefined;
let served: Served;

beforeAll(async () => {
  folder = await bundleEngine();
  served = await serveFolder(folder);
});
afterAll(async () => {
  await served?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

inBrowsers(
  'WebGPU',
  (open) => {
    it('trains as threads in Node do, and says that its adapter is software', async () => {
      const page = await open(served.url);
      const { plan, losses } = await page.evaluate<Trained>(`trainInWorker({ backend: 'webgpu' })`);
      expect(plan).toMatch(/^webgpu, .*\(software\)$/);
      const here = await trainedHere();
      losses.forEach((loss, i) => {
        expect(Math.abs(loss - here.losses[i]!)).toBeLessThan(1e-3);
      });
      await page.close();
    });

    it('is passed over by auto, which says so', async () => {
      const page = await open(served.url);
      const plan = await page.evaluate<string>(
        'fovea.openWorkerSession().then((engine) => engine.plan)',
      );
      expect(plan).toMatch(/^wasm, .*webgpu did not open: the only adapter is .*\(software\)/);
      await page.close();
    });
  },
  { webgpu: true },
);
