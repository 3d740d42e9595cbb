/**
 * @file Explanations that are gradients of the score with respect to the picture, or sums of such.
 *
 * Sums are kept in float64. Previous stop: `methods.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import { RandomStream } from '../../base/random.ts';
import type { MethodAnswer, Probe, Question } from './probe.ts';

export interface SmoothSettings {
  /** Noisy copies; default 32. */
  readonly samples?: number | undefined;
  /** Standard deviation of the noise, as a share of the span of the picture's numbers; default 0.15. */
  readonly noise?: number | undefined;
  /** Of the noise; default 0. */
  readonly seed?: number | undefined;
}

export interface IntegratedSettings {
  /** Places on the way; default 64. */
  readonly steps?: number | undefined;
  /** The byte of the empty picture that the way begins at; default 0. */
  readonly baseline?: number | undefined;
}

export async function gradientMap(probe: Probe, question: Question): Promise<MethodAnswer> {
  const x = probe.numbersOf(question.pixels);
  const { gradient } = await probe.ask(x, question.classIndex);
  return { map: strongest(gradient, probe), notes: [] };
}

export async function guidedMap(probe: Probe, question: Question): Promise<MethodAnswer> {
  const x = probe.numbersOf(question.pixels);
  const [guided, plain] = [
    await probe.ask(x, question.classIndex, { guided: true }),
    await probe.ask(x, question.classIndex),
  ];
  const same = guided.gradient.every((value, i) => value === plain.gradient[i]);
  const notes = same ? ['no ReLU held anything back: this is the gradient'] : [];
  return { map: strongest(guided.gradient, probe), notes };
}

export async function smoothGrad(
  probe: Probe,
  { pixels, classIndex }: Question,
  { samples = 32, noise = 0.15, seed = 0 }: SmoothSettings,
): Promise<MethodAnswer> {
  const x = probe.numbersOf(pixels);
  const deviation = noise * spanOf(x);
  const random = new RandomStream(seed, NOISE);
  const rows = new Float32Array(samples * x.length);
  for (let i = 0; i < rows.length; i++) rows[i] = x[i % x.length] + deviation * random.normal();
  const { gradient } = await probe.ask(rows, classIndex);
  return {
    map: strongest(meanOf(gradient, x.length), probe),
    notes: [`${samples} copies, noise of ${percent(noise)} of the picture's span`],
  };
}

/** Of the noise among all uses of a seed. */
const NOISE = 0x50f7;

/**
 * (x - baseline) times the mean gradient on the straight way between them, at the middles of equal steps. The sum over
 * all pixels is the difference of the two scores, up to the error of the steps, which is said.
 */
export async function integratedGradients(
  probe: Probe,
  { pixels, classIndex }: Question,
  { steps = 64, baseline = 0 }: IntegratedSettings,
): Promise<MethodAnswer> {
  const x = probe.numbersOf(pixels);
  const from = probe.numbersOf(new Uint8Array(pixels.length).fill(baseline));
  const rows = new Float32Array(steps * x.length);
  for (let i = 0; i < rows.length; i++) {
    const place = i % x.length;
    const way = (Math.floor(i / x.length) + 0.5) / steps;
    rows[i] = from[place] + way * (x[place] - from[place]);
  }
  const { gradient } = await probe.ask(rows, classIndex);
  const { score } = await probe.ask(joinedRows(from, x), classIndex);
  const mean = meanOf(gradient, x.length);
  const map = sumOfChannels(
    mean.map((g, i) => g * (x[i] - from[i])),
    probe,
  );
  const [before, after] = score;
  const sum = map.reduce((all, value) => all + value, 0);
  return { map, notes: completeness(sum, after - before) };
}

/** A sum that is this far off the difference of the scores needs more steps. */
const INCOMPLETE = 0.05;

function completeness(sum: number, difference: number): string[] {
  const said = `adds up to ${sum.toFixed(3)}; the score rises by ${difference.toFixed(3)} from the empty picture`;
  const off = Math.abs(sum - difference) / Math.max(Math.abs(difference), 1e-6);
  return off > INCOMPLETE ? [`${said}: more steps bring the two together`] : [said];
}

/** Of each pixel the largest gradient of its channels, without its sign (Simonyan et al., section 3.1). */
function strongest(gradient: ArrayLike<number>, { spec }: Probe): Float32Array {
  return overChannels(gradient, spec.inputShape[2] ?? 1, (most, g) => Math.max(most, Math.abs(g)));
}

function sumOfChannels(values: ArrayLike<number>, { spec }: Probe): Float32Array {
  return overChannels(values, spec.inputShape[2] ?? 1, (sum, value) => sum + value);
}

function overChannels(
  values: ArrayLike<number>,
  channels: number,
  join: (before: number, value: number) => number,
): Float32Array {
  return Float32Array.from({ length: values.length / channels }, (_, pixel) => {
    let joined = 0;
    for (let c = 0; c < channels; c++) joined = join(joined, values[pixel * channels + c] ?? 0);
    return joined;
  });
}

/** Of rows of `size` numbers. */
function meanOf(rows: Float32Array, size: number): Float64Array {
  const mean = new Float64Array(size);
  const count = rows.length / size;
  rows.forEach((value, i) => {
    mean[i % size] += value / count;
  });
  return mean;
}

function joinedRows(...rows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

function spanOf(x: Float32Array): number {
  const span =
    x.reduce((most, v) => Math.max(most, v)) - x.reduce((least, v) => Math.min(least, v));
  if (span > 0) return span;
  throw new FoveaError({
    problem: 'all pixels of the picture are alike',
    expected: 'a picture with something on it',
  });
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
