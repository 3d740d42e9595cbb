/** @file A worker of the model server: a session of its own with every model, answering batch after batch. */
import { parentPort, workerData } from 'node:worker_threads';
import { openSession } from '../../backends/select.ts';
import { FoveaError } from '../../base/errors.ts';
import { loadModel } from '../../runs/folder/modelFiles.ts';
import { type Answering, openAnswering } from './answering.ts';
import type { BatchMessage, WorkerMessage, WorkerSetup } from './tasks.ts';

const tell = (message: WorkerMessage): void => parentPort?.postMessage(message);

async function open({ folders, threads, ...limits }: WorkerSetup): Promise<void> {
  const session = await openSession({ threads });
  const models: Answering[] = [];
  for (const folder of folders)
    models.push(await openAnswering(session, await loadModel(folder), limits));
  parentPort?.on('message', ({ id, model, tasks }: BatchMessage) => {
    const answering =
      models[model]?.answer(tasks) ?? Promise.reject(new Error(`no model ${model}`));
    answering.then(
      (results) => tell({ kind: 'done', id, results }),
      (error: unknown) => tell({ kind: 'failed', id, stack: stackOf(error) }),
    );
  });
  tell({ kind: 'ready', plan: session.plan, batches: models.map(({ batch }) => batch) });
}

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

try {
  await open(workerData as WorkerSetup);
} catch (error) {
  if (!(error instanceof FoveaError)) throw error;
  tell({ kind: 'broken', parts: error.parts });
}
