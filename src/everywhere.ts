/**
 * @file What both public faces share: all of Fovea that runs in Node and in a page alike. `index.ts` adds files and runs
 * in folders, `web.ts` what belongs to a page; nothing else imports it.
 */

// Backends and graphs
export { backward } from './autodiff/backward.ts';
export type { Backend, Executable, HostArray, Scope, Session } from './backends/backend.ts';
export { backendNames, type OpenOptions, openSession } from './backends/select.ts';
export { FoveaError, UsageError } from './base/errors.ts';
export type { Shape } from './base/shape.ts';
// Ranks that train together
export type { Collectives } from './cluster/collectives.ts';
export { inProcessRanks } from './cluster/inProcess.ts';
export type { ArraySplit } from './data/arraySplit.ts';
// Data
export { type Augmentation, augmentationNames, parseAugmentation } from './data/augment/index.ts';
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
/** Values as colours, as all figures here have them. */
export * as colourScale from './draw/colourScale.ts';
export { constantNode, type Graph, inputNode, type Node, stateNode } from './graph/node.ts';
export { printDot, printGraph } from './graph/print.ts';
// Models in and out
export { exportModel } from './interop/exporters.ts';
export type { ExportedFiles, ExportOptions } from './interop/exporting.ts';
export { type ImportFormat, importModel } from './interop/importers.ts';
export type { ImportedModel, ImportOptions } from './interop/importing.ts';
export type { ImportedGraph, ImportGraphOptions } from './interop/onnx/importGraph.ts';
export { compileImported, importOnnxGraph } from './interop/onnxGraph.ts';
export { readSafetensors, writeSafetensors } from './interop/safetensors/safetensors.ts';
export { type Source, sourceOfFiles } from './interop/source.ts';
// Models
export { commentedModel } from './models/commented.ts';
export { type Draft, draftOf, modelWords } from './models/edits.ts';
export { modelNames, modelOf } from './models/index.ts';
export { parseModelWords, variantOf } from './models/options.ts';
export { accountsOf } from './models/published.ts';
export { type ConnectionTable, connectionTables } from './nn/accounting/connectionTable.ts';
export { type Convention, conventions, countAs } from './nn/accounting/conventions.ts';
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
/** What is said of runs beside one another. */
export * as comparedRuns from './records/comparedRuns.ts';
/** What a unit sees of a picture, to paint. */
export { cutOut, type Part, partSeen } from './train/drawing/cutOut.ts';
export {
  drawEmbedding,
  type EmbeddingPictures,
} from './train/drawing/embeddingDrawing.ts';
export {
  drawWeights,
  type Filters,
  filtersIn,
  filtersOf,
  type WeightsDrawingOptions,
} from './train/drawing/weightsDrawing.ts';
export type { EarlyStop } from './train/earlyStop.ts';
export {
  type Embedding,
  type EmbeddingMethod,
  type EmbedOptions,
  embed,
  embeddingMethods,
} from './train/embedding/embedding.ts';
export {
  type Calibration,
  type CalibrationOptions,
  type ConfidenceBin,
  calibrationOf,
  type LabelledAnswers,
} from './train/evaluation/calibration.ts';
export type { Evaluation, Mistake } from './train/evaluation/classification.ts';
export { type EvaluateOptions, evaluate } from './train/evaluation/evaluate.ts';
export { type ScoreOptions, score } from './train/evaluation/score.ts';
export { atTemperature, fitTemperature, type Temperature } from './train/evaluation/temperature.ts';
export type { FitEvent, FitOptions } from './train/events.ts';
export {
  type Explained,
  type ExplainOptions,
  type Explanation,
  explain,
} from './train/explanation/explain.ts';
export { methodNames as explanationMethods } from './train/explanation/methods.ts';
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
export {
  type Excitation,
  type Excited,
  type ExcitedUnit,
  type ExcitingOptions,
  exciting,
} from './train/prediction/excites.ts';
export { insights } from './train/prediction/insights.ts';
export { type Look, lookAt, openViewer, type Stage, type Viewer } from './train/prediction/look.ts';
export {
  type CoveredPictures,
  coveredPictures,
  type OcclusionOptions,
  occlusionMap,
} from './train/prediction/occlusion.ts';
export { openPredictor, type Predictor } from './train/prediction/predict.ts';
export type { Prediction } from './train/prediction/reading.ts';
export { type UnitTerm, type WorkedUnit, workUnit } from './train/prediction/workedUnit.ts';
export { type PretrainEvent, pretrain } from './train/pretraining/pretrain.ts';
export type { PretrainOptions } from './train/pretraining/pretrainOptions.ts';
export type { EpochRecord, Progress, Snapshot } from './train/progress.ts';
export type { RowSettings } from './train/rowTreatment.ts';
export type { RanksOptions } from './train/runners/ranks.ts';
export type { OpenRunner, StepRunner } from './train/runners/runner.ts';
// Training
export { decodeCheckpoint, encodeCheckpoint } from './train/snapshots/checkpoint.ts';
export type { WarmStart } from './train/snapshots/warmStart.ts';
