/**
 * @file The public face of Fovea. Nothing inside imports it; everything outside imports only this.
 *
 *     import { fit, loadDataset, modelOf, openSession } from 'fovea';
 *
 *     const session = await openSession();
 *     const digits = await loadDataset('digits');
 *     for await (const event of fit(session, modelOf('lenet5'), digits, { epochs: 3 })) {
 *       if (event.type === 'epoch') console.log(event.epoch, event.train);
 *     }
 *
 * In layers of abstraction, from the outside in: a run in a folder (`trainRun`), training in memory
 * (`fit`), programs (`trainingGraph`, `session.compile`), ops (`build`, `backward`).
 */

export { version } from './base/version.ts';
export { readImage } from './data/images/readImage.node.ts';
export { type LoadOptions, loadDataset, verifyDataset } from './data/index.ts';
export { type OpenDataOptions, openDataset } from './data/open.ts';
export type { AnyDataset, AnySplit } from './data/streamed.ts';
export * from './everywhere.ts';
export { openSource } from './interop/source.node.ts';
export type { RebuiltResult, RunResult } from './records/finishRun.ts';
export type { RunEvent } from './records/performRun.ts';
export { type CalibratedRun, type CalibrateRequest, calibrateRun } from './runs/calibrateRun.ts';
export { evaluateRun } from './runs/evaluateRun.ts';
export { loadModel, saveModel } from './runs/folder/modelFiles.ts';
export { type ScoredRun, scoreRun } from './runs/scoreRun.ts';
export { resumeRun, type TrainRequest, trainRun } from './runs/trainRun.ts';
