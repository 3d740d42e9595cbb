/** @file The lab's Look page, drawn on by pointer and used by keys; its numbers are the library's. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSession } from '../../../src/backends/select.ts';
import { drawDigits } from '../../../src/data/datasets/digits.ts';
import { pictureToPng } from '../../../src/data/images/contactSheet.ts';
import { loadDataset } from '../../../src/data/index.ts';
import { modelOf } from '../../../src/models/index.ts';
import { loadModel } from '../../../src/runs/folder/modelFiles.ts';
import { trainRun } from '../../../src/runs/trainRun.ts';
import type { Lab } from '../../../src/server/openLab.ts';
import { openPredictor } from '../../../src/train/prediction/predict.ts';
import { temporaryFolder } from '../../support/idxFixtures.ts';
import { inChromium } from '../browser.ts';
import { overflowOf, seriousFindings, serveLab } from '../lab.ts';

/** Milliseconds until a network is trained on a busy machine. */
const READY = 120_000;
const PATIENCE = 240_000;

async function ready(page: Page): Promise<void> {
  await page.locator('.lookStages').waitFor({ timeout: READY });
}

/** Draws strokes of points from 0 to 1 with the mouse. */
async function draw(page: Page, strokes: readonly (readonly (readonly [number, number])[])[]) {
  const box = (await page.locator('.lookPad svg').boundingBox())!;
  for (const [first, ...rest] of strokes) {
    await page.mouse.move(box.x + first[0] * box.width, box.y + first[1] * box.height);
    await page.mouse.down();
    for (const [x, y] of rest) {
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 4 });
    }
    await page.mouse.up();
  }
}

/** Waits for the answer in words: "3, 99.9 %". */
async function answered(page: Page, digit: number): Promise<void> {
  await page.locator('#lookAnswer', { hasText: new RegExp(`^${digit}, `) }).waitFor();
}

/** Value, products and conclusion of a number agree; its window is marked; keys go on to others. */
async function checkUnit(page: Page): Promise<void> {
  const maps = page.getByLabel('Numbers of conv2d:').first();
  await maps.press('Home');
  for (let step = 0; step < 8; step++) await maps.press('ArrowDown');
  for (let step = 0; step < 8; step++) await maps.press('ArrowRight');
  await page.getByText(/^conv2d, row 8, column 8, map \d$/).waitFor();
  const value = numbersOf(await page.locator('#lookUnit').innerText())[0];
  const lines = await page.locator('.lookConclusion li').allInnerTexts();
  const [count, sum] = numbersOf(lines[0]);
  const [bias, whole] = numbersOf(lines[1]);
  expect(count).toBe(25);
  expect(sum + bias).toBeCloseTo(whole, 1);
  expect(Math.tanh(whole)).toBeCloseTo(value, 1);
  expect(numbersOf(lines[2]).at(-1)).toBeCloseTo(value, 2);
  expect(await page.locator('.lookLayer').first().locator('.is-window').count()).toBe(1);
  await page.waitForURL(/unit=conv2d:\d+/);
}

async function openFiles(page: Page): Promise<void> {
  const { images, labels } = drawDigits(1, 3, 'test');
  const buffer = Buffer.from(pictureToPng(images.subarray(0, 784), [28, 28, 1]));
  const file = page.getByLabel('Picture file');
  await file.setInputFiles({ name: 'digit.png', mimeType: 'image/png', buffer });
  await page.getByText('digit.png').waitFor();
  await answered(page, labels[0]);
  await file.setInputFiles({ name: 'no.txt', mimeType: 'text/plain', buffer: Buffer.from('no') });
  await page.getByText(/no\.txt: /).waitFor();
  await answered(page, labels[0]);
}

/** The browser's own test camera, then one that is refused. */
async function lookByCamera(page: Page): Promise<void> {
  const camera = page.getByRole('button', { name: 'Use camera' });
  await camera.click();
  await page.getByText('Waiting for the camera').waitFor({ state: 'detached' });
  const sides = page.locator('video').evaluate((video: HTMLVideoElement) => video.videoWidth);
  expect(await sides).toBe(640);
  await page.locator('#lookAnswer', { hasText: /^\d, |Nothing to read/ }).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Keep picture' }).click();
  await page.getByText('From the camera').waitFor();
  expect(await page.locator('video').count()).toBe(0);
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException('no', 'NotAllowedError');
    };
  });
  await camera.click();
  await page.getByRole('alert').getByText('the camera was refused to this page').waitFor();
  expect(await page.locator('.lookPad svg').count()).toBe(1);
}

const numbersOf = (text: string): number[] =>
  Array.from(text.replaceAll('−', '-').matchAll(/-?\d+(?:\.\d+)?(?:e-\d+)?/g), ([n]) => Number(n));

/** Milliseconds for a build where there is none, on a busy machine. */
const BUILD = 180_000;

/** Its layers have their filters, and what excites their units; a dense one has no filters. */
async function checkUnits(page: Page): Promise<void> {
  const units = page.locator('.lookUnits li');
  const cuts = page.locator('.lookCuts canvas');
  await page.locator('#lookLearned').scrollIntoViewIfNeeded();
  await cuts.first().waitFor();
  expect([await units.count(), await cuts.count()]).toEqual([6, 6 * 9]);
  expect(await page.locator('.lookFilter canvas').count()).toBe(6);
  expect(await cuts.first().getAttribute('aria-label')).toMatch(/^\d: [\d.]+$/);
  await page.getByLabel('Layer', { exact: true }).selectOption({ index: 2 });
  await page.waitForURL(/layer=c3/i);
  await page.getByRole('button', { name: 'Show 4 more of 16' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.lookCuts canvas').length === 16 * 9);
  expect(await seriousFindings(page)).toEqual([]);
}

inChromium('the Look page', (open) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await serveLab();
  }, BUILD);
  afterAll(() => lab?.close());
  const urlOf = (hash: string): string => `${lab.url}${hash}`;

  const training = 'trains in the page, reads what is drawn or opened, and works any number out';
  it(training, { timeout: PATIENCE }, async () => {
    const page = await open(urlOf('#/look'));
    await ready(page);
    expect(await seriousFindings(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await answered(page, 3);
    await draw(page, [
      [
        [0.5, 0.15],
        [0.5, 0.85],
      ],
    ]);
    await answered(page, 1);
    await page.waitForURL(/ink=\w+/);
    const shares = await page.locator('.lookShare').allInnerTexts();
    expect(shares).toHaveLength(10);
    expect(shares.flatMap(numbersOf).reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0);
    await page.getByText('inverted, because the background is light').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await answered(page, 3);
    await page.getByRole('button', { name: 'Sample of 7' }).press('Enter');
    await page.waitForURL(/sample=7\.0/);
    await checkUnit(page);
    await openFiles(page);
    await lookByCamera(page);
  });

  it('looks through a run of the folder that the lab was started in', {
    timeout: PATIENCE,
  }, async () => {
    const home = temporaryFolder();
    const settings = { epochs: 1, batchSize: 20 };
    const request = { spec: modelOf('lenet5'), data: 'digits', trainCount: 60, testCount: 20 };
    const folder = join(home, 'runs', 'mine');
    for await (const _ of trainRun({ ...request, folder, settings }));
    const own = await serveLab(home);
    try {
      const page = await open(`${own.url}#/look`);
      await page.getByLabel('Network', { exact: true }).selectOption('of this folder: run mine');
      await page.waitForURL(/from=folder:mine/);
      await page.getByText('As it was trained.').waitFor({ timeout: READY });
      await page.getByRole('button', { name: 'Sample of 7' }).click();
      const model = await loadModel(folder);
      await using session = await openSession({ threads: 1, revectorize: 'off' });
      const { images, labels } = (await loadDataset('digits', { trainCount: 1 })).test;
      const row = labels.indexOf(7);
      const read = openPredictor(session, model);
      const pixels = images.slice(784 * row, 784 * (row + 1));
      const [best] = (await read({ width: 28, height: 28, channels: 1, pixels })).answers;
      const words = `${best?.class}, ${(100 * (best?.probability ?? 0)).toFixed(1)} %`;
      await page.locator('#lookAnswer', { hasText: words }).waitFor();
    } finally {
      await own.close();
      rmSync(home, { recursive: true });
    }
  });

  it('shows the distances to the codes, the smallest of which wins', {
    timeout: PATIENCE,
  }, async () => {
    const page = await open(urlOf('#/look?model=lenet5-1998&sample=0.0'));
    await ready(page);
    await checkUnits(page);
    const items = page.locator('.lookCodes li');
    const texts = (await items.allInnerTexts()).slice(1);
    const distances = texts.map((text) => numbersOf(text)[1]);
    expect(distances).toHaveLength(10);
    const nearest = distances.indexOf(Math.min(...distances));
    expect(await page.locator('.lookCodes .isAnswer').innerText()).toBe(texts[nearest]);
    await answered(page, nearest);
  });

  it('says which networks it cannot train on digits', { timeout: PATIENCE }, async () => {
    const page = await open(urlOf('#/look?model=cifar-quick'));
    await page.locator('.lookFailed').waitFor({ timeout: READY });
    expect(await page.locator('.lookFailed').innerText()).toMatch(/32, 32, 3/);
  });
});
