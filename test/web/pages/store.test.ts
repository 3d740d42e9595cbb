/**
 * @file Runs that Chromium keeps for a page, and data sets that it fetches: gone on with after a page was closed in
 * the middle, one tab at a time, storage full and refused; opened in Node.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluateRun } from '../../../src/runs/evaluateRun.ts';
import type * as library from '../../../src/web.ts';
import { door } from '../../support/doors.ts';
import { temporaryFolder } from '../../support/idxFixtures.ts';
import { ISOLATED, inChromium, type Served, serveFolder } from '../browser.ts';
import { bundleEngine } from '../engine/bundle.ts';

declare const fovea: typeof library;

const SETTINGS = { epochs: 2, batchSize: 50, validationSplit: 0.1, seed: 3 };
const COUNTS = { trainCount: 160, testCount: 100 };

/** Trains a new run, or goes on with one: to its end, or to a checkpoint, where it waits to be killed. */
interface Task {
  readonly name: string;
  readonly resumes?: boolean;
  readonly checkpoints?: number;
}

/** Runs in the page. */
async function perform({
  name,
  resumes = false,
  checkpoints,
  settings,
  counts,
}: Task & { settings: typeof SETTINGS; counts: typeof COUNTS }) {
  const engine = await fovea.openWorkerSession({ threads: 1 });
  const store = await fovea.openRunStore();
  const data = await engine.loadDataset('digits', counts);
  const checkpointEvery = { batches: 1 };
  const events = resumes
    ? engine.resumeRun(await store.open(name).readSpec(), data, { name, checkpointEvery })
    : engine.trainRun(fovea.modelOf('lenet5'), data, {
        name,
        settings,
        ...counts,
        checkpointEvery,
      });
  for (let seen = 0; ; ) {
    const { done, value: event } = await events.next();
    if (done) return 'over';
    // Nobody asks for the next event and nobody says that it is over.
    if (event.type === 'checkpoint' && ++seen === checkpoints) return 'waits';
    if (event.type === 'result') return event.test.accuracy;
  }
}

/** The page's answer, or its error in words. */
const inPage = (page: Page, task: Task) =>
  page
    .evaluate(perform, { ...task, settings: SETTINGS, counts: COUNTS })
    .catch((error: Error) => error.message);

const listed = (page: Page) =>
  page.evaluate(async () =>
    (await (await fovea.openRunStore()).list()).map(({ name, record, fault, inUse, history }) => ({
      name,
      status: record?.status,
      fault,
      inUse,
      epochs: history.length,
    })),
  );

/** The files of a run by name, through a zip. */
async function filesOf(page: Page, name: string): Promise<Record<string, Uint8Array>> {
  const address = await page.evaluate(async (run) => {
    const zip = await (await fovea.openRunStore()).save(run);
    return new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result));
      reader.readAsDataURL(zip);
    });
  }, name);
  return unzipSync(Buffer.from(address.slice(address.indexOf(',') + 1), 'base64'));
}

let folder: string;
let served: Served;
beforeAll(async () => {
  folder = await bundleEngine();
  served = await serveFolder(folder, ISOLATED);
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

inChromium('runs that a page keeps', (open) => {
  it('go on to the same bits after their page was closed in the middle, and open in Node', async () => {
    const page = await open(served.url);
    const accuracy = await inPage(page, { name: 'straight' });
    expect(accuracy).toBeGreaterThan(0.1);
    const context = page.context();
    let resumes = false;
    // Two pages are closed while they train, the third ends.
    for (const checkpoints of [3, 3]) {
      const killed = await context.newPage();
      await killed.goto(served.url);
      expect(await inPage(killed, { name: 'killed', resumes, checkpoints })).toBe('waits');
      await killed.close();
      // Its lock is free once the browser has cleared the page away.
      await expect
        .poll(async () => (await listed(page)).find(({ name }) => name === 'killed')?.inUse)
        .toBe(false);
      resumes = true;
    }
    expect(await listed(page)).toEqual([
      { name: 'killed', status: 'running', fault: null, inUse: false, epochs: 1 },
      { name: 'straight', status: 'done', fault: null, inUse: false, epochs: 2 },
    ]);
    expect(await inPage(page, { name: 'killed', resumes })).toBe(accuracy);
    const files = await filesOf(page, 'killed');
    const weights = 'weights.safetensors';
    const straight = (await filesOf(page, 'straight'))[`straight/${weights}`];
    expect(Buffer.from(files[`killed/${weights}`]).equals(straight)).toBe(true);

    const home = temporaryFolder();
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(home, name)), { recursive: true });
      writeFileSync(join(home, name), bytes);
    }
    const backend = { threads: 1, revectorize: 'off' } as const;
    const { evaluation } = await evaluateRun({
      folder: join(home, 'killed'),
      testCount: 100,
      backend,
    });
    expect(evaluation.accuracy).toBe(accuracy);
    rmSync(home, { recursive: true });
  });

  it('have one tab at a time, and are removed by name', async () => {
    const page = await open(served.url);
    expect(await inPage(page, { name: 'one', checkpoints: 3 })).toBe('waits');
    const other = await page.context().newPage();
    await other.goto(served.url);
    expect((await listed(other))[0]).toMatchObject({ name: 'one', inUse: true });
    expect(await inPage(other, { name: 'one', resumes: true })).toMatch(
      /one: this run is open for training elsewhere: in another tab/,
    );
    expect(await inPage(other, { name: 'one' })).toMatch(/open for training elsewhere/);
    await page.reload(); // lets it go
    await expect.poll(async () => (await listed(other))[0].inUse).toBe(false);
    expect(await inPage(other, { name: 'one' })).toMatch(/exists already in this browser/);
    await other.evaluate(async () => (await fovea.openRunStore()).remove('one'));
    expect(await listed(page)).toEqual([]);
  });

  it('say in words that storage is full, and are whole once there is room', async () => {
    const page = await open(served.url);
    const origin = new URL(served.url).origin;
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 900_000 });
    expect(await inPage(page, { name: 'full' })).toMatch(
      /runs\/full\/.*storage for this page is full \(it holds 0.\d MB\)/,
    );
    await devtools.send('Storage.overrideQuotaForOrigin', { origin });
    const runs = await listed(page);
    expect(runs.every(({ fault }) => fault === null)).toBe(true);
    const resumes = runs.length > 0;
    expect(await inPage(page, { name: 'full', resumes })).toBeGreaterThan(0.1);
  });

  it('say in words that storage is refused', async () => {
    const page = await open(served.url, {
      before: async (opened) => {
        await opened.addInitScript(() => {
          navigator.storage.getDirectory = async () => {
            throw new DOMException('not here', 'SecurityError');
          };
        });
      },
    });
    const words = await page.evaluate(async () =>
      fovea.openRunStore().catch((error: Error) => error.message),
    );
    expect(words).toMatch(/keeps no files for this page: not here[\s\S]*save what you train/);
  });
});

inChromium('data sets that a page fetches', (open) => {
  const data = door('FOVEA_DATA');
  it('are kept, and there without the network', async ({ skip }) => {
    skip(data === undefined, 'FOVEA_DATA is not set');
    const sets = await serveFolder(data ?? '', { 'Access-Control-Allow-Origin': '*' });
    const load = (page: Page) =>
      page.evaluate(async (base) => {
        const engine = await fovea.openWorkerSession({ threads: 1 });
        const files = new Set<string>();
        const mnist = await engine.loadDataset('mnist', {
          base,
          onProgress: ({ file, received, total }) => received === total && files.add(file),
        });
        const { labels } = await engine.pictures(mnist.test, [0, 1, 2, 3, 4]);
        await engine.close();
        return { count: mnist.train.count, labels: [...labels], files: [...files] };
      }, `${sets.url}/`);
    const expected = new RegExp(`^asks ${sets.url}|ERR_CONNECTION_REFUSED`);
    const page = await open(served.url, { expected });
    const first = await load(page);
    expect(first).toMatchObject({ count: 60_000, labels: [7, 2, 1, 0, 4] });
    expect(first.files).toHaveLength(4);
    await sets.close();
    expect(await load(page)).toEqual({ ...first, files: [] });
    const words = await page.evaluate(async (base) => {
      await fovea.forgetDataset('mnist');
      return fovea.loadDataset('mnist', { base }).catch((error: Error) => error.message);
    }, `${sets.url}/`);
    expect(words).toMatch(/could not be fetched/);
  });
});
