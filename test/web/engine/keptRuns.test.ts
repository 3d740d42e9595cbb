/**
 * @file Runs that Chromium and Firefox keep, by each way in which a browser lets files be written: whole after their page
 * was closed in the middle, gone on with to the same bits, out of a zip as they went in.
 */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ISOLATED, inBrowsers, type Served, serveFolder } from '../browser.ts';
import { bundleEngine } from './bundle.ts';

/** Before the code of page and workers, this makes of any browser one that writes by access handles alone. */
const HANDLES_ALONE = 'delete FileSystemFileHandle.prototype.createWritable;';

let folder: string;
let streams: Served;
let handles: Served;
beforeAll(async () => {
  folder = await bundleEngine();
  streams = await serveFolder(folder, ISOLATED);
  handles = await serveFolder(folder, ISOLATED, (path, text) =>
    path.endsWith('.js') ? HANDLES_ALONE + text : text,
  );
});
afterAll(async () => {
  await streams?.close();
  await handles?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

interface Kept {
  readonly name: string;
  readonly runs: readonly unknown[];
  readonly weights: readonly [unknown, unknown, unknown];
}

inBrowsers('runs that are kept', (open) => {
  it.each([
    ['streams', () => streams],
    ['access handles alone', () => handles],
  ])('by %s', async (_, served) => {
    const { url } = served();
    const page = await open(url);
    const accuracy = await page.evaluate<number>(`trainKept('straight', false, 0)`);
    expect(accuracy).toBeGreaterThan(0.1);
    const killed = await page.beside(url);
    expect(await killed.evaluate(`trainKept('killed', false, 3)`)).toBe('waits');
    await killed.close();
    const resumed = () =>
      page.evaluate(`trainKept('killed', true, 0).catch((error) => error.message)`);
    // Its lock is free once the browser has cleared the page away.
    await expect.poll(resumed).toBe(accuracy);
    const { name, runs, weights } = await page.evaluate<Kept>(`keptRuns('killed')`);
    expect(name).toBe('killed-2');
    expect(runs).toEqual(['killed', 'killed-2', 'straight'].map((run) => [run, 'done', null]));
    expect(weights[0]).toEqual(weights[2]);
    expect(weights[1]).toEqual(weights[2]);
    await page.close();
  });
});
