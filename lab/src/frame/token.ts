/**
 * @file The token of the server that serves the lab: whoever has it may start work and write.
 *
 * `fovea lab` prints a link that ends in `#token=...`. A fragment never leaves the browser by itself; it is
 * taken out of the address at once, kept for this origin, and sent as a header by `askServer` alone.
 */
const KEY = 'fovea-token';

/** Takes the token out of the address bar: "#token=abc", "#/runs?token=abc" -> "#/runs". */
export function keepToken(): void {
  const { token, rest } = splitToken(location.hash);
  if (token === undefined) return;
  remember(token);
  history.replaceState(history.state, '', rest === '' ? location.pathname + location.search : rest);
}

export function splitToken(hash: string): { readonly token?: string; readonly rest: string } {
  const match = /^(#.*?)[?&]?\btoken=([\w-]+)&?(.*)$/.exec(hash);
  if (match === null) return { rest: hash };
  const [, before = '', token = '', after = ''] = match;
  const rest = after === '' ? before : `${before}${before.includes('?') ? '&' : '?'}${after}`;
  return { token, rest: rest === '#' ? '' : rest };
}

/** A browser that keeps nothing for pages still has the token until it reloads. */
let inMemory: string | undefined;

function remember(token: string): void {
  inMemory = token;
  try {
    localStorage.setItem(KEY, token);
  } catch {
    // Storage is refused: the token lives as long as the page.
  }
}

export function knownToken(): string | undefined {
  if (inMemory !== undefined) return inMemory;
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

/** A request to the lab's own server, with the token; `path` is relative to the page: "api/runs". */
export function askServer(path: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  const token = knownToken();
  if (token !== undefined) headers.set('x-fovea-token', token);
  return fetch(new URL(path, document.baseURI), { ...options, headers });
}
