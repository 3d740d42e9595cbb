/**
 * @file How a page learns that its worker is gone: the worker holds a lock for as long as it lives.
 *
 * A worker that is ended from outside, or that the browser ends for want of memory, tells nobody. But what it holds it
 * lets go, and whoever waits for that is told at once: also in the midst of a long step, and while the page is hidden,
 * where answers come late and silence means nothing. Previous stop: `openWorkerSession.ts`.
 */
import { hasLocks, takeLock, withLock } from '../files/locks.ts';

const lockOf = (name: string): string => `life/${name}`;

/** The worker's side: from the answer on it lives under this name, until it ends. */
export async function live(name: string): Promise<void> {
  if (hasLocks()) await takeLock(lockOf(name));
}

/** The page's side, once the worker lives: tells when it is gone, unless `signal` ends the waiting before. */
export function watchLife(name: string, signal: AbortSignal, onGone: () => void): void {
  if (hasLocks()) withLock(lockOf(name), signal, async () => onGone()).catch(() => {});
}
