/**
 * @file Temperature scaling: one number that makes a classifier as sure as it is right, and changes no answer.
 *
 * Softmax of logits / T is p^(1/T) over the sum of the like, so the probabilities are all that is needed. T above 1
 * makes it less sure. It is fitted on rows that it is not judged on. Guo et al. 2017, section 4.2.
 */
import { FoveaError } from '../../base/errors.ts';
import { type LabelledAnswers, LEAST_PROBABILITY } from './calibration.ts';

export interface Temperature {
  readonly temperature: number;
  /** Of the rows it was fitted on, before and after: mean of -log p of the right class. */
  readonly before: number;
  readonly after: number;
}

/** The range that a temperature is looked for in. */
const [LEAST, MOST] = [0.01, 100];
const STEPS = 100;

/**
 * The temperature of the least negative log likelihood. That is convex in 1/T: Newton's method between two ends at which
 * the slope has opposite signs; a step that would leave them is a bisection.
 */
export function fitTemperature(
  answers: LabelledAnswers,
  leftOut?: ReadonlySet<number>,
): Temperature {
  const rows = logRows(answers, leftOut);
  let [low, high] = [1 / MOST, 1 / LEAST];
  if (rows.length === 0 || measure(rows, high).slope <= 0) throw noneWrong(rows.length);
  if (measure(rows, low).slope >= 0) throw noneKnown();
  let inverse = 1;
  for (let step = 0; step < STEPS; step++) {
    const { slope, curvature } = measure(rows, inverse);
    if (slope > 0) high = inverse;
    else low = inverse;
    const newton = inverse - slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const isDone = Math.abs(next - inverse) < 1e-12 * inverse;
    inverse = next;
    if (isDone) break;
  }
  return {
    temperature: 1 / inverse,
    before: measure(rows, 1).loss,
    after: measure(rows, inverse).loss,
  };
}

/** (rows, classes) of probabilities at a temperature; the classes keep their order. */
export function atTemperature(
  probabilities: ArrayLike<number>,
  classes: number,
  temperature: number,
): Float32Array {
  const scaled = new Float32Array(probabilities.length);
  for (let start = 0; start < scaled.length; start += classes) {
    const logs = Array.from({ length: classes }, (_, i) => logOf(probabilities[start + i] ?? 0));
    const largest = Math.max(...logs);
    const powers = logs.map((log) => Math.exp((log - largest) / temperature));
    const sum = powers.reduce((all, power) => all + power, 0);
    powers.forEach((power, i) => {
      scaled[start + i] = power / sum;
    });
  }
  return scaled;
}

const logOf = (share: number): number => Math.log(Math.max(LEAST_PROBABILITY, share));

interface LogRow {
  readonly logs: Float64Array;
  readonly label: number;
}

function logRows(
  { probabilities, labels }: LabelledAnswers,
  leftOut?: ReadonlySet<number>,
): LogRow[] {
  const classes = probabilities.length / labels.length;
  return Array.from(labels, (label, row) => {
    const own = probabilities.subarray(row * classes, (row + 1) * classes);
    return { logs: Float64Array.from(own, logOf), label };
  }).filter((_, row) => leftOut?.has(row) !== true);
}

/**
 * loss = mean(log sum exp(b z) - b z_y) of b = 1/T, with its derivatives: slope = mean(E z - z_y), curvature = mean of
 * the variance of z, both under the probabilities at b.
 */
function measure(rows: readonly LogRow[], b: number) {
  let [loss, slope, curvature] = [0, 0, 0];
  for (const { logs, label } of rows) {
    const largest = logs.reduce((most, z) => Math.max(most, z));
    let [sum, first, second] = [0, 0, 0];
    for (const z of logs) {
      const weight = Math.exp(b * (z - largest));
      sum += weight;
      first += weight * z;
      second += weight * z * z;
    }
    const mean = first / sum;
    loss += Math.log(sum) + b * (largest - logs[label]);
    slope += mean - logs[label];
    curvature += Math.max(0, second / sum - mean * mean);
  }
  const { length } = rows;
  return { loss: loss / length, slope: slope / length, curvature: curvature / length };
}

function noneWrong(count: number): FoveaError {
  return new FoveaError({
    problem: `all ${count} pictures to fit a temperature on are read right, whatever the temperature: nothing says how sure is too sure`,
    expected: 'pictures with some mistakes among them',
    fix: 'fit on more pictures',
  });
}

function noneKnown(): FoveaError {
  return new FoveaError({
    problem: 'the answers are no better than chance: no temperature makes them fit',
    expected: 'a network that has learned something of these pictures',
  });
}
