/**
 * @file The engine from a page: a session in a worker of its own, so that the page never waits for arithmetic.
 *
 *     const engine = await openWorkerSession();
 *     const digits = await engine.loadDataset('digits');
 *     for await (const event of engine.fit(spec, digits, { epochs: 3 })) draw(event);
 *     const { confusion } = await engine.evaluate(spec, digits.test, digits);
 *
 * Next stops: `life.ts`, how the page learns that the worker is gone; `workerSession.ts`, what it can ask.
 */
import type { OpenOptions } from '../../backends/select.ts';
import { FoveaError } from '../../base/errors.ts';
import { Asking } from './calls.ts';
import { watchLife } from './life.ts';
import type { EngineCalls } from './protocol.ts';
import { WorkerSession } from './workerSession.ts';

/**
 * Held until they end. A browser may collect a worker that nothing but its own messages leads to, at a moment when it
 * waits; and that is all there is where a page only waits for a promise of it. Firefox does.
 */
const open = new Set<Worker>();

/** Opens a session in a worker of its own. Threads, where the page may have them, are workers of that worker. */
export async function openWorkerSession(options: OpenOptions = {}): Promise<WorkerSession> {
  const worker = new Worker(new URL('./engineWorker.js', import.meta.url), { type: 'module' });
  open.add(worker);
  const asking = new Asking<EngineCalls>(worker);
  const over = new AbortController();
  const end = (): void => {
    over.abort();
    worker.terminate();
    open.delete(worker);
  };
  const lose = (why: FoveaError): void => {
    end();
    asking.lose(why);
  };
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    lose(notRunning(event.message));
  });
  try {
    const name = `engine ${Date.now()} ${Math.random()}`;
    await asking.calls.live(name);
    watchLife(name, over.signal, () => lose(gone()));
    return new WorkerSession(asking, await asking.calls.open(options), end);
  } catch (error) {
    end();
    throw error;
  }
}

function notRunning(why: string | undefined): FoveaError {
  return new FoveaError({
    problem: `the engine's worker does not run: ${why || 'its file could not be loaded'}`,
    expected: 'engineWorker.js beside the script that opens it, and leave to start workers',
    fix: 'look at docs/web.md for what bundlers and content security policies need',
  });
}

function gone(): FoveaError {
  return new FoveaError({
    problem: "the engine's worker is gone: it was ended, or ran out of memory",
    expected: 'a worker that lives until its session is closed',
    fix: 'open another session; training goes on from its last checkpoint',
  });
}
