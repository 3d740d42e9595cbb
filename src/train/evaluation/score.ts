/**
 * @file How well any model does on rows: losses, and accuracies or mean absolute errors.
 *
 * For what a classifier confuses with what, `evaluate.ts`. Next stop: `rows.ts`.
 */
import type { Session } from '../../backends/backend.ts';
import { isArrays } from '../../data/arraySplit.ts';
import type { ReadingOptions } from '../../data/batches/batchSource.ts';
import { checkMetrics } from '../../nn/losses/chosenMetrics.ts';
import type { MeasureOptions } from '../../nn/losses/objectives.ts';
import { type PrecisionChoice, precisionOf } from '../../nn/precision/choice.ts';
import { parameterNames } from '../../nn/programs/programs.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { StateValue } from '../../nn/trained.ts';
import { fittedSplit } from '../checks.ts';
import type { Metrics } from '../measures.ts';
import { lossesFor, measuredOutputs, type RowSplit } from '../rows.ts';
import { restoreStates, trainedScope } from '../snapshots/snapshot.ts';
import { compileEvaluation, measure, openEvaluationBatches } from './evaluate.ts';

export interface ScoreOptions extends MeasureOptions {
  /** As in training; default 'float32'. */
  readonly precision?: PrecisionChoice | undefined;
  /** How pictures are read. */
  readonly reading?: Omit<ReadingOptions, 'shape' | 'seed'> | undefined;
  /** Rows per run of the program; default 256. No influence on the results. */
  readonly batchSize?: number;
  /** Parameters to use; default: those that the session holds for this spec object since it was trained. */
  readonly weights?: ReadonlyMap<string, StateValue>;
}

/**
 * The mean loss of the rows and what goes with it: accuracy where classes are compared, mean absolute error
 * where values are; of each output, where there are several. Losses as in training.
 *
 *     const { loss, meanAbsoluteError } = await score(session, spec, rows, { loss: 'huber' });
 */
export async function score(
  session: Session,
  spec: ModelSpec,
  rows: RowSplit,
  options: ScoreOptions = {},
): Promise<Metrics> {
  const { weights, batchSize, metrics, reading = {} } = options;
  const precision = await precisionOf(options.precision);
  const losses = lossesFor(spec, options, rows);
  const { split, stored } = fittedTo(spec, rows, reading);
  checkMetrics(metrics, measuredOutputs(spec, losses));
  const scope = weights === undefined ? trainedScope(session, spec) : session.scopeOf();
  const source = await openEvaluationBatches(spec, split, { ...reading, stored }, batchSize);
  try {
    const program = compileEvaluation(scope, spec, source.batchSize, {
      losses,
      metrics,
      precision,
    });
    try {
      if (weights !== undefined) restoreStates(scope, parameterNames(spec), weights);
      return await measure(program, source);
    } finally {
      program.feed.executable.close();
    }
  } finally {
    await source.close();
    if (weights !== undefined) scope.free();
  }
}

function fittedTo(
  spec: ModelSpec,
  rows: RowSplit,
  { stored, augmentation }: NonNullable<ScoreOptions['reading']>,
) {
  if (isArrays(rows)) return { split: rows, stored: undefined };
  return fittedSplit(spec, rows, { imageShape: stored }, augmentation);
}
