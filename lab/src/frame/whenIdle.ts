/**
 * @file Work that may wait until the page has nothing better to do; gives the way to leave it.
 */
export function whenIdle(work: () => void): () => void {
  // Safari has no idle callbacks: a moment after the page is drawn does as well.
  if (typeof requestIdleCallback !== 'function') {
    const timer = setTimeout(work, 200);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(work, { timeout: 1000 });
  return () => cancelIdleCallback(handle);
}
