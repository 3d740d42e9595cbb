/**
 * @file The entry of a reading thread. The thread that started it is `prefetch.node.ts`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { FoveaError, messageOf } from '../../base/errors.ts';
import { type ProduceOptions, produce } from './produce.node.ts';
import { RING } from './ring.ts';

const options = workerData as ProduceOptions;
// A listener keeps the thread alive while nothing but shared memory is waited for.
parentPort?.on('message', () => undefined);
const { control } = options.ring;

produce(options, (unreadable) => parentPort?.postMessage({ unreadable }))
  .catch((error: unknown) => {
    const parts = error instanceof FoveaError ? error.parts : { problem: messageOf(error) };
    parentPort?.postMessage({ failure: parts });
    Atomics.store(control, RING.failed, 1);
    Atomics.notify(control, RING.produced);
  })
  .finally(() => parentPort?.close());
