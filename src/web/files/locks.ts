/**
 * @file Locks that all tabs and workers of an origin share (Web Locks). Whoever holds one and is closed or killed
 * lets it go; nothing stays behind.
 */

/** Gives a lock back; harmless when said twice. */
export type Release = () => void;

/** Takes the lock if nobody has it; undefined where somebody has. */
export async function takeLock(name: string): Promise<Release | undefined> {
  return new Promise((resolve, reject) => {
    const held = navigator.locks.request(`fovea/${name}`, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(undefined);
        return undefined;
      }
      return new Promise<void>((release) => resolve(release));
    });
    held.catch(reject);
  });
}

/** Pages that were not loaded safely (over plain http from another machine) have no locks. */
export const hasLocks = (): boolean =>
  typeof navigator !== 'undefined' && navigator.locks !== undefined;

/** Does a task while nobody else with the same lock does theirs; waits for it. */
export async function withLock<T>(
  name: string,
  signal: AbortSignal | undefined,
  task: () => Promise<T>,
): Promise<T> {
  // There is no storage either, then, that two could meet in.
  if (!hasLocks()) return task();
  const options = signal === undefined ? {} : { signal };
  return navigator.locks.request(`fovea/${name}`, options, task);
}
