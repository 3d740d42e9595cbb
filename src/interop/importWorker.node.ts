/**
 * @file The thread in which a foreign library reads models: one after the other, each answered by a message.
 *
 * Before: `apart.node.ts`, which starts it and ends it where it does not answer.
 */
import { parentPort } from 'node:worker_threads';
import { FoveaError } from '../base/errors.ts';
import type { ApartAnswer, ApartFile, ApartRequest } from './apart.node.ts';
import { importModel } from './importers.ts';
import type { Source } from './source.ts';

const alone = (file: ApartFile): Source => ({ ...file, beside: async () => undefined });

function answer(message: ApartAnswer, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

parentPort?.on('message', async ({ source, options, weights }: ApartRequest) => {
  answer({ state: 'begun' });
  try {
    const others = weights === undefined ? {} : { weights: alone(weights) };
    const model = await importModel(alone(source), { ...options, ...others });
    const memory = new Set([...model.weights.values()].map(({ data }) => data.buffer));
    answer({ state: 'done', model }, [...memory] as ArrayBuffer[]);
  } catch (error) {
    if (error instanceof FoveaError) answer({ state: 'refused', parts: error.parts });
    else answer({ state: 'failed', error });
  }
});
