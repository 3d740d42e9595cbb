/**
 * @file What a classifier's predictions on labelled rows say: accuracy, top-k, confusion, per-class
 * figures and the worst mistakes.
 *
 * Plain arithmetic over (rows, classes) logits and probabilities; no engine, no files. Rows are visited in order
 * and sums are float64, so the same predictions always give the same figures.
 * Next stop: `train/prediction/insights.ts`, which says them in words.
 */
import { indexOfLargest } from '../../base/largest.ts';
import { type Calibration, calibrationOf } from './calibration.ts';

export interface Predictions {
  readonly classes: readonly string[];
  /** (rows, classes) row-major: what ranks the classes; largest first. */
  readonly logits: Float32Array;
  /** (rows, classes); each row sums to 1. */
  readonly probabilities: Float32Array;
  /** (rows) */
  readonly labels: Uint8Array | Int32Array;
  /** (rows), the loss of each. */
  readonly losses: Float32Array;
  /** What the loss carries beside the mean over the rows: the penalties on parameters. */
  readonly penalty: number;
  /** (rows) each: what metrics that were asked for are for each row, by name. */
  readonly metrics?: ReadonlyMap<string, Float32Array> | undefined;
}

export interface ClassFigures {
  readonly class: string;
  /** Of the rows predicted as this class, the share that is. 0 when nothing was predicted as it. */
  readonly precision: number;
  /** Of the rows of this class, the share found. 0 when there are none. */
  readonly recall: number;
  /** 2 precision recall / (precision + recall). */
  readonly f1: number;
  /** Rows of this class. */
  readonly support: number;
}

export interface Mistake {
  /** Row in the split that was evaluated. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** Probability given to the predicted class. */
  readonly confidence: number;
  readonly loss: number;
}

export interface Evaluation {
  readonly classes: readonly string[];
  readonly count: number;
  /** Mean over the rows, and the penalties, as in training. */
  readonly loss: number;
  readonly accuracy: number;
  /** k -> share of rows whose label is among the k most probable classes. */
  readonly topK: Readonly<Record<string, number>>;
  /** What the option `metrics` asked for, by name; absent where it asked for nothing. */
  readonly metrics?: Readonly<Record<string, number>> | undefined;
  /** confusion[label][predicted] = rows. */
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly ClassFigures[];
  /** Largest loss first. */
  readonly mistakes: readonly Mistake[];
  /** Rows whose predicted class is wrong. */
  readonly mistakeCount: number;
  /** Whether it is as sure as it is right; null where its answers are no probabilities that add up to 1. */
  readonly calibration: Calibration | null;
}

export interface EvaluationOptions {
  /** Which k to count; those above the number of classes are left out. Default [1, 5]. */
  readonly topK?: readonly number[];
  /** How many of the worst mistakes to keep. Default 36. */
  readonly mistakes?: number;
  /** Rows that do not count: their pictures could not be read. */
  readonly leftOut?: ReadonlySet<number>;
}

export function classify(predictions: Predictions, options: EvaluationOptions = {}): Evaluation {
  const { classes, logits, probabilities, labels, losses, penalty } = predictions;
  const width = classes.length;
  const ks = (options.topK ?? [1, 5]).filter((k) => k <= width);
  const confusion = classes.map(() => new Array<number>(width).fill(0));
  const found = ks.map(() => 0);
  const wrong: Mistake[] = [];
  let lossSum = 0;
  const asked = Object.fromEntries([...(predictions.metrics ?? [])].map(([name]) => [name, 0]));
  const { leftOut } = options;
  for (let row = 0; row < labels.length; row++) {
    if (leftOut?.has(row)) continue;
    const label = labels[row];
    const scores = logits.subarray(row * width, (row + 1) * width);
    const predicted = indexOfLargest(scores);
    const rank = rankOf(scores, label);
    lossSum += losses[row];
    for (const name in asked) asked[name] += predictions.metrics?.get(name)?.[row] ?? 0;
    confusion[label][predicted]++;
    for (let i = 0; i < ks.length; i++) if (rank < ks[i]) found[i]++;
    if (predicted !== label) {
      const confidence = probabilities[row * width + predicted];
      wrong.push({ index: row, label, predicted, confidence, loss: losses[row] });
    }
  }
  const count = labels.length - (leftOut?.size ?? 0);
  for (const name in asked) asked[name] /= count;
  return {
    classes,
    count,
    loss: lossSum / count + penalty,
    accuracy: (count - wrong.length) / count,
    topK: Object.fromEntries(ks.map((k, i) => [String(k), found[i] / count])),
    ...(Object.keys(asked).length === 0 ? {} : { metrics: asked }),
    confusion,
    perClass: figuresPerClass(classes, confusion),
    mistakes: wrong
      .sort((a, b) => b.loss - a.loss || a.index - b.index)
      .slice(0, options.mistakes ?? 36),
    mistakeCount: wrong.length,
    calibration: calibrationOf(predictions, { leftOut }),
  };
}

/** How many classes come before this one; among equals the first comes first. */
export function rankOf(scores: ArrayLike<number>, label: number): number {
  let rank = 0;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] > scores[label] || (scores[i] === scores[label] && i < label)) rank++;
  }
  return rank;
}

function figuresPerClass(
  classes: readonly string[],
  confusion: readonly (readonly number[])[],
): ClassFigures[] {
  return classes.map((name, i) => {
    const right = confusion[i][i];
    const support = confusion[i].reduce((sum, n) => sum + n, 0);
    const predicted = confusion.reduce((sum, row) => sum + row[i], 0);
    const precision = predicted === 0 ? 0 : right / predicted;
    const recall = support === 0 ? 0 : right / support;
    const f1 = right === 0 ? 0 : (2 * precision * recall) / (precision + recall);
    return { class: name, precision, recall, f1, support };
  });
}
