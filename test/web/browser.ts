/**
 * @file Browsers for tests: where they are, a server for what they open, and pages that notice every trouble.
 *
 *   inChromium('the train page', (open) => {
 *     it('trains', async () => {
 *       const page = await open(url);          // Playwright's page
 *       await page.click('text=Play');
 *     });
 *   });
 *
 * One browser per file, a fresh context per page; a page with troubles (errors on the console, requests that fail or
 * go to another host) fails its test when it is over. Without the browser the group is one test, skipped by name.
 */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import puppeteer, { type Browser as Firefox } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { skipped } from '../support/doors.ts';
import { browserPath } from './places.ts';

export { ISOLATED, type Served, serveFolder } from './served.ts';

export interface OpenOptions extends BrowserContextOptions {
  /** Before anything of the page runs. */
  readonly before?: (page: Page) => Promise<void>;
  /** Troubles that belong to the test. */
  readonly expected?: RegExp;
}

export type Open = (url: string, options?: OpenOptions) => Promise<Page>;

/** What a browser is started with beside the usual. */
export interface Launch {
  /** WebGPU on SwiftShader, which browsers offer only when they are told to. */
  readonly webgpu?: boolean;
}

/** Chromium brings SwiftShader along. */
const CHROMIUM_WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** Firefox finds drivers as every program does. */
const FIREFOX_WEBGPU = {
  env: { ...process.env, VK_ICD_FILENAMES: '/usr/lib/chromium/vk_swiftshader_icd.json' },
  extraPrefsFirefox: {
    'dom.webgpu.enabled': true,
    'dom.webgpu.workers.enabled': true,
    'gfx.webgpu.ignore-blocklist': true,
  },
};

/** How long a page may take to show what is waited for: a busy machine is slow. In milliseconds. */
const PATIENCE = 100_000;

/** A group of tests in Chromium. */
export function inChromium(
  title: string,
  body: (open: Open) => void,
  { webgpu = false }: Launch = {},
): void {
  const executablePath = browserPath('FOVEA_CHROMIUM');
  if (executablePath === undefined) {
    skipped(title, 'there is no Chromium (FOVEA_CHROMIUM)');
    return;
  }
  describe(title, () => {
    let browser: Browser;
    const watched: { page: Page; troubles: string[] }[] = [];
    beforeAll(async () => {
      // A camera that shows a clock, and asks nobody.
      const camera = ['device', 'ui'].map((part) => `--use-fake-${part}-for-media-stream`);
      browser = await chromium.launch({
        executablePath,
        args: ['--no-sandbox', ...camera, ...(webgpu ? CHROMIUM_WEBGPU : [])],
      });
    });
    afterAll(() => browser?.close());
    afterEach(async () => {
      const all = watched.splice(0);
      for (const { page } of all) await page.context().close();
      expect(all.flatMap(({ troubles }) => troubles)).toEqual([]);
    });
    body(async (url, { before, expected, ...context } = {}) => {
      const page = await (await browser.newContext(context)).newPage();
      page.setDefaultTimeout(PATIENCE);
      watched.push({ page, troubles: troublesOf(page, new URL(url).origin, expected) });
      await before?.(page);
      await page.goto(url);
      return page;
    });
  });
}

function troublesOf(page: Page, origin: string, expected: RegExp = /^$/): string[] {
  const troubles: string[] = [];
  const note = (words: string): void => {
    if (!expected.test(words)) troubles.push(words);
  };
  page.on('console', (message) => {
    if (message.type() === 'error') note(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => note(`error: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, origin: other } = new URL(request.url());
    if (protocol.startsWith('http') && other !== origin) note(`asks ${request.url()}`);
  });
  return troubles;
}

/** A page that can be asked: in either browser, given as the text of an expression. */
export interface AskedPage {
  evaluate<R>(expression: string): Promise<R>;
  /** Another page of the same browser, which keeps the same files. */
  beside(url: string): Promise<AskedPage>;
  close(): Promise<void>;
}

export type OpenAsked = (url: string) => Promise<AskedPage>;

/** The same group of tests in Chromium and in Firefox. */
export function inBrowsers(
  title: string,
  body: (open: OpenAsked, name: string) => void,
  launch: Launch = {},
): void {
  inChromium(
    `${title}, in Chromium`,
    (open) => body(async (url) => asked(await open(url)), 'chromium'),
    launch,
  );
  inFirefox(`${title}, in Firefox`, (open) => body(open, 'firefox'), launch);
}

function asked(page: Page): AskedPage {
  return {
    evaluate: (expression) => page.evaluate(expression),
    beside: async (url) => {
      const other = await page.context().newPage();
      await other.goto(url);
      return asked(other);
    },
    close: () => page.close(),
  };
}

function inFirefox(
  title: string,
  body: (open: OpenAsked) => void,
  { webgpu = false }: Launch,
): void {
  const executablePath = browserPath('FOVEA_FIREFOX');
  if (executablePath === undefined) {
    skipped(title, 'there is no Firefox (FOVEA_FIREFOX)');
    return;
  }
  describe(title, () => {
    let browser: Firefox;
    beforeAll(async () => {
      browser = await puppeteer.launch({
        browser: 'firefox',
        executablePath,
        ...(webgpu ? FIREFOX_WEBGPU : {}),
      });
    });
    afterAll(() => browser?.close());
    const opened = async (url: string): Promise<AskedPage> => {
      const page = await browser.newPage();
      await page.goto(url);
      return {
        evaluate: <R>(expression: string) => page.evaluate(expression) as Promise<R>,
        beside: opened,
        close: () => page.close(),
      };
    };
    body(opened);
  });
}
