/**
 * @file Whether a classifier may be believed when it says how sure it is: of what it calls 90 % sure, are 90 % right?
 *
 * Plain arithmetic over the probabilities of labelled rows, in float64. Guo et al. 2017 (bins of equal width, maximum),
 * Nixon et al. 2019 (bins of equal size), Kull et al. 2019 (by class), Brier 1950. Next stop: `temperature.ts`, which
 * mends what is found here.
 */
import { indexOfLargest } from '../../base/largest.ts';

/** Rows whose confidence lies above `from`, and at or below `to`. */
export interface ConfidenceBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Means over its rows; 0 where it has none. */
  readonly confidence: number;
  readonly accuracy: number;
}

export interface Calibration {
  readonly count: number;
  /** Means over all rows: of the largest probability, and of whether its class was right. */
  readonly confidence: number;
  readonly accuracy: number;
  /** Of equal width, from 0 to 1. */
  readonly bins: readonly ConfidenceBin[];
  /** Expected calibration error: |accuracy - confidence| of the bins, each by its share of the rows. */
  readonly expectedError: number;
  /** The largest |accuracy - confidence| of a bin that has rows. */
  readonly maximumError: number;
  /** As the expected error, with as many bins of equally many rows; rows of one confidence stay together. */
  readonly adaptiveError: number;
  /** The mean over the classes of the expected error of each class's own probability. */
  readonly classwiseError: number;
  /** Mean over the rows of sum((p - y)^2) over the classes, 0 to 2. */
  readonly brier: number;
  /** Mean of -log p of the right class, natural logarithm; of 0 that of the least float32. */
  readonly negativeLogLikelihood: number;
}

/** As Guo et al. 2017. */
export const CALIBRATION_BINS = 15;
/** No probability is less, so that logarithms stay numbers: the least normal float32. */
export const LEAST_PROBABILITY = 2 ** -126;
/** How far the sum of a row's probabilities may be from 1. */
const SUM_TOLERANCE = 1e-3;

export interface CalibrationOptions {
  /** Default 15. */
  readonly bins?: number | undefined;
  /** Rows that do not count. */
  readonly leftOut?: ReadonlySet<number> | undefined;
}

export interface LabelledAnswers {
  /** (rows, classes); each row adds up to 1. */
  readonly probabilities: Float32Array;
  /** (rows) */
  readonly labels: Uint8Array | Int32Array;
}

/** Null where no row counts, or where answers are no probabilities: a row that is negative or does not add up to 1. */
export function calibrationOf(
  { probabilities, labels }: LabelledAnswers,
  { bins: wanted = CALIBRATION_BINS, leftOut }: CalibrationOptions = {},
): Calibration | null {
  const classes = probabilities.length / labels.length;
  const rows: Judged[] = [];
  const byClass = Array.from({ length: classes }, () => new Bins(wanted));
  const [all, byWidth] = [new Bins(1), new Bins(wanted)];
  let [brier, logLikelihood] = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    if (leftOut?.has(row)) continue;
    const shares = probabilities.subarray(row * classes, (row + 1) * classes);
    if (!areShares(shares)) return null;
    const predicted = indexOfLargest(shares);
    const judged = { confidence: shares[predicted], right: predicted === labels[row] };
    rows.push(judged);
    all.add(judged);
    byWidth.add(judged);
    shares.forEach((confidence, i) => {
      const right = i === labels[row];
      byClass[i].add({ confidence, right });
      brier += (confidence - (right ? 1 : 0)) ** 2;
    });
    logLikelihood += Math.log(Math.max(LEAST_PROBABILITY, shares[labels[row]]));
  }
  const count = rows.length;
  if (count === 0) return null;
  const [{ confidence, accuracy }] = all.means();
  const bins = byWidth.means();
  return {
    count,
    confidence,
    accuracy,
    bins,
    expectedError: expectedErrorOf(bins, count),
    maximumError: Math.max(...bins.map(gapOf)),
    adaptiveError: expectedErrorOf(equallyMany(rows, wanted), count),
    classwiseError:
      byClass.reduce((sum, own) => sum + expectedErrorOf(own.means(), count), 0) / classes,
    brier: brier / count,
    negativeLogLikelihood: -logLikelihood / count,
  };
}

interface Judged {
  readonly confidence: number;
  readonly right: boolean;
}

function areShares(row: Float32Array): boolean {
  let sum = 0;
  for (const share of row) {
    if (!(share >= 0)) return false;
    sum += share;
  }
  return Math.abs(sum - 1) <= SUM_TOLERANCE;
}

const gapOf = ({ accuracy, confidence }: Pick<ConfidenceBin, 'accuracy' | 'confidence'>): number =>
  Math.abs(accuracy - confidence);

const expectedErrorOf = (
  bins: readonly Pick<ConfidenceBin, 'count' | 'accuracy' | 'confidence'>[],
  count: number,
): number => bins.reduce((sum, bin) => sum + (bin.count / count) * gapOf(bin), 0);

/** Sums of bins of equal width: (0, 1/n], (1/n, 2/n], ... as in Guo et al.; 0 falls into the first. */
class Bins {
  readonly #counts: number[];
  readonly #confidences: number[];
  readonly #rights: number[];

  constructor(count: number) {
    this.#counts = new Array<number>(count).fill(0);
    this.#confidences = new Array<number>(count).fill(0);
    this.#rights = new Array<number>(count).fill(0);
  }

  add({ confidence, right }: Judged): void {
    const most = this.#counts.length - 1;
    const bin = Math.min(most, Math.max(0, Math.ceil(confidence * (most + 1)) - 1));
    this.#counts[bin]++;
    this.#confidences[bin] += confidence;
    if (right) this.#rights[bin]++;
  }

  means(): ConfidenceBin[] {
    const width = 1 / this.#counts.length;
    return this.#counts.map((count, i) => ({
      from: i * width,
      to: (i + 1) * width,
      count,
      confidence: count === 0 ? 0 : this.#confidences[i] / count,
      accuracy: count === 0 ? 0 : this.#rights[i] / count,
    }));
  }
}

/** Bins of equally many rows, by rising confidence; those of one confidence share the bin of the first of them. */
function equallyMany(rows: readonly Judged[], bins: number) {
  const sorted = [...rows].sort((a, b) => a.confidence - b.confidence);
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  let bin = 0;
  sorted.forEach(({ confidence, right }, i) => {
    if (confidence !== sorted[i - 1]?.confidence) bin = Math.floor((i * bins) / sorted.length);
    const own = sums[bin];
    own.count++;
    own.confidence += confidence;
    if (right) own.right++;
  });
  return sums
    .filter(({ count }) => count > 0)
    .map(({ count, confidence, right }) => ({
      count,
      confidence: confidence / count,
      accuracy: right / count,
    }));
}
