/**
 * @file Isolation on a host that sends no headers: where the page was built for one (`fovea lab --build --isolate`).
 */
import { isolatePage } from 'fovea/web';

/** May reload the page, once, and never come back; without the page's word it does nothing. */
export async function isolateWhereAsked(): Promise<void> {
  const worker = document.querySelector<HTMLMetaElement>('meta[name="fovea-isolation"]')?.content;
  if (worker !== undefined) await isolatePage(new URL(worker, document.baseURI));
}
