/** @file The lab's Networks page, used by clicks and keys; its numbers are the library's. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withoutComments } from '../../../src/models/commented.ts';
import { modelOf } from '../../../src/models/index.ts';
import { summarize } from '../../../src/nn/accounting/summary.ts';
import { diffOf } from '../../../src/nn/accounting/summaryDiff.ts';
import { parseModelSpec } from '../../../src/nn/sequential.ts';
import type { Lab } from '../../../src/server/openLab.ts';
import { inChromium } from '../browser.ts';
import { overflowOf, seriousFindings, serveLab } from '../lab.ts';

const count = (n: number): string => (n === 0 ? '' : n.toLocaleString('en-US'));

/** The cells of the table under a heading, row by row. */
async function tableUnder(page: Page, heading: string): Promise<string[][]> {
  const table = page
    .locator('section', { has: page.getByRole('heading', { name: heading }) })
    .locator('table');
  return table.evaluate((node) =>
    Array.from((node as HTMLTableElement).tBodies[0]?.rows ?? [], (row) =>
      Array.from(row.cells, (cell) => cell.textContent?.trim() ?? ''),
    ),
  );
}

/** Milliseconds for a build where there is none, on a busy machine. */
const BUILD = 180_000;

inChromium('the Networks page', (open) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await serveLab();
  }, BUILD);
  afterAll(() => lab?.close());
  const urlOf = (hash: string): string => `${lab.url}${hash}`;

  it('shows every layer’s numbers as the library has them, and is accessible', async () => {
    const page = await open(urlOf('#/networks?model=lenet5-1998'));
    await page.getByRole('heading', { name: 'Layer by layer' }).waitFor();
    const { layers, totals } = summarize(modelOf('lenet5-1998'));
    const rows = await tableUnder(page, 'Layer by layer');
    expect(rows.slice(0, -1)).toEqual(
      layers.map((l) => [
        l.name,
        l.kind,
        l.outputShape.join(' × '),
        count(l.parameters),
        count(l.fixed),
        count(l.multiplyAdds),
        count(l.connections),
        l.receptiveField!.size.join(' × '),
      ]),
    );
    expect(rows.at(-1)).toContain(count(totals.connections));
    expect(await seriousFindings(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
  });

  it('goes from layer to layer by arrow keys, and spells the counts out', async () => {
    const page = await open(urlOf('#/networks?layer=average_pooling2d'));
    await page.locator('[data-layer="average_pooling2d"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'conv2d_1' }).waitFor();
    expect(await page.locator('.networksCounts').innerText()).toContain(
      '(5 × 5 × 6 + 1) × 16 = 2,416',
    );
    expect(await page.locator('.networksFormula').innerText()).toContain('c < 6 of w[u, v, c, k]');
    expect(await page.evaluate('document.activeElement.dataset.layer')).toBe('conv2d_1');
    await page.keyboard.press('End');
    await page.getByRole('heading', { name: 'dense_2' }).waitFor();
    await page.waitForURL(/layer=dense_2/);
  });

  it('draws AlexNet’s towers, and Table I of C3 as a grid', async () => {
    const page = await open(urlOf('#/networks?model=alexnet&layer=conv2'), {
      viewport: { width: 360, height: 780 },
    });
    await page.locator('[data-layer="conv2"] polygon').first().waitFor();
    expect(await page.locator('[data-layer="conv2"] polygon').count()).toBe(6);
    expect(await page.locator('.networksLink.isCrossing').count()).toBe(6);
    expect(await page.locator('.networksTotals').innerText()).toMatch(
      /62,369,152[\s\S]*60,965,224[\s\S]*62,378,344/,
    );
    await page.getByLabel('Network').selectOption('lenet5-1998');
    await page.locator('[data-layer="c3"]').first().click();
    const { connections } = modelOf('lenet5-1998').layers[2].options as { connections: number[][] };
    const marked = await page
      .locator('.networksGrid tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) =>
          Array.from(row.querySelectorAll('td'), (cell) => cell.className === 'isConnected'),
        ),
      );
    expect(marked).toEqual(
      Array.from({ length: 6 }, (_, below) => connections.map((maps) => maps.includes(below))),
    );
    expect(await overflowOf(page)).toBe(0);
  });

  it('changes a layer, keeps the change in the address, and hands the network on', async () => {
    const page = await open(urlOf('#/networks?layer=conv2d'));
    await page.getByLabel('Filters', { exact: true }).fill('8');
    await page.getByLabel('Activation').selectOption('relu');
    await page.waitForURL(/conv2d\.activation%3Drelu/);
    const changed = modelOf('lenet5', { 'conv2d.filters': 8, 'conv2d.activation': 'relu' });
    const total = count(summarize(changed).totals.parameters);
    expect((await tableUnder(page, 'Layer by layer')).at(-1)).toContain(total);
    const train = await page.getByRole('link', { name: 'Train it' }).getAttribute('href');
    expect(decodeURIComponent(train!)).toBe(
      '#/train?model=lenet5,conv2d.filters=8,conv2d.activation=relu',
    );
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save model.json' }).click();
    const chunks: Buffer[] = [];
    for await (const chunk of await (await download).createReadStream())
      chunks.push(chunk as Buffer);
    expect(parseModelSpec(withoutComments(JSON.parse(Buffer.concat(chunks).toString())))).toEqual(
      changed,
    );
    await page.reload();
    expect((await tableUnder(page, 'Layer by layer')).at(-1)).toContain(total);
    await page.getByLabel('Compare with').selectOption('published');
    const differing = diffOf(changed, modelOf('lenet5')).rows.filter(({ same }) => !same).length;
    await page.getByText(`${differing} of 8 rows differ.`).waitFor();
    await page.getByRole('button', { name: 'Take back conv2d.filters' }).click();
    expect(
      decodeURIComponent(
        (await page.getByRole('link', { name: 'Train it' }).getAttribute('href'))!,
      ),
    ).toBe('#/train?model=lenet5,conv2d.activation=relu');
  });

  it('opens a model.json, changes it, and trains it in the page', { timeout: BUILD }, async () => {
    const page = await open(urlOf('#/networks'));
    const own = { ...modelOf('lenet5'), name: 'mine' };
    const file = page.getByLabel('The file of a model');
    const give = (text: string) =>
      file.setInputFiles({
        name: 'm.json',
        mimeType: 'application/json',
        buffer: Buffer.from(text),
      });
    await give('{"layers": 3}');
    await page
      .getByRole('alert')
      .getByText(/m\.json/)
      .waitFor();
    await give(JSON.stringify(own));
    await page.waitForURL(/model=own:mine/);
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByLabel('Filters', { exact: true }).fill('4');
    await page.waitForURL(/model=own:mine,conv2d.filters(=|%3D)4/);
    await page.reload();
    const changed = modelOf('lenet5', { 'conv2d.filters': 4 });
    const rows = await tableUnder(page, 'Layer by layer');
    expect(rows.at(-1)).toContain(count(summarize(changed).totals.parameters));
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Train it' }).click();
    await page.getByRole('button', { name: 'One step' }).click();
    await page.getByText('step 1 of 94, at rest').first().waitFor({ timeout: BUILD });
    await page.getByText(`${count(summarize(changed).totals.parameters)} parameters`).waitFor();
  });

  it('says at which layer a network no longer fits, in the library’s words', async () => {
    const page = await open(urlOf('#/networks?layer=conv2d'));
    await page.getByLabel('Stride', { exact: true }).fill('6');
    const note = page.locator('.networksProblem');
    await note.waitFor();
    expect(await note.getAttribute('data-layer')).toBe('conv2d_1');
    expect(await note.innerText()).toContain(
      'a window that reaches over 5 pixels does not fit an input of 2',
    );
    await page.getByRole('button', { name: 'Go to conv2d_1' }).click();
    await page.getByRole('heading', { name: 'conv2d_1' }).waitFor();
    await page.getByLabel('Kernel', { exact: true }).fill('2');
    await page
      .getByText('a window that reaches over 2 pixels does not fit an input of 1')
      .waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
  });
});
