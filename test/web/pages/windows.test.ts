/**
 * @file The Windows page in Chromium, by clicks and keys: what it shows is what the library says.
 */
import { encode } from 'fast-png';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatValue } from '../../../lab/src/figures/numbers.ts';
import { readFields } from '../../../lab/src/frame/state/fields.ts';
import {
  digitPicture,
  disturbanceOf,
  experimentFields,
} from '../../../lab/src/pages/windows/experiment.ts';
import { fields, questionOf, type WindowState } from '../../../lab/src/pages/windows/fields.ts';
import type { Lab } from '../../../src/server/openLab.ts';
import { explainWindow } from '../../../src/windows/explain.ts';
import { poolDisturbed } from '../../../src/windows/poolDisturbed.ts';
import { inChromium } from '../browser.ts';
import { overflowOf, seriousFindings, serveLab } from '../lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await serveLab();
});
afterAll(() => lab.close());

const WIDE = { viewport: { width: 1280, height: 900 } };
const at = (query: string) => `${lab.url}#/windows${query === '' ? '' : `?${query}`}`;
const stateOf = (query: string): WindowState => readFields(fields, new URLSearchParams(query));
const answerTo = (query: string) => explainWindow(questionOf(stateOf(query)));

const output = (page: Page) =>
  page.locator('.windowsPart').last().locator('text').allTextContents();
const worked = (page: Page) => page.locator('.windowsWorked').innerText();
const expected = (query: string) =>
  answerTo(query)
    .values?.flat()
    .map((v) => formatValue(v, 3));

/** Waits until the output is the library's answer to the fields in `query`. */
async function shows(page: Page, query: string): Promise<void> {
  await expect.poll(() => output(page)).toEqual(expected(query));
}

inChromium('the Windows page', (open) => {
  it("begins with the text's example, worked out", async () => {
    const page = await open(lab.url, WIDE);
    await shows(page, '');
    expect(await page.locator('.windowsShort').innerText()).toBe(
      'A 3×3 window over 6×6 with stride 1 gives 4×4 without padding (valid) and 6×6 with same padding.',
    );
    expect(await worked(page)).toMatch(/^0·\(−1\) \+ 0·0 .* = 9$/);
    expect(await page.locator('.windowsSizes').innerText()).toContain(
      '⌊(6 + 0 + 0 − 3) / 1⌋ + 1 = 4',
    );
    const cells = await page.locator('.table tbody tr').allInnerTexts();
    expect(cells.map((row) => row.split('\t').slice(0, 4))).toEqual([
      ['1', '4×4', '-', '6×6'],
      ['2', '2×2', '1 row, 1 column', '3×3'],
      ['3', '2×2', '-', '2×2'],
    ]);
  });

  it('answers every control as the library does, and says so in the address', async () => {
    const page = await open(at(''), WIDE);
    await page.getByLabel('Max', { exact: true }).check();
    await page.getByRole('button', { name: 'Stride: more', exact: true }).click();
    await page.getByLabel('Same', { exact: true }).check();
    await shows(page, 'op=max&stride=2&padding=same');
    await page.getByLabel('Padding: filled with').selectOption('reflect');
    await page.getByLabel('Window', { exact: true }).fill('4');
    const query = 'op=max&kernel=4&stride=2&padding=same&fill=reflect';
    await shows(page, query);
    await expect.poll(() => page.url()).toBe(at(query));
    await page.reload();
    await shows(page, query);
    await page.getByLabel('By hand').check();
    await page.getByLabel('Bottom', { exact: true }).fill('0');
    await shows(page, 'op=max&kernel=4&stride=2&padding=1,0,1,1&fill=reflect');
  });

  it('multiplies by weights of one’s own', async () => {
    const page = await open(at('dilation=2'), WIDE);
    const weight = page.getByLabel('Weight, row 1, column 1');
    await weight.fill('-2.5');
    await shows(page, 'dilation=2&weights=-1,0,1,-1,-2.5,1,-1,0,1');
    await weight.fill('two');
    expect(await weight.getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Kernel', { exact: true }).selectOption('mean');
    await shows(page, `dilation=2&weights=${new Array(9).fill(0.1111)}`);
  });

  it('moves by keys, by steps, by the slider and under the pointer', async () => {
    const page = await open(at(''), WIDE);
    const where = page.locator('.windowsArithmetic p').first();
    await page.locator('.windowsBoard').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    expect(await where.innerText()).toContain(
      'Output row 1, column 1: input rows 1 to 3, columns 1 to 3.',
    );
    expect(await worked(page)).toMatch(/ = 11$/);
    await page.getByRole('button', { name: 'Step on' }).click();
    expect(await where.innerText()).toContain('Output row 1, column 2');
    await page.getByLabel('Place of the window').fill('16');
    expect(await where.innerText()).toContain('Output row 3, column 3');
    const box = await page.locator('.windowsGrid').first().boundingBox();
    if (box === null) throw new Error('there is no input');
    const cell = box.width / 6;
    await page.mouse.move(box.x + 1.5 * cell, box.y + 1.5 * cell);
    await page.mouse.down();
    expect(await where.innerText()).toContain('Output row 0, column 0');
    await page.mouse.move(box.x + 3.5 * cell, box.y + 2.5 * cell);
    await page.mouse.up();
    expect(await where.innerText()).toContain('Output row 1, column 2');
    await expect.poll(() => page.url()).toBe(at('at=6'));
  });

  it('plays, goes round, and stops', async () => {
    const page = await open(at('kernel=5&at=3'), WIDE);
    const seen = page.getByText(/of 4$/);
    expect(await seen.innerText()).toBe('4 of 4');
    await page.getByRole('button', { name: 'Play' }).click();
    await expect.poll(() => seen.innerText()).toBe('1 of 4');
    await expect.poll(() => seen.innerText()).toBe('2 of 4');
    await page.getByRole('button', { name: 'Pause' }).click();
    expect(await page.getByRole('button', { name: 'Play' }).count()).toBe(1);
  });

  it('takes numbers that are drawn, typed or cleared', async () => {
    const page = await open(at('op=avg&kernel=2'), WIDE);
    await page.getByText('Draw', { exact: true }).click();
    await page
      .locator('.windowsGrid')
      .first()
      .click({ position: { x: 9, y: 9 } });
    await expect
      .poll(async () => (await output(page))[0])
      .toBe(formatValue((9 + 0 + 0 + 9) / 4, 3));
    await page.getByText('Type the numbers').click();
    const typed = page.getByLabel('The input, a line for each row');
    await typed.fill('1 2 3\n4 5 6');
    await shows(page, 'op=avg&kernel=2&size=2x3&values=1,2,3,4,5,6');
    await typed.fill('1 2 3\n4 5');
    await expect
      .poll(() => page.locator('.fieldNote.isProblem').innerText())
      .toContain('row 2 has 2 numbers');
    await shows(page, 'op=avg&kernel=2&size=2x3&values=1,2,3,4,5,6');
    await page.getByRole('button', { name: 'Clear' }).click();
    await shows(page, 'op=avg&kernel=2&size=2x3&values=0,0,0,0,0,0');
  });

  it('takes a picture, and says what is wrong with a file that is none', async () => {
    const page = await open(at('op=max&kernel=2&stride=2'), WIDE);
    const data = new Uint8Array(48 * 48).map((_, i) => (i % 48 < 24 ? 0 : 255));
    const png = Buffer.from(encode({ width: 48, height: 48, data, channels: 1 }));
    const file = page.getByLabel('Take a picture…').first();
    await file.setInputFiles({ name: 'half.png', mimeType: 'image/png', buffer: png });
    await expect
      .poll(() => page.locator('.windowsPart strong').allInnerTexts())
      .toEqual(['Input 24×24', 'Output 12×12']);
    const row = (await output(page)).slice(0, 12);
    expect([row[0], row[4], row[8], row[11]]).toEqual(['0', '0', '255', '255']);
    await file.setInputFiles({
      name: 'notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('hello'),
    });
    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toMatch(/notes.txt: this is not a picture[\s\S]*a PNG, JPEG/);
    expect(page.url()).toContain('size=24x24');
  });

  it('says in words where no window fits, and goes on from there', async () => {
    const page = await open(at('kernel=9'), WIDE);
    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toMatch(/does not fit an input of 6[\s\S]*to fix/);
    await page.getByLabel('Window', { exact: true }).fill('3');
    await shows(page, '');
  });

  it('tells how often a cell is seen, under the pointer and by keys', async () => {
    const page = await open(at(''), WIDE);
    const map = page.getByRole('img', { name: /^Coverage/ });
    const said = page.locator('.windowsCoverage figcaption');
    await map.hover({ position: { x: 2, y: 2 } });
    await expect.poll(() => said.innerText()).toBe('row 0, column 0: seen by 1 window');
    await map.focus();
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    const { coverage } = answerTo('');
    await expect
      .poll(() => said.innerText())
      .toBe(`row 1, column 2: seen by ${coverage[1]?.[2]} windows`);
  });

  it('measures a shift and noise as the library does', async () => {
    const query = 'digit=3&poolStride=1&shift=2&density=0.1&noise=pepper';
    const page = await open(at(query), WIDE);
    const state = readFields(experimentFields, new URLSearchParams(query));
    const pooling = { window: [2, 2], strides: [1, 1] } as const;
    const results = poolDisturbed(digitPicture(3), pooling, disturbanceOf(state));
    const changes = results.map(({ change }) => change.toFixed(1));
    const shown = () => page.locator('.windowsResult p strong:first-child').allInnerTexts();
    await expect.poll(shown).toEqual(changes);
    await page.getByLabel('Salt', { exact: true }).check();
    const salted = poolDisturbed(digitPicture(3), pooling, {
      ...disturbanceOf(state),
      noise: 'salt',
    });
    await expect.poll(shown).toEqual(salted.map(({ change }) => change.toFixed(1)));
  });

  it('stands still for those who want it so, fits a telephone and is fit for all', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const viewport = { width: colorScheme === 'light' ? 360 : 1440, height: 800 };
      const page = await open(at('padding=same&dilation=2'), {
        colorScheme,
        viewport,
        reducedMotion: 'reduce',
      });
      await shows(page, 'padding=same&dilation=2');
      const moving = page.locator('.windowsMoving');
      expect(await moving.evaluate((e) => getComputedStyle(e).transitionDuration)).toBe('0s');
      expect(await overflowOf(page)).toBe(0);
      expect(await seriousFindings(page)).toEqual([]);
    }
  });
});
