/**
 * @file Whether training can go on from a snapshot: asked before the first step, of everything it holds.
 *
 * A snapshot may come from a file that somebody edited, from another network, or from a data set that has
 * changed since. What does not fit is named; nothing is filled in. Next stop: `fit.ts`.
 */

import { FoveaError } from '../../base/errors.ts';
import { allFinite } from '../../base/finite.ts';
import { chosenMetrics, type MetricChoice, metricOfKey } from '../../nn/losses/chosenMetrics.ts';
import type { StateValue } from '../../nn/trained.ts';
import type { EpochRecord, Progress, Snapshot } from '../progress.ts';

/** What the run that goes on is made of. */
export interface ResumeTarget {
  /** Every state that training moves, with as many numbers as it has. */
  readonly states: ReadonlyMap<string, { readonly data: Float32Array }>;
  /** Batches of an epoch. */
  readonly batches: number;
  /** Rows of a whole batch. */
  readonly batchSize: number;
  /** What is measured beside the loss. */
  readonly metrics?: readonly MetricChoice[] | undefined;
}

/** Throws a FoveaError where the snapshot is not one of this run. */
export function checkResumable(snapshot: Snapshot, target: ResumeTarget): void {
  const problem = wrongState(snapshot.states, target) ?? wrongPosition(snapshot.progress, target);
  if (problem === undefined) return;
  throw new FoveaError({
    problem: `training cannot go on from this checkpoint: ${problem}`,
    expected: 'a checkpoint of this network, optimizer, batch size and data, as training wrote it',
    fix: 'bring the file or the data back as they were, or begin a new run',
  });
}

function wrongState(
  states: ReadonlyMap<string, StateValue>,
  { states: wanted }: ResumeTarget,
): string | undefined {
  for (const [name, { data }] of wanted) {
    const found = states.get(name)?.data;
    if (found === undefined) return `it has no "${name}"`;
    if (!(found instanceof Float32Array)) return `"${name}" is not of float32 numbers`;
    if (found.length !== data.length) {
      return `"${name}" has ${found.length} numbers instead of ${data.length}`;
    }
    if (!allFinite(found)) return `"${name}" holds NaN or Infinity`;
  }
  for (const name of states.keys()) {
    if (!wanted.has(name)) return `it has "${name}", which this run has not`;
  }
  return undefined;
}

/** A position is said several times over: by the step, by epoch and batch, by the history. */
function wrongPosition(progress: Progress, { batches, batchSize, metrics }: ResumeTarget) {
  const { epoch, batch, step, rows, correct, history, best } = progress;
  if (batch > batches || step !== epoch * batches + batch) {
    return `step ${step} is not epoch ${epoch}, batch ${batch} of ${batches}`;
  }
  if (history.length !== epoch || history.some((record, i) => record.epoch !== i + 1)) {
    return `the history is not of epochs 1 to ${epoch}`;
  }
  if (rows > batch * batchSize || rows < batch || correct < 0 || correct > rows) {
    return `${rows} rows, ${correct} of them right, are not those of ${batch} batches of ${batchSize}`;
  }
  const summed = new Set(Object.keys(progress.sums ?? {}).flatMap(metricOf));
  const asked = chosenMetrics(metrics).map(({ name }) => name);
  if (batch > 0 && (summed.size !== asked.length || asked.some((name) => !summed.has(name)))) {
    const measured = [...summed].join(', ') || 'nothing';
    return `the epoch that runs was measured by ${measured} beside the loss, not ${asked.join(', ') || 'by nothing'}`;
  }
  const judged = history.map(judgedLoss);
  if (
    (best === null) !== (epoch === 0) ||
    (best !== null && judged[best.epoch - 1] !== best.loss)
  ) {
    return `epoch ${best?.epoch ?? 'none'} as the best is not what the history says`;
  }
  const { scale, waited } = progress.schedule;
  if (!(scale > 0 && waited <= epoch)) return 'the schedule stands where it cannot have come';
  return undefined;
}

/** "metric.NAME/OUTPUT" -> "NAME" */
const metricOf = (measure: string): string[] => {
  const name = metricOfKey(measure);
  return name === undefined ? [] : [name.replace(/\/.*/, '')];
};

/** The loss that decides which epoch is the best. */
export const judgedLoss = ({ validation, train }: Pick<EpochRecord, 'validation' | 'train'>) =>
  validation?.loss ?? train.loss;
