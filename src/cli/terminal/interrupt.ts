/**
 * @file Ctrl-C in training and in servers: the first asks for a clean stop, the second leaves at once.
 *
 * Every other command, and training before its first step, has nothing to save: there Ctrl-C keeps its usual
 * meaning and ends the process whatever it is doing.
 */

/** The exit code that shells know for "stopped by Ctrl-C": 128 + SIGINT. */
export const INTERRUPTED = 130;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** From now on the first Ctrl-C asks through the signal; may be called again. */
  listen(): void;
  /** Gives Ctrl-C its usual meaning back. */
  release(): void;
}

export function gentleInterrupt(
  note: (words: string) => void,
  stopping = 'Stopping after this step (once more to leave at once) ...',
): Interrupt {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    note(stopping);
    controller.abort();
  };
  const release = (): void => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  const listen = (): void => {
    release();
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  };
  return { signal: controller.signal, listen, release };
}

/**
 * Resolves at the first Ctrl-C or SIGTERM with which it was; a second one ends the process as ever. SIGTERM is how
 * service managers and containers end what they started: a server that then stops as it should has done its work.
 */
export function untilInterrupted(): Promise<'SIGINT' | 'SIGTERM'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
}
