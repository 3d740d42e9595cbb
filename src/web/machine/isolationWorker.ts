/**
 * @file A service worker that makes pages cross-origin isolated on hosts that cannot send headers.
 *
 * It answers every request of the page as the host does, and adds the two headers that shared memory asks for. It
 * lies at the root of the site, since it serves what lies beside and below it. `isolatePage.ts` starts it.
 */

/** What a service worker's scope has beside a page's; the types of both cannot be had at once. */
interface ServiceScope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
}

interface Extendable {
  waitUntil(done: Promise<unknown>): void;
}

interface Fetching {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = globalThis as object as ServiceScope;

scope.addEventListener('install', () => void scope.skipWaiting());
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener('fetch', (event) => {
  const { cache, mode } = event.request;
  // A request that may only be answered from the cache, of another site: fetch would refuse it.
  if (cache === 'only-if-cached' && mode !== 'same-origin') return;
  event.respondWith(answer(event.request));
});

async function answer(request: Request): Promise<Response> {
  const response = await fetch(request);
  // Of another site, and not to be read: as it is.
  if (response.type === 'opaque' || response.type === 'opaqueredirect') return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  const { body, status, statusText } = response;
  return new Response(body, { status, statusText, headers });
}
