/**
 * @file The lab's page of runs in Chromium, over the real server: its numbers are those of the runs' files; runs go
 * from the folder to the browser, out as a zip, back in, and away once it was asked; by keys, and clean for axe.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modelOf } from '../../../src/models/index.ts';
import { parseHistory } from '../../../src/records/history.ts';
import { parseRunRecord, trainedRecordOf } from '../../../src/records/runRecord.ts';
import { finishedPage } from '../../../src/report/finished.ts';
import { trainRun } from '../../../src/runs/trainRun.ts';
import type { Lab } from '../../../src/server/openLab.ts';
import { temporaryFolder } from '../../support/idxFixtures.ts';
import { inChromium } from '../browser.ts';
import { overflowOf, seriousFindings, serveLab } from '../lab.ts';

let home: string;
let lab: Lab;
const run = (name: string, file: string) => join(home, 'runs', name, file);

beforeAll(async () => {
  home = temporaryFolder();
  for (const [name, batchSize] of [
    ['small', 20],
    ['large', 30],
  ] as const) {
    const training = trainRun({
      folder: join(home, 'runs', name),
      spec: modelOf('lenet5', { activation: batchSize === 20 ? 'tanh' : 'relu' }),
      data: 'digits',
      trainCount: 80,
      testCount: 20,
      settings: { epochs: 2, batchSize, validationSplit: 0.25 },
      backend: { threads: 1, revectorize: 'off' },
      ...(name === 'small' ? { page: finishedPage } : {}),
    });
    for await (const _ of training);
  }
  cpSync(run('small', '.'), run('broken', '.'), { recursive: true });
  writeFileSync(run('broken', 'history.json'), '{');
  lab = await serveLab(home);
}, 180_000);
afterAll(async () => {
  await lab.close();
  rmSync(home, { recursive: true });
});

/** Opens the page with the token, and once more as a link would, so that the address is read. */
const address = (query: string) => lab.link.replace('#', `#/runs?${query}&`);

async function cells(page: Page, name: string): Promise<string[]> {
  const row = page.locator('.runsList tbody tr', { hasText: name });
  await row.first().waitFor();
  return row.locator('th, td').allInnerTexts();
}

inChromium('the page of runs', (open) => {
  it('lists the folder, broken runs with their fault, and lays two over one another', async () => {
    const page = await open(address('runs=small/large'));
    await page.waitForSelector('.runsCurves canvas');
    for (const name of ['small', 'large']) {
      const record = trainedRecordOf(
        parseRunRecord(readFileSync(run(name, 'run.json'), 'utf8'), name),
        'run',
      );
      const history = parseHistory(readFileSync(run(name, 'history.json')), name);
      const least = Math.min(...history.map(({ validation }) => validation?.loss ?? Infinity));
      const shown = await cells(page, name);
      expect(shown.slice(1, 4)).toEqual(['lenet5', 'digits', '2 of 2']);
      expect(Number.parseFloat(shown[4])).toBeCloseTo(least, 3);
      expect(shown[5]).toBe(`${(100 * (record.results?.test.accuracy ?? 0)).toFixed(2)} %`);
    }
    expect(await page.innerText('.runsBroken')).toMatch(/broken\s+history.json: this is not JSON/);
    const differing = await page.locator('section', { hasText: 'What differs' }).last().innerText();
    expect(differing).toMatch(/conv2d.activation\s+tanh\s+relu/);
    expect(differing).toMatch(/batchSize\s+20\s+30/);
    expect(await page.getAttribute('.runsSheet', 'alt')).toMatch(/worst mistakes of small/);
    expect(await seriousFindings(page)).toEqual([]);

    // By keys alone: the second run leaves the comparison, and the address says so.
    await page.getByRole('checkbox', { name: 'large' }).focus();
    await page.keyboard.press('Space');
    await expect.poll(() => page.url()).toMatch(/runs=small$/);
    expect(await page.getByText('What differs').count()).toBe(0);

    await page.getByRole('button', { name: 'Test again' }).click();
    await page.waitForSelector('text=pictures of digits are read rightly');
    const record = trainedRecordOf(
      parseRunRecord(readFileSync(run('small', 'run.json'), 'utf8'), 'small'),
      'run',
    );
    expect(await page.innerText('.runsMistakes')).toContain(
      `${(100 * (record.results?.test.accuracy ?? 0)).toFixed(2)} % of 20 pictures`,
    );
  });

  it('copies a run into the browser, saves it, opens it again, and deletes it once asked', async () => {
    const page = await open(address('from=folder'));
    await page.getByRole('button', { name: 'Copy small into this browser' }).click();
    await page.waitForSelector('text=small is kept in this browser as small.');
    await page.getByText('This browser', { exact: true }).click();
    expect((await cells(page, 'small'))[3]).toBe('2 of 2');

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save small as a zip' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('small.zip');
    const zip = readFileSync(await download.path());
    const [report] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the report of small' }).click(),
    ]);
    expect(report.suggestedFilename()).toBe('small.html');
    expect(readFileSync(await report.path())).toEqual(readFileSync(run('small', 'report.html')));
    const chooser = page.locator('input[type=file]');
    await chooser.setInputFiles({ name: 'small.zip', mimeType: 'application/zip', buffer: zip });
    await page.waitForSelector('text=small.zip is kept in this browser as small-2.');

    const evil = Buffer.from(zipSync({ '../run.json': new Uint8Array(3) }));
    await chooser.setInputFiles({ name: 'evil.zip', mimeType: 'application/zip', buffer: evil });
    await page.waitForSelector('text=leads out of the archive');
    expect(await seriousFindings(page)).toEqual([]);

    await page.getByRole('button', { name: 'Delete small-2', exact: true }).click();
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.getByRole('button', { name: 'Delete small-2', exact: true }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect.poll(() => page.locator('.runsList tbody tr').count()).toBe(1);
    await page.reload();
    expect((await cells(page, 'small'))[0].trim()).toBe('small');
  });

  it('fits a phone: nothing but tables is wider than the screen', async () => {
    const page = await open(address('runs=small/large'), { viewport: { width: 360, height: 800 } });
    await page.waitForSelector('.runsSheet');
    expect(await overflowOf(page)).toBe(0);
  });
});
