/**
 * @file The frame of the lab in Chromium: pages, address, light and dark, what happens where something fails; and how
 * much is loaded before the first page works.
 */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pages } from '../../../lab/src/frame/pages.ts';
import { builtLab } from '../../../src/server/builtLab.ts';
import { exportLab } from '../../../src/server/exportLab.ts';
import type { Lab } from '../../../src/server/openLab.ts';
import { inChromium, serveFolder } from '../browser.ts';
import { overflowOf, seriousFindings, serveLab } from '../lab.ts';

/** Gzipped bytes of script that the first page may need. */
const MOST_SCRIPT = 150_000;

let lab: Lab;
beforeAll(async () => {
  lab = await serveLab();
});
afterAll(() => lab.close());

const heading = (page: Page) => page.locator('main h1').first().innerText();

inChromium('the lab', (open) => {
  it('goes from page to page by clicks, and back', async () => {
    const page = await open(lab.url);
    await expect.poll(() => heading(page)).toBe('Windows');
    for (const [name, { title }] of Object.entries(pages)) {
      await page
        .getByRole('navigation', { name: 'Pages' })
        .getByRole('link', { name: title })
        .click();
      await expect.poll(() => page.title()).toBe(`${title} · Fovea`);
      expect(new URL(page.url()).hash).toMatch(new RegExp(`^#/${name}`));
      const current = page.locator('.siteHeader a[aria-current="page"]');
      expect(await current.allInnerTexts()).toEqual([title]);
    }
    await page.goBack();
    await expect.poll(() => page.title()).toBe('Runs · Fovea');
  });

  it('follows a link that is clicked while its first page is drawn', async () => {
    const page = await open(lab.url, {
      before: async (opened) => {
        // Before anything listens: the observer runs right after the first drawing.
        await opened.addInitScript(() => {
          new MutationObserver((_, observer) => {
            if (document.querySelector('.siteHeader') === null) return;
            observer.disconnect();
            location.hash = '#/networks';
          }).observe(document, { childList: true, subtree: true });
        });
      },
    });
    await expect.poll(() => page.title()).toBe('Networks · Fovea');
    await expect.poll(() => heading(page)).toBe('Networks');
  });

  it('is used by keys alone', async () => {
    const page = await open(lab.url);
    await expect.poll(() => heading(page)).toBe('Windows');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.locator('.wordmark').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.title()).toBe('Networks · Fovea');
  });

  it('keeps light or dark as chosen, else as the system has it', async () => {
    const page = await open(lab.url, { colorScheme: 'dark' });
    const paper = () =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await paper();
    await page.getByRole('button', { name: /^Colours/ }).click();
    const light = await paper();
    expect(light).not.toBe(dark);
    await page.reload();
    expect(await paper()).toBe(light);
    await page.getByRole('button', { name: /^Colours: light/ }).click();
    expect(await paper()).toBe(dark);
  });

  it('says that a page is unknown, and where to go', async () => {
    const page = await open(`${lab.url}#/nowhere`);
    expect(await page.getByRole('alert').innerText()).toMatch(
      /no such page[\s\S]*"nowhere"[\s\S]*Windows/,
    );
    await page.getByRole('link', { name: 'Open the first page' }).click();
    await expect.poll(() => heading(page)).toBe('Windows');
  });

  it('says that a page did not come, and keeps the way to the others', async () => {
    const page = await open(lab.url, { expected: /Failed to load resource|net::ERR_FAILED/ });
    await expect.poll(() => heading(page)).toBe('Windows');
    await page.route('**/*.js', (route) => route.abort());
    await page.getByRole('link', { name: 'The text' }).click();
    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toMatch(/could not be loaded[\s\S]*Reload/);
    await page.unroute('**/*.js');
    await page.reload();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  });

  it('takes the token out of the address and sends it to its own server alone', async () => {
    const page = await open(lab.link);
    await expect.poll(() => heading(page)).toBe('Windows');
    expect(page.url()).toBe(lab.url);
    expect(await page.evaluate(() => localStorage.getItem('fovea-token'))).toBe(lab.token);
  });

  it('is isolated, and lets no text become code', async () => {
    const page = await open(lab.url, { expected: /Content Security Policy|eval/ });
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    const refused = await page.evaluate(async () => {
      const violation = new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) =>
          resolve(event.violatedDirective),
        );
      });
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      return [await violation, Reflect.get(window, 'ran')];
    });
    expect(refused).toEqual(['script-src-elem', undefined]);
  });

  it('needs little before the first page works', async () => {
    const scripts: Promise<Buffer>[] = [];
    const page = await open(lab.url, {
      before: async (opened) => {
        opened.on('response', (response) => {
          if (response.url().endsWith('.js')) scripts.push(response.body());
        });
      },
    });
    await expect.poll(() => heading(page)).toBe('Windows');
    await page.waitForLoadState('networkidle');
    const bytes = (await Promise.all(scripts)).map((body) => gzipSync(body).length);
    expect(bytes.length).toBeGreaterThan(1);
    expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThan(MOST_SCRIPT);
  });

  it.each(Object.keys(pages))(
    'shows %s on a telephone and on a desk, in words for all',
    async (name) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const viewport = { width: colorScheme === 'light' ? 360 : 1440, height: 800 };
        const page = await open(`${lab.url}#/${name}`, { colorScheme, viewport });
        await expect.poll(() => page.locator('main h1').count()).toBeGreaterThan(0);
        await page.waitForLoadState('networkidle');
        expect(await overflowOf(page)).toBe(0);
        expect(await seriousFindings(page)).toEqual([]);
      }
    },
  );
});

inChromium('the lab as static files', (open) => {
  it('works from any host, under any path', async () => {
    const home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-static-'));
    const files = await builtLab(() => undefined);
    await exportLab(files, path.join(home, 'deep/down'));
    const host = await serveFolder(home);
    try {
      const page = await open(`${host.url}/deep/down/#/windows?op=max&at=2`);
      await expect.poll(() => heading(page)).toBe('Windows');
      expect(await page.locator('.windowsWorked').innerText()).toMatch(/^max\(/);
      await page.getByRole('link', { name: 'Networks' }).click();
      await expect.poll(() => page.title()).toBe('Networks · Fovea');
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
      await exportLab(files, path.join(home, 'deep/down'), { isolate: true });
      const isolated = await open(`${host.url}/deep/down/#/windows?op=max`);
      await expect.poll(() => heading(isolated)).toBe('Windows');
      await expect.poll(() => isolated.evaluate(() => crossOriginIsolated)).toBe(true);
      expect(await isolated.locator('.windowsWorked').innerText()).toMatch(/^max\(/);
    } finally {
      await host.close();
      await fs.rm(home, { recursive: true, force: true });
    }
  });
});
