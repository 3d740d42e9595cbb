/**
 * @file The address as the lab reads it: `#/text/padding?kernel=5` is a page, a place in it and its fields.
 *
 * Everything is in the hash, so the lab runs from any static host under any path. Changes are seen at once
 * and written a moment later, for browsers limit how often a page may write its address.
 */
export interface Address {
  /** "windows"; empty for the first page. */
  readonly page: string;
  /** "padding": what the page makes of it is its own affair. */
  readonly place: string;
  /** "kernel=5" */
  readonly query: string;
}

export function parseAddress(hash: string): Address {
  const [, page = '', place = '', query = ''] = /^#?\/?([^/?]*)\/?([^?]*)\??(.*)$/.exec(hash) ?? [];
  return { page, place, query };
}

export function formatAddress({ page, place, query }: Address): string {
  return `#/${page}${place === '' ? '' : `/${place}`}${query === '' ? '' : `?${query}`}`;
}

/** Writes wait this long for the next one, in milliseconds. */
const WRITE_AFTER = 150;

type Listener = (address: Address) => void;

let current: Address | undefined;
/** The hash that `current` was read from or written to. */
let known: string | undefined;
let pending: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<Listener>();

/** Fields that are not written yet count already; a link that was followed counts before its event. */
export function currentAddress(): Address {
  if (current === undefined || (pending === undefined && location.hash !== known)) {
    known = location.hash;
    current = parseAddress(known);
  }
  return current;
}

/**
 * Calls `listener` now, and whenever the page or its fields change; gives the way to stop it.
 *
 * Now, since a link may have been followed between the first drawing of a component and this call.
 */
export function watchAddress(listener: Listener): () => void {
  if (listeners.size === 0) {
    addEventListener('hashchange', readAddress);
    addEventListener('pagehide', writePending);
  }
  listeners.add(listener);
  listener(currentAddress());
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    removeEventListener('hashchange', readAddress);
    removeEventListener('pagehide', writePending);
  };
}

/** New fields of the page that is shown: no step in the browser's history. */
export function changeQuery(query: string): void {
  current = { ...currentAddress(), query };
  clearTimeout(pending);
  pending = setTimeout(writePending, WRITE_AFTER);
  tell();
}

function writePending(): void {
  if (pending === undefined) return;
  clearTimeout(pending);
  const address = currentAddress();
  pending = undefined;
  history.replaceState(history.state, '', formatAddress(address));
  known = location.hash;
}

/** A link was followed, or the browser went back: what it says now counts. */
function readAddress(): void {
  clearTimeout(pending);
  pending = undefined;
  current = undefined;
  tell();
}

function tell(): void {
  const address = currentAddress();
  for (const listener of listeners) listener(address);
}
