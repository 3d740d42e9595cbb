/**
 * @file How pixels become numbers, in words: the scalings in use, and one's own.
 *
 *   0..1                            pixel / 255
 *   imagenet                        (pixel / 255 - mean) / std, with a mean and a std for each channel
 *   scale=1,mean=124/117/104,bgr    x = pixel * scale (1/255 unless said), then (x - mean) / std
 *
 * Lists stand red, green, blue. "bgr": the network reads blue first. That is no preprocessing here; `channelOrder.ts` turns the first layer round.
 * Before: `importers.ts`. Next stop: `nn/spec.ts`, what it is kept as.
 */
import { UsageError } from '../base/errors.ts';
import { last } from '../base/lists.ts';
import { readItems } from '../base/settingWords.ts';
import type { ModelSpec, Preprocessing } from '../nn/spec.ts';

/** x = pixel * scale, then (x - mean) / std. */
interface Scaling {
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

const UNIT = 1 / 255;

/** Those in use, by name. */
export const scalings = {
  '0..1': { scale: UNIT, mean: [0], std: [1] },
  '0..255': { scale: 1, mean: [0], std: [1] },
  '-1..1': { scale: UNIT, mean: [0.5], std: [0.5] },
  mnist: { scale: UNIT, mean: [0.1307], std: [0.3081] },
  imagenet: { scale: UNIT, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  cifar10: { scale: UNIT, mean: [0.4914, 0.4822, 0.4465], std: [0.2471, 0.2435, 0.2616] },
} as const satisfies Readonly<Record<string, Scaling>>;

export const scalingNames: readonly string[] = Object.keys(scalings);

export interface AskedPreprocessing {
  readonly preprocessing: Preprocessing;
  /** The order in which the network reads the channels of a picture. */
  readonly order: 'rgb' | 'bgr';
}

/** Words for a network of so many channels; throws where they name other channels. */
export function parsePreprocessing(
  words: string,
  { inputShape }: Pick<ModelSpec, 'inputShape'>,
): AskedPreprocessing {
  const channels = last(inputShape, 'axis');
  let scaling: Scaling = { scale: UNIT, mean: [0], std: [1] };
  let order: AskedPreprocessing['order'] = 'rgb';
  for (const { name, value } of readItems(words, { option: 'preprocess', example: EXAMPLE })) {
    if (name === 'bgr' && value === undefined && channels === 3) order = 'bgr';
    else if (value === undefined && isScaling(name)) scaling = scalings[name];
    else if (name === 'scale') scaling = { ...scaling, scale: numbersIn(value, name, 1)[0] ?? 1 };
    else if (name === 'mean' || name === 'std') {
      scaling = { ...scaling, [name]: numbersIn(value, name, channels) };
    } else throw unknownWords(words, channels);
  }
  const counts = [scaling.mean.length, scaling.std.length];
  if (counts.some((count) => count !== 1 && count !== channels))
    throw unknownWords(words, channels);
  return { preprocessing: preprocessingOf(scaling, channels), order };
}

const EXAMPLE = 'imagenet, or scale=1,mean=124/117/104';

const isScaling = (name: string): name is keyof typeof scalings => Object.hasOwn(scalings, name);

/** "124/117/104" -> three numbers. */
function numbersIn(value: string | undefined, name: string, channels: number): number[] {
  const numbers = (value ?? '').split('/').map(Number);
  const isRight =
    value !== undefined &&
    [1, channels].includes(numbers.length) &&
    numbers.every((n) => Number.isFinite(n) && (name === 'mean' || n > 0));
  if (isRight) return numbers;
  throw new UsageError({
    option: 'preprocess',
    problem: `${name} is ${value === undefined ? 'said without a value' : `"${value}"`}`,
    expected:
      channels === 1 ? 'one number' : `one number, or ${channels} between slashes, one per channel`,
  });
}

function unknownWords(words: string, channels: number): UsageError {
  const fitting = scalingNames.filter(
    (name) => isScaling(name) && [1, channels].includes(scalings[name].mean.length),
  );
  return new UsageError({
    option: 'preprocess',
    problem: `received "${words}" for a network of ${channels} channel${channels === 1 ? '' : 's'}`,
    expected: `${fitting.join(', ')}, or numbers: scale=1,mean=${Array(channels).fill('0.5').join('/')},std=...${channels === 3 ? '; bgr where blue stands first' : ''}`,
  });
}

/** ((pixel * scale) - mean) / std = (pixel - mean / scale) * (scale / std) */
function preprocessingOf({ scale, mean, std }: Scaling, channels: number): Preprocessing {
  const [firstMean = 0] = mean;
  const [firstStd = 1] = std;
  const factors = std.length === 1 ? scale / firstStd : std.map((s) => scale / s);
  if (mean.length === 1) {
    const isPlain = typeof factors === 'number' || firstMean === 0;
    if (isPlain) return { scale: factors, offset: firstMean === 0 ? 0 : -firstMean / firstStd };
  }
  const means = mean.length === 1 ? Array<number>(channels).fill(firstMean) : mean;
  return { scale: factors, offset: 0, mean: means.map((m) => m / scale) };
}

/** "pixel * 0.003922", for notes. */
export function preprocessingWords({ scale, offset, mean, border }: Preprocessing): string {
  const several = (numbers: readonly number[]) =>
    numbers.length <= 4 ? `(${numbers.map(shown).join(', ')})` : `one of ${numbers.length} numbers`;
  const less = mean === undefined ? 'pixel' : `(pixel - ${several(mean)})`;
  const factor = typeof scale === 'number' ? shown(scale) : several(scale);
  const scaled = factor === '1' ? less : `${less} * ${factor}`;
  const moved =
    offset === 0 ? scaled : `${scaled} ${offset < 0 ? '-' : '+'} ${shown(Math.abs(offset))}`;
  return border === undefined ? moved : `${moved}, in a border of ${border} pixels`;
}

const shown = (n: number): string => String(Number(n.toPrecision(4)));
