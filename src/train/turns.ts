/**
 * @file Turns of the event loop, so that long arithmetic does not keep signals, timers and drawing waiting.
 *
 * Training runs for a while without a promise in between; every tenth of a second it pauses here.
 */

export interface Pause {
  /** Whether it is time; costs a look at the clock. */
  due(): boolean;
  /** Lets everything else that waits have its turn. */
  take(): Promise<void>;
}

export function pauseEvery(seconds: number): Pause {
  let next = performance.now() + 1000 * seconds;
  return {
    due: () => performance.now() >= next,
    take: async () => {
      await turn();
      next = performance.now() + 1000 * seconds;
    },
  };
}

/** One turn of the event loop: signals and input are looked at, promises alone would not do. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else postTurn(resolve);
  });
}

/** In a browser, where timers that follow one another wait four milliseconds each: by a message to oneself. */
function postTurn(resolve: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(undefined);
}
