/**
 * @file Cross-origin isolation, without which a page has no shared memory and so no threads.
 *
 * A host gives it by two headers; where one cannot send them, `isolationWorker.js` at the site's root adds them.
 */

export interface Isolation {
  readonly isolated: boolean;
  /** Why not, or that it is. */
  readonly words: string;
}

/** Set while the page reloads itself, so that it does so once. */
const TRIED = 'fovea: reloaded to be isolated';

/**
 * Makes the page cross-origin isolated by a service worker and reloads it, once; call it first of all. On a page
 * that is isolated already it does nothing. Where it cannot be, it says why: the engine runs on one thread then.
 *
 *     await isolatePage('isolationWorker.js');   // beside index.html
 */
export async function isolatePage(script: string | URL): Promise<Isolation> {
  if (globalThis.crossOriginIsolated) {
    sessionStorage.removeItem(TRIED);
    return { isolated: true, words: 'the page is cross-origin isolated' };
  }
  const { serviceWorker } = navigator;
  if (serviceWorker === undefined) {
    return no('this browser starts no service worker here: it needs https, or this very machine');
  }
  if (sessionStorage.getItem(TRIED) !== null) {
    return no('the service worker runs, and the browser still does not isolate the page');
  }
  try {
    await serviceWorker.register(script);
    await serviceWorker.ready;
  } catch (error) {
    return no(
      `the service worker does not start: ${error instanceof Error ? error.message : error}`,
    );
  }
  sessionStorage.setItem(TRIED, 'yes');
  location.reload();
  return new Promise(() => {});
}

const no = (words: string): Isolation => ({ isolated: false, words });
