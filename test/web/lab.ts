/**
 * @file The lab for tests in a browser: served as `fovea lab` serves it, and asked what axe finds.
 */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { builtLab } from '../../src/server/builtLab.ts';
import { type Lab, openLab } from '../../src/server/openLab.ts';

/** In the repository the lab is built first where it is missing or old. */
export async function serveLab(folder = '.'): Promise<Lab> {
  return openLab({ files: await builtLab(() => undefined), folder });
}

/** Serious and critical findings of axe-core, as "rule: element". */
export async function seriousFindings(page: Page): Promise<string[]> {
  // By the debugger's own way into the page: its policy lets no script in.
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { run } = Reflect.get(window, 'axe') as typeof axe;
    return (await run(document)).violations;
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** Pixels that the page is wider than its window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return Math.max(0, scrollWidth - clientWidth);
  });
}
