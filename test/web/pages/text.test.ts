/** @file The text in Chromium: every chapter opened, its figures used by clicks and keys, its numbers the library's. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { chapters } from '../../../lab/src/pages/text/chapters/index.ts';
import { modelOf, summarize } from '../../../src/index.ts';
import type { Lab } from '../../../src/server/openLab.ts';
import { inChromium } from '../browser.ts';
import { overflowOf, seriousFindings, serveLab } from '../lab.ts';

/** A busy machine is slow. */
vi.setConfig({ testTimeout: 200_000 });

let lab: Lab;
beforeAll(async () => {
  lab = await serveLab();
});
afterAll(() => lab?.close());

inChromium('the text', (open) => {
  const text = (place: string, options: Parameters<typeof open>[1] = {}) =>
    open(`${lab.url}#/text${place}`, options);

  it('shows every chapter with all of its figures, to every reader, on a narrow screen too', async () => {
    const page = await text('', { viewport: { width: 360, height: 800 } });
    for (const { id, title, body } of chapters) {
      await page.goto(`${lab.url}#/text/${id}`);
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
      const blocks = body();
      const count = (kind: string) => blocks.filter((block) => block.kind === kind).length;
      await page.waitForFunction(
        (n) => document.querySelectorAll('.textFigureBody > *').length >= n,
        count('figure'),
      );
      expect(await page.locator('.textCorrection').count(), id).toBe(count('correction'));
      expect(await page.locator('.textFigure [role=alert]').count(), id).toBe(0);
      expect(await overflowOf(page), id).toBe(0);
      expect(await seriousFindings(page), id).toEqual([]);
    }
  });

  it('leads from chapter to chapter, and into one by a link', async () => {
    const page = await text('/padding/reasons');
    const heading = page.getByRole('heading', { name: 'Reasons for it' });
    await heading.waitFor();
    await page.waitForFunction(() => document.activeElement?.id === 'text-reasons');
    await page.getByRole('link', { name: 'Next Zero, same, valid' }).click();
    await page.getByRole('heading', { name: 'Zero, same, valid', level: 1 }).waitFor();
    await page
      .getByRole('navigation', { name: 'Chapters', exact: true })
      .getByRole('link', { name: 'AlexNet', exact: true })
      .click();
    await page.getByRole('heading', { name: 'AlexNet', level: 1 }).waitFor();
    await page.goto(`${lab.url}#/text/nothing`);
    await page.getByText('There is no such chapter').waitFor();
  });

  it('slides a window by keys, and hands it to its page', async () => {
    const page = await text('/zero-valid');
    const figure = page.locator('.textFigure.is-window').first();
    await figure.getByText('Output row 0, column 0').waitFor();
    await figure.getByRole('region', { name: /Arrow keys move it/ }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await figure.getByText('Output row 1, column 1').waitFor();
    await figure.getByText('Valid', { exact: true }).click();
    await figure.getByText('Output 4×4').waitFor();
    await figure.getByRole('link', { name: 'Open it in Windows.' }).click();
    await page.getByRole('heading', { name: 'Windows', level: 1 }).waitFor();
    await page.getByText('Output 6×6').waitFor();
  });

  it('has the numbers of the library in its tables', async () => {
    const page = await text('/alexnet');
    const row = page.getByRole('row', { name: /^in all/ });
    await row.waitFor();
    const { totals } = summarize(modelOf('alexnet'));
    expect(await row.innerText()).toContain(totals.parameters.toLocaleString('en-US'));
    expect(await row.innerText()).toContain(totals.multiplyAdds.toLocaleString('en-US'));
  });

  it('trains in the midst of a chapter', async () => {
    const page = await text('/why-it-won');
    await page.getByRole('button', { name: 'One step' }).click();
    await page.getByText('step 1 of 94, at rest').first().waitFor();
    await page.locator('.trainCurves canvas').first().waitFor();
  });
});
