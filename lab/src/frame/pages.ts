/**
 * @file The table of pages: one line each. A page is a folder in `pages/` whose `page.tsx` exports `Page`.
 *
 * Pages are loaded when they are opened: the first page never waits for the others.
 */
import type { ComponentType } from 'preact';

export interface PageEntry {
  readonly title: string;
  readonly load: () => Promise<{ readonly Page: ComponentType }>;
}

export const pages: Readonly<Record<string, PageEntry>> = {
  windows: { title: 'Windows', load: () => import('../pages/windows/page.tsx') },
  networks: { title: 'Networks', load: () => import('../pages/networks/page.tsx') },
  train: { title: 'Train', load: () => import('../pages/train/page.tsx') },
  look: { title: 'Look', load: () => import('../pages/look/page.tsx') },
  runs: { title: 'Runs', load: () => import('../pages/runs/page.tsx') },
  text: { title: 'The text', load: () => import('../pages/text/page.tsx') },
};

/** What the lab opens with. */
export const FIRST_PAGE = 'windows';
