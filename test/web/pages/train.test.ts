/** @file The Train page in Chromium: used by clicks and keys, its numbers those of Node, its faults in words. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { encode } from 'fast-png';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fit, loadDataset, modelOf, openSession } from '../../../src/index.ts';
import type { Lab } from '../../../src/server/openLab.ts';
import { door } from '../../support/doors.ts';
import { inChromium } from '../browser.ts';
import { overflowOf, seriousFindings, serveLab } from '../lab.ts';

/** A busy machine trains slowly. */
const PATIENCE = 100_000;
vi.setConfig({ testTimeout: 2 * PATIENCE });

let lab: Lab;
beforeAll(async () => {
  lab = await serveLab();
});
const folders: string[] = [];
afterAll(async () => {
  await lab?.close();
  for (const folder of folders) await fs.rm(folder, { recursive: true });
});

/** Ten ones and ten zeros, a folder each. */
async function folderOfDigits(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-train-'));
  folders.push(folder);
  const { images, labels } = (await loadDataset('digits', { trainCount: 100 })).train;
  for (const [digit, name] of [
    [0, 'zero'],
    [1, 'one'],
  ] as const) {
    await fs.mkdir(path.join(folder, name));
    const rows = [...labels.keys()].filter((row) => labels[row] === digit).slice(0, 10);
    for (const row of rows) {
      const data = images.slice(784 * row, 784 * (row + 1));
      const png = encode({ width: 28, height: 28, channels: 1, data });
      await fs.writeFile(path.join(folder, name, `${row}.png`), png);
    }
  }
  return folder;
}

/** Of the first epoch, with the plan of browsers: vectors of 128 bits. */
async function lossesInNode(options: Record<string, unknown>, seed: number): Promise<number[]> {
  await using session = await openSession({ threads: 2, revectorize: 'off' });
  const optimizer = { kind: 'adam', learningRate: 0.003 };
  const losses: number[] = [];
  const digits = await loadDataset('digits');
  const asked = { epochs: 1, seed, optimizer };
  for await (const event of fit(session, modelOf('lenet5', options), digits, asked)) {
    if (event.type === 'epoch') losses.push(event.train.loss);
  }
  return losses;
}

/** As they stand in the table of a network, to the last bit. */
const lossesOn = (page: Page, network: string): Promise<number[]> =>
  page
    .getByRole('article', { name: network, exact: true })
    .locator('[data-loss]')
    .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('data-loss'))));

/** Names of the files of a run that the browser keeps. */
const filesOf = (page: Page, run: string): Promise<string[]> =>
  page.evaluate(async (name) => {
    const root = await navigator.storage.getDirectory();
    const find = async (folder: FileSystemDirectoryHandle): Promise<string[] | undefined> => {
      for await (const entry of folder.values()) {
        if (entry.kind !== 'directory') continue;
        const inside = entry as FileSystemDirectoryHandle;
        if (entry.name === name) {
          const names: string[] = [];
          for await (const key of inside.keys()) names.push(key);
          return names;
        }
        const found = await find(inside);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return (await find(root)) ?? [];
  }, run);

const says = (page: Page, words: string | RegExp, timeout = PATIENCE): Promise<void> =>
  page.locator('.trainStatus').getByText(words).first().waitFor({ timeout });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

inChromium('the Train page', (open) => {
  const train = (query: string, options: Parameters<typeof open>[1] = {}) =>
    open(`${lab.url}#/train${query}`, options);

  it('trains two networks to the losses of Node, shows them, and is sound for every reader', async () => {
    const page = await train('?epochs=1&seed=5', { viewport: { width: 1280, height: 900 } });
    await button(page, 'Max against average').click();
    await page.waitForURL(/pooling=max/);
    expect(page.url()).toMatch(/epochs=1&seed=5&two=1&pooling=max&pooling2=average$/);
    await button(page, 'Play').click();
    await says(page, 'Done: 1 of 1 epochs');
    const tables = page.locator('.trainConfusion');
    await tables.nth(1).waitFor();
    expect(await lossesOn(page, 'max pooling')).toEqual(await lossesInNode({ pooling: 'max' }, 5));
    expect(await lossesOn(page, 'average pooling')).toEqual(
      await lossesInNode({ pooling: 'average' }, 5),
    );
    expect(await page.locator('.trainPlan').innerText()).toContain('2 threads, 128-bit lanes');
    expect(await page.locator('.trainMistakes').first().locator('canvas').count()).toBeGreaterThan(
      5,
    );
    expect(await page.getByLabel(/^Filters of conv2d\/kernel of max pooling/).count()).toBe(1);
    await page.getByText('Kept in this browser as lenet5-max-pooling').waitFor();
    expect(await filesOf(page, 'lenet5-max-pooling')).toEqual(
      expect.arrayContaining(['history.json', 'model.json', 'run.json', 'weights.safetensors']),
    );
    expect(await seriousFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 800 });
    await expect.poll(() => overflowOf(page)).toBe(0);
    await page.reload();
    expect(await page.getByLabel('A second network beside it').isChecked()).toBe(true);
  });

  it('steps by keys, rests, goes on, starts over with other settings, and outlives other pages', async () => {
    const page = await train('?batch=256&epochs=200');
    await button(page, 'One step').focus();
    await page.keyboard.press('Enter');
    await says(page, 'step 1 of 47, at rest');
    await page.keyboard.press('Enter');
    await says(page, 'step 2 of 47, at rest');
    await page.getByLabel('Batch').selectOption('512');
    await button(page, 'Start over with these').click();
    await says(page, /of 24/);
    await page.getByRole('link', { name: 'Windows' }).click();
    await page.getByRole('heading', { name: 'Windows', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Train', exact: true }).click();
    await says(page, /Epoch \d|Done/);
    await button(page, 'Start over').click();
    await says(page, 'Ready.');
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('says so where the loss is no number, and trains again afterwards', async () => {
    const page = await train('?epochs=1&batch=512&activation=leakyRelu&optimizer=sgd&rate=10');
    await button(page, 'Play').click();
    await page.getByRole('alert').getByText(/loss/).first().waitFor();
    await page.getByLabel('Optimizer').selectOption('adam');
    await page.getByLabel('Rate').selectOption('0.003');
    await button(page, 'Play again').click();
    await says(page, 'Done: 1 of 1 epochs');
  });

  it('notices a worker that was ended, and goes on from what it kept', async () => {
    const page = await train('?epochs=2&batch=512', {
      before: async (opened) => {
        await opened.addInitScript(() => {
          const workers: Worker[] = [];
          const Real = window.Worker;
          window.Worker = class extends Real {
            constructor(url: string | URL, options?: WorkerOptions) {
              super(url, options);
              workers.push(this);
            }
          };
          Reflect.set(window, 'endWorkers', () => {
            for (const worker of workers.splice(0)) worker.terminate();
          });
        });
      },
    });
    await button(page, 'One step').click();
    await says(page, 'step 1 of 24, at rest');
    await page.evaluate(() => (Reflect.get(window, 'endWorkers') as () => void)());
    await page.getByText("the engine's worker is gone").waitFor();
    await button(page, 'Start again').click();
    await says(page, 'Done: 2 of 2 epochs');
    expect(await lossesOn(page, 'The network')).toHaveLength(2);
  });

  it('goes on with a run that was broken off by a reload, to the losses of Node', async () => {
    const page = await train('?epochs=200&batch=128&seed=5');
    await button(page, 'Play').click();
    // Of the second epoch, so that the first is kept; so many are left that none of them is the last.
    await page.locator('[data-loss]').nth(1).waitFor({ timeout: PATIENCE });
    await page.goto(`${lab.url}#/runs?from=browser`);
    await page.reload();
    await page.getByRole('link', { name: 'Go on with lenet5' }).click();
    const done = page.getByText(/lenet5 on digits, .* [1-9]\d* of 200 epochs done/);
    await done.waitFor({ timeout: PATIENCE });
    const kept = Number(/(\d+) of 200/.exec(await done.innerText())?.[1]);
    const epochs = page.getByLabel('Epochs in all', { exact: true });
    await epochs.fill(String(kept + 1));
    await epochs.press('Enter');
    await button(page, 'Play').click();
    await says(page, `Done: ${kept + 1} of ${kept + 1} epochs`);
    const [first, ...others] = await lossesOn(page, 'The network');
    expect([first]).toEqual(await lossesInNode({}, 5));
    expect(others).toHaveLength(kept);
    await page.getByText(`${kept + 1} of ${kept + 1} epochs done`).waitFor();
    expect(await epochs.inputValue()).toBe(String(kept + 2));
    expect(await seriousFindings(page)).toEqual([]);
    await page.goto(`${lab.url}#/train?run=nowhere`);
    await page.getByRole('alert').getByText('no such run in this browser').waitFor();
  });

  it('is not misled by a page that was frozen in the midst of training', async () => {
    const page = await train('?epochs=200&batch=256&keep=0');
    await button(page, 'Play').click();
    await says(page, /Epoch \d+ of 200, step \d/);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    const losses = async () => (await lossesOn(page, 'The network')).length;
    const before = await losses();
    await expect.poll(losses).toBeGreaterThan(before + 1);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it.skipIf(door('FOVEA_DATA') === undefined)(
    'fetches MNIST and CIFAR-10 from the lab, and trains on them',
    async () => {
      const page = await train('?data=mnist&keep=0');
      await button(page, 'One step').click();
      await page
        .getByText(/^Fetching .* MB…$/)
        .first()
        .waitFor();
      await says(page, 'step 1 of 469, at rest');
      await button(page, 'Start over').click();
      await page.getByLabel('Network', { exact: true }).selectOption('cifar-quick');
      await page.getByLabel('Pictures', { exact: true }).selectOption('CIFAR-10');
      await button(page, 'One step').click();
      await says(page, 'step 1 of 391, at rest', 3 * PATIENCE);
      await page.getByLabel(/^Filters of conv1/).waitFor();
    },
    5 * PATIENCE,
  );

  it('computes without WebAssembly, and says at what price', async () => {
    const page = await train('?batch=8', {
      before: async (opened) => {
        await opened.route('**/engineWorker*.js', async (route) => {
          const answer = await route.fetch();
          const body = `delete globalThis.WebAssembly;${await answer.text()}`;
          await route.fulfill({ response: answer, body });
        });
      },
    });
    await button(page, 'One step').click();
    await page.getByText('WebAssembly is switched off in this browser').waitFor();
    await says(page, 'step 1 of 1500, at rest');
    expect(await page.locator('.trainPlan').innerText()).toContain('reference');
  });

  it("trains on a folder of one's own, and asks for it where there is none", async () => {
    const page = await train('?data=own&epochs=1&batch=8');
    await button(page, 'Play').click();
    await page.getByRole('alert').getByText('no pictures were given').waitFor();
    await page.getByLabel('Choose a folder').setInputFiles(await folderOfDigits());
    await page.getByText('20 files given.').waitFor();
    await button(page, 'Play again').click();
    await says(page, 'Done: 1 of 1 epochs');
    await page.getByText(/of 2 test pictures are wrong/).waitFor();
    expect(await page.locator('.trainClasses').innerText()).toMatch(/one\s+zero/);
  });

  it('refuses what cannot be trained, in words', async () => {
    const page = await train('?model=lenet5,dense.units=0');
    await button(page, 'Play').click();
    expect(await page.getByRole('alert').innerText()).toMatch(/units/);
    expect(await page.getByRole('alert').innerText()).not.toMatch(/\bat .*\.js/);
  });
});
