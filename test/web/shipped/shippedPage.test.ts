/**
 * @file A shipped page opened from the disk, in Chromium and Firefox: drawn on with a pointer and with keys, given a
 * picture, light and dark, narrow and wide; it asks nobody for anything.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSession } from '../../../src/backends/select.ts';
import { pictureToPng } from '../../../src/data/images/contactSheet.ts';
import { strokesPicture } from '../../../src/data/images/strokes.ts';
import { exportModel } from '../../../src/interop/oneFile/exportHtml.ts';
import { openPredictor } from '../../../src/train/prediction/predict.ts';
import { serve } from '../../support/modelServers.ts';
import { named } from '../../support/savedModels.ts';
import { inBrowsers, inChromium } from '../browser.ts';
import { overflowOf, seriousFindings } from '../lab.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fovea-page-'));
const place = (name: string): string => `file://${path.join(folder, name)}`;
const model = named('lenet5-1998');
const colours = named('cifar-quick');

beforeAll(async () => {
  for (const [name, one] of [
    ['digits', model],
    ['kinds', colours],
  ] as const) {
    for (const [file, bytes] of await exportModel(one, { name }))
      writeFileSync(path.join(folder, file), bytes);
  }
  const { width, height, pixels } = strokesPicture([
    [
      [0.3, 0.2],
      [0.6, 0.8],
    ],
  ]);
  writeFileSync(path.join(folder, 'stroke.png'), pictureToPng(pixels, [height, width, 1]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Waits for the page, presses keys on the paper as a person would, and tells what it says. */
const PRESS = `(async () => {
  const until = async (holds) => { for (let i = 0; i < 400 && !holds(); i++) await new Promise((r) => setTimeout(r, 50)); };
  await until(() => document.body.classList.contains('isReady'));
  const pad = document.querySelector('#pad');
  pad.focus();
  const press = (key) => pad.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  for (const key of [' ', ...Array(9).fill('ArrowDown'), ' ']) press(key);
  await until(() => document.body.classList.contains('isAnswered'));
  const canvases = [...document.querySelectorAll('.layer canvas')];
  const painted = canvases.filter((c) => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size > 1);
  return { said: document.querySelector('#said strong').textContent, bars: document.querySelectorAll('#bars li').length, canvases: canvases.length, painted: painted.length, plan: document.querySelector('#plan').textContent };
})()`;

/** What the network says here of the line that the keys draw. */
async function drawnHere(): Promise<string> {
  await using session = await openSession({ threads: 1, revectorize: 'off' });
  const line = Array.from({ length: 10 }, (_, i): [number, number] => [0.5, 0.3 + 0.05 * i]);
  const read = openPredictor(session, model);
  const { answers } = await read(strokesPicture([line], { radius: 0.04 }));
  return answers[0].class;
}

inBrowsers('a shipped page, from the disk', (open) => {
  it('is drawn on with keys, answers as a session does, and shows every layer', {
    retry: 1,
  }, async () => {
    const page = await open(place('digits.html'));
    const seen = await page.evaluate<Record<string, unknown>>(PRESS);
    await page.close();
    expect(seen).toMatchObject({
      said: await drawnHere(),
      bars: 10,
      plan: expect.stringContaining('fused multiply-add'),
    });
    expect(seen.canvases).toBeGreaterThan(40);
    expect(seen.painted).toBeGreaterThan(Number(seen.canvases) * 0.8);
  });
});

inChromium('a shipped page', (open) => {
  const ready = async (name: string, options = {}): Promise<Page> => {
    const page = await open(place(name), options);
    await page.waitForSelector('body.isReady');
    return page;
  };

  it('is drawn on with a pointer, cleared, and given a picture', async () => {
    const page = await ready('digits.html');
    const box = await page.locator('#pad').boundingBox();
    if (box === null) throw new Error('no paper');
    const at = (x: number, y: number): [number, number] => [
      box.x + x * box.width,
      box.y + y * box.height,
    ];
    await page.mouse.move(...at(0.3, 0.2));
    await page.mouse.down();
    await page.mouse.move(...at(0.6, 0.8), { steps: 5 });
    await page.mouse.up();
    await page.waitForSelector('body.isAnswered');
    expect(await page.locator('#pad path').count()).toBe(1);
    const drawn = await page.locator('#said strong').textContent();
    await page.click('#clear');
    expect(await page.locator('#pad path').count()).toBe(0);
    expect(await page.locator('#said').textContent()).toContain('Waiting');
    await page.setInputFiles('#file', path.join(folder, 'stroke.png'));
    await page.waitForSelector('body.hasPicture.isAnswered');
    expect(await page.locator('#said strong').textContent()).toBe(drawn);
    await page.setInputFiles('#file', {
      name: 'note.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('no picture'),
    });
    await expect.poll(() => page.locator('#said').textContent()).toContain('not a picture');
  });

  it('is for pictures in colour too, and names are shown as they are', async () => {
    const page = await ready('kinds.html');
    await page.setInputFiles('#file', path.join(folder, 'stroke.png'));
    await page.waitForSelector('body.isAnswered');
    expect(await page.locator('#said strong').textContent()).toMatch(/^kind <\d>$/);
  });

  it.each(['light', 'dark'] as const)(
    'has no serious finding of axe and fits its window, %s',
    async (colorScheme) => {
      for (const width of [320, 1200]) {
        const page = await ready('digits.html', { colorScheme, viewport: { width, height: 800 } });
        await page.setInputFiles('#file', path.join(folder, 'stroke.png'));
        await page.waitForSelector('body.isAnswered');
        expect(await overflowOf(page)).toBe(0);
        expect(await seriousFindings(page)).toEqual([]);
      }
    },
  );
});

inChromium('the page of a model server', (open) => {
  it('sends what is drawn, shows the answer, and asks for a token where one is wanted', async () => {
    const server = await serve({ token: 'secret' });
    try {
      const page = await open(server.url, { expected: /401/ });
      await page.waitForSelector('body.isReady.needsToken');
      await page.fill('#token', 'secret');
      await page.press('#token', 'Enter');
      await page.waitForSelector('body:not(.needsToken)');
      await page.setInputFiles('#file', path.join(folder, 'stroke.png'));
      await page.waitForSelector('#said strong');
      const sent = await page.locator('#said strong').textContent();
      await page.click('#clear');
      await page.focus('#pad');
      for (const key of ['Space', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Space'])
        await page.keyboard.press(key);
      await page.waitForSelector('#said strong');
      expect(sent).toMatch(/^\d$/);
      expect(await page.locator('#bars li').count()).toBe(10);
      expect(await page.locator('#curl').textContent()).toContain('/v1/models/digits/predict');
      expect(await seriousFindings(page)).toEqual([]);
      await page.screenshot({
        path: process.env.FOVEA_SHOT ?? path.join(folder, 'try.png'),
        fullPage: true,
      });
    } finally {
      await server.close(1);
    }
  });
});
