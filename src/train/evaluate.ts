/**
 * @file Runs a network over a labelled split: quick metrics for the validation of an epoch, the whole
 * evaluation for a report.
 *
 * One program of one batch size serves every split: the last batch is filled up with whatever the memory
 * holds and those rows are not read, since rows do not influence each other. Sums are float64 in row
 * order. Next stop: `classification.ts`, what the predictions say.
 */
import type { Session } from '../backends/backend.ts';
import { BatchOrder } from '../data/batches.ts';
import type { Split } from '../data/dataset.ts';
import type { LossName } from '../nn/losses.ts';
import { evaluationGraph } from '../nn/programs.ts';
import type { ModelSpec } from '../nn/spec.ts';
import {
  classify,
  type Evaluation,
  type EvaluationOptions,
  indexOfLargest,
  type Predictions,
} from './classification.ts';
import { Feed } from './feed.ts';
import type { Metrics, StateValue } from './progress.ts';
import { restoreStates } from './snapshot.ts';
import { type Pause, pauseEvery } from './turns.ts';

/** A compiled evaluation of one network; reads the session's parameters as they are when it runs. */
export interface EvaluationProgram {
  readonly feed: Feed;
  readonly batchSize: number;
}

export function compileEvaluation(
  session: Session,
  spec: ModelSpec,
  batchSize: number,
  loss?: LossName,
): EvaluationProgram {
  const graph = evaluationGraph(spec, loss === undefined ? {} : { loss }, batchSize);
  return { feed: new Feed(graph, session.compile(graph), spec.preprocessing), batchSize };
}

/** Loss and accuracy of a split. */
export async function measure(program: EvaluationProgram, split: Split): Promise<Metrics> {
  let lossSum = 0;
  let correct = 0;
  await forEachBatch(program, split, ({ logits, losses, indices }) => {
    const classes = logits.length / program.batchSize;
    for (let n = 0; n < indices.length; n++) {
      lossSum += losses[n];
      const scores = logits.subarray(n * classes, (n + 1) * classes);
      if (indexOfLargest(scores) === split.labels[indices[n]]) correct++;
    }
  });
  return { loss: lossSum / split.count, accuracy: correct / split.count };
}

/** Every row's numbers. */
export async function predictSplit(
  program: EvaluationProgram,
  split: Split,
  classes: readonly string[],
): Promise<Predictions> {
  const width = classes.length;
  const logits = new Float32Array(split.count * width);
  const probabilities = new Float32Array(split.count * width);
  const losses = new Float32Array(split.count);
  await forEachBatch(program, split, (batch) => {
    const [first] = batch.indices;
    const rows = batch.indices.length;
    logits.set(batch.logits.subarray(0, rows * width), first * width);
    probabilities.set(batch.probabilities.subarray(0, rows * width), first * width);
    losses.set(batch.losses.subarray(0, rows), first);
  });
  return { classes, logits, probabilities, labels: split.labels, losses };
}

export interface EvaluateOptions extends EvaluationOptions {
  /** Names for the report. */
  readonly classes: readonly string[];
  /** As in training; default: as `nn` chooses. */
  readonly loss?: LossName;
  /** Rows per run of the program; default 256. No influence on the results. */
  readonly batchSize?: number;
  /** Parameters to use; default: those that the session holds. */
  readonly weights?: ReadonlyMap<string, StateValue>;
}

/**
 * The whole evaluation of a split.
 *
 *     const { accuracy, confusion } = await evaluate(session, spec, data.test, data);
 */
export async function evaluate(
  session: Session,
  spec: ModelSpec,
  split: Split,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const batchSize = Math.min(options.batchSize ?? 256, split.count);
  const program = compileEvaluation(session, spec, batchSize, options.loss);
  if (options.weights !== undefined) restoreStates(session, options.weights);
  return classify(await predictSplit(program, split, options.classes), options);
}

interface EvaluatedBatch {
  /** Rows of the split; the outputs hold as many rows and then stale ones. */
  readonly indices: Int32Array;
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
  readonly losses: Float32Array;
}

async function forEachBatch(
  { feed, batchSize }: EvaluationProgram,
  split: Split,
  visit: (batch: EvaluatedBatch) => void,
): Promise<void> {
  const { executable } = feed;
  const order = new BatchOrder({ count: split.count, batchSize });
  const pause: Pause = pauseEvery(0.1);
  for (let b = 0; b < order.batchesPerEpoch; b++) {
    const indices = order.indices(0, b);
    feed.bind();
    feed.fill(split, indices);
    executable.run();
    visit({
      indices,
      logits: executable.output('logits') as Float32Array,
      probabilities: executable.output('probabilities') as Float32Array,
      losses: executable.output('lossPerRow') as Float32Array,
    });
    if (pause.due()) await pause.take();
  }
}
