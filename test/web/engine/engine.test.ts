/**
 * @file The engine in Chromium and in Firefox, behind its worker: the bits that Node has, in the three situations of a
 * page. Isolated: threads. Not isolated: one thread and a memory that is not shared. No relaxed SIMD: multiply, then add.
 */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  ISOLATED,
  inBrowsers,
  inChromium,
  type OpenAsked,
  type Served,
  serveFolder,
} from '../browser.ts';
import { bundleEngine } from './bundle.ts';
import { type Trained, trainedHere } from './trained.ts';

/** f32x4.relaxed_madd in a module: what Safari does not know. */
const RELAXED = [0xfd, 0x85, 0x02];

const hasRelaxed = (bytes: Uint8Array): boolean =>
  bytes.some((_, at) => RELAXED.every((byte, i) => bytes[at + i] === byte));

/** Put before the workers' code, this makes of any browser one without relaxed SIMD. */
const WITHOUT_RELAXED = `
  const hasRelaxed = (bytes) => bytes.some((_, at) => ${JSON.stringify(RELAXED)}.every((byte, i) => bytes[at + i] === byte));
  const { validate, Module } = WebAssembly;
  WebAssembly.validate = (bytes) => !hasRelaxed(bytes) && validate(bytes);
  WebAssembly.Module = class { constructor(bytes) {
    if (hasRelaxed(bytes)) throw new WebAssembly.CompileError('relaxed');
    return new Module(bytes);
  } };
`;

async function trainedUnfused(): ReturnType<typeof trainedHere> {
  const { validate } = WebAssembly;
  const spied = vi
    .spyOn(WebAssembly, 'validate')
    .mockImplementation((bytes) => !hasRelaxed(bytes as Uint8Array) && validate(bytes));
  try {
    return await trainedHere();
  } finally {
    spied.mockRestore();
  }
}

let fused: ReturnType<typeof trainedHere>;
let unfused: ReturnType<typeof trainedHere>;
let folder: string | undefined;
let isolated: Served;
let plain: Served;
let withoutRelaxed: Served;
let withoutLocks: Served;

beforeAll(async () => {
  fused = trainedHere();
  await fused;
  unfused = trainedUnfused();
  folder = await bundleEngine();
  isolated = await serveFolder(folder, ISOLATED);
  plain = await serveFolder(folder);
  withoutRelaxed = await serveFolder(folder, ISOLATED, (path, text) =>
    path.endsWith('Worker.js') ? WITHOUT_RELAXED + text : text,
  );
  // A lock holds its worker too; pages that were not loaded safely have none.
  withoutLocks = await serveFolder(folder, ISOLATED, (path, text) =>
    path.endsWith('.js') ? `Object.defineProperty(navigator, 'locks', {});${text}` : text,
  );
});
afterAll(async () => {
  await Promise.all(
    [isolated, plain, withoutRelaxed, withoutLocks].map((served) => served?.close()),
  );
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

async function trainOn(open: OpenAsked, { url }: Served, threads?: number): Promise<Trained> {
  const page = await open(url);
  const trained = await page.evaluate<Trained>(`trainInWorker(${JSON.stringify({ threads })})`);
  await page.close();
  return trained;
}

inBrowsers('the engine', (open) => {
  it('isolated: threads and fused multiply-adds, the bits of Node', async () => {
    const here = await fused;
    for (const threads of [1, 2]) {
      const { plan, confusion, ...trained } = await trainOn(open, isolated, threads);
      expect(plan).toBe(
        `wasm, ${threads} thread${threads === 1 ? '' : 's'}, 128-bit lanes, fused multiply-add (browsers have no flag for pairs)`,
      );
      expect(trained).toEqual(here);
      expect(confusion.flat().reduce((sum, n) => sum + n, 0)).toBe(50);
    }
  });

  it('not isolated: one thread, and says why; the same bits', async () => {
    const { plan, confusion: _, ...trained } = await trainOn(open, plain);
    expect(plan).toMatch(/^wasm, 1 thread, .*one thread: the page is not cross-origin isolated\)$/);
    expect(trained).toEqual(await fused);
  });

  it('without relaxed SIMD: multiply then add, the bits of Node without it', async () => {
    const { plan, confusion: _, ...trained } = await trainOn(open, withoutRelaxed, 2);
    expect(plan).toContain('multiply then add');
    expect(trained).toEqual(await unfused);
    expect(trained.bits).not.toEqual((await fused).bits);
  });
});

inBrowsers('a worker', (open) => {
  it('stays where a page does nothing but wait for it', async () => {
    const page = await open(withoutLocks.url);
    await page.evaluate('waitForWorker()');
    // Garbage of the page until it was collected: Firefox needs seven rounds, and then a worker that may go is gone.
    for (let round = 0; round < 12; round++) await page.evaluate('litter()');
    expect(await page.evaluate('isWorkerThere()')).toBe(true);
    await page.close();
  });

  it('that is ended from outside is told at once, and what was asked of it fails in words', async () => {
    const page = await open(isolated.url);
    const told = await page.evaluate<string[]>('loseWorker()');
    const words = /^the engine's worker is gone: it was ended, or ran out of memory/;
    expect(told).toEqual(
      ['lost', 'training', 'question', 'later'].map(() => expect.stringMatching(words)),
    );
    await page.close();
  });
});

inChromium('a static host without headers', (open) => {
  it('becomes isolated by the service worker, and trains with threads', async () => {
    const page = await open(plain.url);
    expect(await page.evaluate('crossOriginIsolated')).toBe(false);
    expect(await page.evaluate('fovea.pageMachine().missing')).toEqual([
      'One thread runs: the page is not cross-origin isolated.',
    ]);
    const reloaded = page.waitForEvent('load');
    await page.evaluate(`void fovea.isolatePage('isolationWorker.js')`);
    await reloaded;
    expect(await page.evaluate(`fovea.isolatePage('isolationWorker.js')`)).toEqual({
      isolated: true,
      words: 'the page is cross-origin isolated',
    });
    expect(await page.evaluate('fovea.pageMachine().missing')).toEqual([]);
    const { plan, confusion: _, ...trained } = await page.evaluate<Trained>('trainInWorker(2)');
    expect(plan).toMatch(/^wasm, 2 threads/);
    expect(trained).toEqual(await fused);
  });

  it('says why it cannot be', async () => {
    const page = await open(plain.url, { expected: /404|bad HTTP response/ });
    expect(await page.evaluate(`fovea.isolatePage('nowhere.js')`)).toMatchObject({
      isolated: false,
      words: expect.stringContaining('the service worker does not start'),
    });
  });
});
