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
 * `openSession` and `fit` are here too, for code that runs in a worker of its own. `index.ts` is Node's face.
 */

// Backends and graphs
export { backward } from './autodiff/backward.ts';
export type {
  Backend,
  Executable,
  HostArray,
  Scope,
  Session,
} from './backends/backend.ts';
export { backendNames, type OpenOptions, openSession } from './backends/select.ts';
export { FoveaError, UsageError } from './base/errors.ts';
export type { Shape } from './base/shape.ts';
export type { Fill, PaddingRule, Pads, Pair } from './base/window.ts';
export type { ArraySplit } from './data/arraySplit.ts';
// Data
export {
  type Augmentation,
  augmentationNames,
  parseAugmentation,
} from './data/augment/index.ts';
export type { DownloadProgress } from './data/dataset.ts';
export { drawDigits } from './data/datasets/digits.ts';
export { type Stroke, strokesPicture } from './data/images/strokes.ts';
export {
  contactSheet,
  type Dataset,
  datasetNames,
  type Picture,
  prepareImage,
  type Split,
  validationSplit,
} from './data/index.ts';
export { openSampler, type SampleOptions } from './data/samples.ts';
export {
  constantNode,
  type Graph,
  inputNode,
  type Node,
  stateNode,
} from './graph/node.ts';
export { printDot, printGraph } from './graph/print.ts';
export { readSafetensors, writeSafetensors } from './interop/safetensors.ts';
// Models
export { commentedModel } from './models/commented.ts';
export { type Draft, draftOf, modelWords } from './models/edits.ts';
export { modelNames, modelOf, takesOption } from './models/index.ts';
export { lenetConnections } from './models/lenet5Of1998.ts';
export { parseModelWords } from './models/options.ts';
export { accountsOf } from './models/published.ts';
export { recipeOf } from './models/recipes.ts';
export { type ConnectionTable, connectionTables } from './nn/accounting/connectionTable.ts';
export {
  biasesOf,
  type Convention,
  type CountedLayer,
  conventions,
  countAs,
} from './nn/accounting/conventions.ts';
export {
  type Comparison,
  compareConventions,
  formatComparison,
} from './nn/accounting/conventionTable.ts';
export { formulaOf } from './nn/accounting/formulas.ts';
export { type Stretch, seenBy } from './nn/accounting/seen.ts';
export { type Equation, type SpelledCounts, spellCounts } from './nn/accounting/spelled.ts';
export {
  type FieldSummary,
  type LayerSummary,
  type Summary,
  summarize,
} from './nn/accounting/summary.ts';
export {
  type DiffLayer,
  type DiffRow,
  diffOf,
  type SummaryDiff,
} from './nn/accounting/summaryDiff.ts';
export { formatSummary } from './nn/accounting/summaryTable.ts';
export {
  BITMAP_HEIGHT,
  BITMAP_WIDTH,
  bitmapOf,
  codedCharacters,
  distanceTable,
} from './nn/bitmaps.ts';
export type {
  Box,
  Face,
  FigureLayer,
  FigureLink,
  FigurePart,
  Form,
  NetworkFigure,
  Point,
} from './nn/drawing/figure.ts';
export { drawNetwork, type FigureOptions } from './nn/drawing/networkFigure.ts';
export { layers } from './nn/layers/index.ts';
export type { CallableLayer, LayerInput, LayerOutput, ModelInput } from './nn/layers/wiring.ts';
export type { MetricChoice, MetricName, OwnMetric } from './nn/losses/chosenMetrics.ts';
export { type LossFunction, type LossName, lossNames } from './nn/losses/losses.ts';
export type {
  LossChoice,
  LossOptions,
  LossSettings,
  MeasureOptions,
} from './nn/losses/objectives.ts';
export { input, type ModelParts, model } from './nn/model.ts';
export { adam } from './nn/optimizers/adam.ts';
export { adamw } from './nn/optimizers/adamw.ts';
export { type OptimizerFacts, optimizerFacts, optimizerNames } from './nn/optimizers/index.ts';
export { levenbergMarquardt } from './nn/optimizers/levenbergMarquardt.ts';
export type { Optimizer } from './nn/optimizers/optimizer.ts';
export { rmsprop } from './nn/optimizers/rmsprop.ts';
export { sgd } from './nn/optimizers/sgd.ts';
export type { OptionFacts } from './nn/optionFacts.ts';
export { weightsOf } from './nn/programs/averages.ts';
export {
  evaluationGraph,
  gradientGraph,
  inferenceGraph,
  initialStates,
  parameterNames,
  stagesGraph,
  trainingGraph,
  updateGraph,
} from './nn/programs/programs.ts';
export {
  type ScheduleFunction,
  type ScheduleSpec,
  scheduleFacts,
  scheduleNames,
} from './nn/schedules.ts';
export { parseModelSpec, sequential } from './nn/sequential.ts';
export { layerShapes, type PlacedLayer } from './nn/shapes.ts';
export type { InputSpec, LayerSpec, ModelSpec, OutputSpec, Preprocessing } from './nn/spec.ts';
export type { StateValue, TrainedModel } from './nn/trained.ts';
export { build } from './ops/index.ts';
export { maxOver, meanOver, minOver, productOver, sumOver } from './ops/reductions.ts';
export type { ListedRun } from './records/listedRun.ts';
export { decodeSpec, decodeWeights } from './records/modelContents.ts';
export type { EarlyStop } from './train/earlyStop.ts';
export type { Evaluation, Mistake } from './train/evaluation/classification.ts';
export { type EvaluateOptions, evaluate } from './train/evaluation/evaluate.ts';
export { type ScoreOptions, score } from './train/evaluation/score.ts';
export type { FitEvent, FitOptions } from './train/events.ts';
export { type FitData, fit } from './train/fit.ts';
export { historyCsv } from './train/historyCsv.ts';
export type { Metrics, OutputMetrics } from './train/measures.ts';
export {
  activations,
  type BatchPredictionOptions,
  type Numbers,
  predictBatch,
  type Rows,
  type RunnableModel,
} from './train/prediction/batchPrediction.ts';
export { insights } from './train/prediction/insights.ts';
export { type Look, lookAt, openViewer, type Stage, type Viewer } from './train/prediction/look.ts';
export {
  type CoveredPictures,
  coveredPictures,
  type OcclusionOptions,
  occlusionMap,
} from './train/prediction/occlusion.ts';
export { openPredictor, type Prediction, type Predictor } from './train/prediction/predict.ts';
export { type UnitTerm, type WorkedUnit, workUnit } from './train/prediction/workedUnit.ts';
export type { EpochRecord, Progress, Snapshot } from './train/progress.ts';
export type { RowSettings } from './train/rowTreatment.ts';
export type { OpenRunner, StepRunner } from './train/runners/runner.ts';
export { type Combine, type StepSums, splitRunner } from './train/runners/split.ts';
export { decodeCheckpoint, encodeCheckpoint } from './train/snapshots/checkpoint.ts';
export type { WarmStart } from './train/snapshots/warmStart.ts';
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
export type {
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
export {
  openWorkerSession,
  type RemotePredictor,
  type RemoteViewer,
  type WorkerSession,
} from './web/worker/workerSession.ts';
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
