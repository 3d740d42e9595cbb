/**
 * @file Runs a network over a labelled split: quick metrics for the validation of an epoch, the whole
 * evaluation for a report.
 *
 * One program of one batch size serves every split: the last batch is filled up with whatever the memory
 * holds and those rows are not read, since rows do not influence each other. Sums are float64 in row
 * order. Next stop: `classification.ts`, what the predictions say.
 */
import type { Session, States } from '../../backends/backend.ts';
import { indexOfLargest } from '../../base/largest.ts';
import type { Collectives } from '../../cluster/collectives.ts';
import { oneRank } from '../../cluster/oneRank.ts';
import type { BatchSource, ReadingOptions } from '../../data/batches/batchSource.ts';
import { openBatches } from '../../data/batches/openBatches.ts';
import type { AnySplit } from '../../data/streamed.ts';
import { checkNamesClasses } from '../../nn/losses/answers.ts';
import {
  checkMetrics,
  type MetricChoice,
  metricKey,
  metricOfKey,
} from '../../nn/losses/chosenMetrics.ts';
import type { LossFunction, LossName } from '../../nn/losses/losses.ts';
import { type PrecisionChoice, precisionOf } from '../../nn/precision/choice.ts';
import { type EvaluationGraphOptions, parameterNames } from '../../nn/programs/programs.ts';
import { imageShapeOf, type ModelSpec } from '../../nn/spec.ts';
import type { StateValue } from '../../nn/trained.ts';
import { checkBatchSize, fittedSplit } from '../checks.ts';
import { Feed } from '../feed.ts';
import { allHere, type Holding } from '../holding.ts';
import { type Metrics, metricsOf } from '../measures.ts';
import type { RowSplit } from '../rows.ts';
import { restoreStates, trainedScope } from '../snapshots/snapshot.ts';
import {
  classify,
  type Evaluation,
  type EvaluationOptions,
  type Predictions,
} from './classification.ts';
import { type BatchProgram, runBatches } from './runBatches.ts';
import { joinPredictions, joinRows, partOf, type Total } from './shared.ts';
import { meanOf } from './views.ts';

/** A compiled evaluation of one network; reads its scope's parameters as they are when it runs. */
export interface EvaluationProgram extends BatchProgram {
  readonly batchSize: number;
  /** Names of what it gives. */
  readonly outputs: readonly string[];
  /** Of these, the metrics that were asked for of a classifier, by their names. */
  readonly metrics: readonly string[];
}

export function compileEvaluation(
  scope: Pick<States, 'compile'>,
  spec: ModelSpec,
  batchSize: number,
  options: EvaluationGraphOptions = {},
  held: Pick<Holding, 'evaluationGraph' | 'exchange'> = allHere,
): EvaluationProgram {
  const graph = held.evaluationGraph(spec, options, batchSize);
  const outputs = Object.keys(graph.outputs);
  const metrics = outputs.flatMap((name) => metricOfKey(name.replace('PerRow', '')) ?? []);
  const feed = new Feed(graph, scope.compile(graph), spec);
  return { feed, batchSize, outputs, metrics, exchange: held.exchange };
}

/** Batches of a split for testing: in their order, nothing drawn. */
export function openEvaluationBatches(
  spec: ModelSpec,
  split: RowSplit,
  reading: Omit<ReadingOptions, 'shape' | 'seed'> = {},
  wanted = 256,
): Promise<BatchSource> {
  const shape = imageShapeOf(spec);
  // Large pictures in smaller batches: 256 of AlexNet's would take more than a gigabyte.
  const most = Math.max(1, Math.floor(MOST_NUMBERS / (shape[0] * shape[1] * shape[2])));
  const batchSize = Math.min(wanted, split.count, most);
  return openBatches(split, { batchSize, reading: { ...reading, shape } });
}

const MOST_NUMBERS = 2 ** 22;

/** Loss and accuracy of a split; `pass` counts how often it was gone through before. */
export async function measure(
  program: EvaluationProgram,
  source: BatchSource,
  pass = 0,
  total: Total = aloneTotal,
): Promise<Metrics> {
  if (!program.outputs.includes('logits')) return measureRows(program, source, pass, total);
  let lossSum = 0;
  let penalty = 0;
  let correct = 0;
  let count = 0;
  const asked = Object.fromEntries(program.metrics.map((name) => [name, 0]));
  await forEachBatch(program, source, pass, ({ logits, losses, labels, indices, ...batch }) => {
    penalty = batch.penalty;
    const classes = logits.length / program.batchSize;
    for (let n = 0; n < indices.length; n++) {
      if (source.unreadable.has(indices[n])) continue;
      lossSum += losses[n];
      const scores = logits.subarray(n * classes, (n + 1) * classes);
      if (indexOfLargest(scores) === labels[n]) correct++;
      for (const [name, rows] of batch.metrics) asked[name] += rows[n];
      count++;
    }
  });
  const [rows, losses, right, ...others] = await total([
    count,
    lossSum,
    correct,
    ...Object.values(asked),
  ]);
  const means = program.metrics.map((name, i) => [name, others[i] / rows]);
  const metrics = means.length === 0 ? {} : { metrics: Object.fromEntries(means) };
  return { loss: losses / rows + penalty, accuracy: right / rows, ...metrics };
}

/** Means of what a program gives per row, by measure. */
async function measureRows(
  program: EvaluationProgram,
  source: BatchSource,
  pass: number,
  total: Total,
): Promise<Metrics> {
  const { feed, outputs } = program;
  const perRow = outputs.filter((name) => name.includes('PerRow'));
  const sums = Object.fromEntries(perRow.map((name) => [name.replace('PerRow', ''), 0]));
  let [count, penalty] = [0, 0];
  await runBatches(program, source, pass, async (indices) => {
    for (const name of perRow) {
      const rows = await feed.executable.output(name);
      const measure = name.replace('PerRow', '');
      for (let n = 0; n < indices.length; n++) {
        if (!source.unreadable.has(indices[n])) sums[measure] += rows[n];
      }
    }
    [penalty] = await feed.executable.output('penalty');
    for (const row of indices) if (!source.unreadable.has(row)) count++;
  });
  const [rows, ...all] = await total([count, ...Object.values(sums)]);
  const summed = Object.fromEntries(Object.keys(sums).map((name, i) => [name, all[i]]));
  return metricsOf({ ...summed, loss: summed.loss + penalty * rows }, rows);
}

const aloneTotal: Total = async (sums) => sums;

/** Every row's numbers. */
export async function predictSplit(
  program: EvaluationProgram,
  source: BatchSource,
  classes: readonly string[],
): Promise<Predictions> {
  const width = classes.length;
  const logits = new Float32Array(source.count * width);
  const probabilities = new Float32Array(source.count * width);
  const losses = new Float32Array(source.count);
  const labels = new Int32Array(source.count);
  const metrics = new Map(program.metrics.map((name) => [name, new Float32Array(source.count)]));
  let penalty = 0;
  await forEachBatch(program, source, 0, (batch) => {
    const [first] = batch.indices;
    const rows = batch.indices.length;
    logits.set(batch.logits.subarray(0, rows * width), first * width);
    probabilities.set(batch.probabilities.subarray(0, rows * width), first * width);
    losses.set(batch.losses.subarray(0, rows), first);
    labels.set(batch.labels.subarray(0, rows), first);
    for (const [name, all] of metrics) {
      all.set(batch.metrics.get(name)?.subarray(0, rows) ?? [], first);
    }
    penalty = batch.penalty;
  });
  return { classes, logits, probabilities, labels, losses, penalty, metrics };
}

export interface EvaluateOptions extends EvaluationOptions {
  /** Names for the report. */
  readonly classes: readonly string[];
  /** As in training; default: as `nn` chooses. */
  readonly loss?: LossName | LossFunction;
  /** What to measure beside what a report holds anyway: names, or functions of one's own. */
  readonly metrics?: readonly MetricChoice[] | undefined;
  /** Rows per run of the program; default 256. No influence on the results. */
  readonly batchSize?: number;
  /** Parameters to use; default: those that the session holds for this spec object since it was trained. */
  readonly weights?: ReadonlyMap<string, StateValue>;
  /** 10: mean of ten views of every picture; default 1. */
  readonly crops?: 1 | 10 | undefined;
  /** As in training; default 'float32'. */
  readonly precision?: PrecisionChoice | undefined;
  /** How pictures are read. */
  readonly reading?: Omit<ReadingOptions, 'shape' | 'seed'> | undefined;
  /** Ranks that share the rows; each calls this, and each has the whole outcome. */
  readonly ranks?: Collectives | undefined;
}

/**
 * The whole evaluation of a split. The model is the spec object that `fit` trained, or any with `weights`;
 * its weights stay in the session, the program does not.
 *
 *     const { accuracy, confusion } = await evaluate(session, spec, data.test, data);
 */
export async function evaluate(
  session: Session,
  spec: ModelSpec,
  split: AnySplit,
  options: EvaluateOptions,
): Promise<Evaluation> {
  checkNamesClasses(spec, 'for a report on classes (score measures any model)');
  const { batchSize, classes, loss, weights, metrics, crops = 1, ranks = oneRank } = options;
  checkBatchSize(batchSize);
  const precision = await precisionOf(options.precision);
  checkMetrics(metrics, [{ name: spec.name, classes: classes.length }]);
  const about = { classes, imageShape: options.reading?.stored };
  const fitted = fittedSplit(spec, split, about, options.reading?.augmentation);
  const { stored } = fitted;
  const { part: rows, first, isWhole } = partOf(fitted.split, ranks);
  const reading = { ...options.reading, stored };
  const views = crops === 1 ? [undefined] : Array.from({ length: crops }, (_, view) => view);
  const leftOut = new Set<number>();
  const seen: Predictions[] = [];
  const scope = weights === undefined ? trainedScope(session, spec) : session.scopeOf();
  let program: EvaluationProgram | undefined;
  try {
    for (const view of views) {
      const source = await openEvaluationBatches(spec, rows, { ...reading, view }, batchSize);
      try {
        if (program === undefined) {
          program = compileEvaluation(scope, spec, source.batchSize, { loss, metrics, precision });
          if (weights !== undefined) restoreStates(scope, parameterNames(spec), weights);
        }
        seen.push(await predictSplit(program, source, classes));
        for (const row of source.unreadable.keys()) leftOut.add(row);
      } finally {
        await source.close();
      }
    }
  } finally {
    program?.feed.executable.close();
    if (weights !== undefined) scope.free();
  }
  const own = seen.length === 1 ? seen[0] : meanOf(seen, metrics);
  if (isWhole) return classify(own, { ...options, leftOut });
  const all = await joinPredictions(ranks, own, { first, count: split.count });
  return classify(all, { ...options, leftOut: await joinRows(ranks, leftOut, first) });
}

interface EvaluatedBatch {
  /** Rows of the split; the outputs hold as many rows and then stale ones. */
  readonly indices: Int32Array;
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
  readonly losses: Float32Array;
  readonly labels: Int32Array;
  readonly penalty: number;
  /** Of each metric that was asked for, what it is for each row. */
  readonly metrics: ReadonlyMap<string, Float32Array>;
}

async function forEachBatch(
  program: EvaluationProgram,
  source: BatchSource,
  pass: number,
  visit: (batch: EvaluatedBatch) => void,
): Promise<void> {
  const { feed, metrics: names } = program;
  const { executable } = feed;
  await runBatches(program, source, pass, async (indices) => {
    const metrics = new Map<string, Float32Array>();
    for (const name of names) {
      const rows = await executable.output(`${metricKey(name)}PerRow`);
      metrics.set(name, rows as Float32Array);
    }
    visit({
      indices,
      metrics,
      logits: (await executable.output('logits')) as Float32Array,
      probabilities: (await executable.output('probabilities')) as Float32Array,
      losses: (await executable.output('lossPerRow')) as Float32Array,
      labels: feed.labels,
      penalty: (await executable.output('penalty'))[0],
    });
  });
}
