/**
 * @file Options as they travel to the worker: plain data. Previous stop: `workerSession.ts`.
 */
import type { Optimizer } from '../../nn/optimizers/optimizer.ts';
import type { EvaluateOptions } from '../../train/evaluation/evaluate.ts';
import type { SentEvaluateOptions, WorkerFitOptions } from './protocol.ts';

/** The worker has another address than the page. */
export const absolute = (address: string | URL): string =>
  new URL(address, globalThis.document?.baseURI).href;

/** Of an optimizer that was made by its function, what it is made of. */
export function plainOptimizer({
  optimizer,
}: Pick<WorkerFitOptions, 'optimizer'>): Pick<WorkerFitOptions, 'optimizer'> {
  const isMade = typeof optimizer === 'object' && 'updates' in optimizer;
  return isMade ? { optimizer: (optimizer as Optimizer).spec } : {};
}

/** Of options, those of an evaluation: whole data sets are given for their classes. */
export function evaluationOptions(options: EvaluateOptions): Omit<SentEvaluateOptions, 'weights'> {
  const { classes, topK, mistakes, leftOut, loss, metrics, batchSize, crops, reading } = options;
  return {
    classes,
    crops,
    reading,
    metrics,
    ...(topK === undefined ? {} : { topK }),
    ...(mistakes === undefined ? {} : { mistakes }),
    ...(leftOut === undefined ? {} : { leftOut }),
    ...(loss === undefined ? {} : { loss }),
    ...(batchSize === undefined ? {} : { batchSize }),
  };
}
