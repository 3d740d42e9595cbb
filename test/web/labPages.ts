/**
 * @file The built lab on a server for tests of its pages, and what every page owes: nothing that axe finds serious.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { builtLab } from '../../src/server/builtLab.ts';
import { type Lab, openLab } from '../../src/server/openLab.ts';

/** Milliseconds for a build where there is none, on a busy machine. */
const BUILD = 180_000;

/** Serves the lab while the tests of this group run; `urlOf('#/look')` is the address of a page. */
export function serveLab(): (hash: string) => string {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({ files: await builtLab(() => {}), folder: tmpdir() });
  }, BUILD);
  afterAll(() => lab?.close());
  return (hash) => `${lab.url}${hash}`;
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** No serious or critical finding, contrast included; the findings are told. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe);
  const findings = await page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: readonly Violation[] }> };
      }
    ).axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
  });
  expect(findings).toEqual([]);
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}
