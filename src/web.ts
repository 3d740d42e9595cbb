/**
 * @file The public face of Fovea in a page: all that needs no file system. Everything outside imports only this
 * (as `fovea/web`, or as `fovea` where a bundler builds for browsers); nothing inside does.
 *
 *     import { modelOf, openWorkerSession } from 'fovea/web';
 *
 *     const engine = await openWorkerSession();
 *     const digits = await engine.loadDataset('digits');
 *     for await (const event of engine.fit(modelOf('lenet5'), digits, { epochs: 3 })) {
 *       if (event.type === 'epoch') console.log(event.epoch, event.train);
 *     }
 *
 * `openSession` and `fit` are here too, for code that runs in a worker of its own. `everywhere.ts` has all that it
 * shares with `index.ts`, Node's face.
 */

// What pages show beside it
export type { Fill, PaddingRule, Pads, Pair } from './base/window.ts';
export type { DownloadProgress } from './data/dataset.ts';
export { drawDigits } from './data/datasets/digits.ts';
export { openSampler, type SampleOptions } from './data/samples.ts';
export * from './everywhere.ts';
export { decodeWeights } from './interop/modelTensors.ts';
export { takesOption } from './models/index.ts';
export { lenetConnections } from './models/lenet5Of1998.ts';
export { recipeOf } from './models/recipes.ts';
export { biasesOf, type CountedLayer } from './nn/accounting/conventions.ts';
export {
  BITMAP_HEIGHT,
  BITMAP_WIDTH,
  bitmapOf,
  codedCharacters,
  distanceTable,
} from './nn/bitmaps.ts';
export type { ListedRun } from './records/listedRun.ts';
export { decodeSpec } from './records/modelContents.ts';
export { type Camera, type CameraOptions, openCamera } from './web/data/camera.ts';
export { type DecodeOptions, decodePicture } from './web/data/decodePicture.ts';
export { filesOfList, filesOfTransfer, type GivenFile } from './web/data/givenFiles.ts';
export { forgetDataset, type LoadFromOptions, loadDataset } from './web/data/loadDataset.ts';
export { type PictureSetOptions, pictureSet } from './web/data/pictureSet.ts';
// In a page
export { type Isolation, isolatePage } from './web/machine/isolatePage.ts';
export { type PageMachine, pageMachine } from './web/machine/pageMachine.ts';
export { openRunStore, type RunStore } from './web/store/runStore.ts';
export type { StoredRun } from './web/store/storedRun.ts';
export type { ResumeOptions, RunOptions } from './web/store/trainStoredRun.ts';
export { openWorkerSession } from './web/worker/openWorkerSession.ts';
export type {
  ExcitedPictures,
  PicturesOf,
  WatchOptions,
  WeightsEvent,
  WorkerDataset,
  WorkerFitEvent,
  WorkerFitOptions,
  WorkerResumeOptions,
  WorkerRunEvent,
  WorkerRunOptions,
  WorkerSplit,
} from './web/worker/protocol.ts';
export type { RemoteTraining } from './web/worker/remoteTraining.ts';
export type { AnyRows, WorkerFitData } from './web/worker/sentObjects.ts';
export type { RemotePredictor, RemoteViewer, WorkerSession } from './web/worker/workerSession.ts';
// Windows
export { applyOp, type RealTensor } from './windows/apply.ts';
export {
  measurePooling,
  type PoolingColumn,
  type PoolingOptions,
  type PoolingResult,
} from './windows/comparePooling.ts';
export {
  type AxisAnswer,
  explainWindow,
  type StrideRow,
  type Term,
  termsOf,
  type WindowAnswer,
  type WindowOp,
  type WindowQuestion,
} from './windows/explain.ts';
export { heightOf, type Noise, noisy, pictureOf, widthOf } from './windows/measure.ts';
export { type Disturbance, type Disturbed, poolDisturbed } from './windows/poolDisturbed.ts';
export {
  coverageSentence,
  extentFormula,
  formatNumber,
  reachFormula,
  sameFormula,
  unseenInWords,
  workedCell,
} from './windows/words.ts';
