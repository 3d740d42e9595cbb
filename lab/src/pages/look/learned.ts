/**
 * @file Which layers have learned something, and what is shown of their units.
 */
import {
  cutOut,
  type ExcitedPictures,
  type Filters,
  filtersIn,
  layerShapes,
  partSeen,
} from 'fovea/web';
import type { SeeingNetwork } from './eye.ts';

export interface LearnedLayer {
  readonly name: string;
  /** In words, of several. */
  readonly kind: string;
  /** Maps, or numbers of a row. */
  readonly units: number;
  /** Null where its kernels are no pictures. */
  readonly filters: Filters | null;
  /** What its filters are, in a sentence. */
  readonly filterWords: string;
}

/** A picture that excites a unit, cut out to what it sees. */
export interface CutPicture {
  readonly index: number;
  readonly label: number;
  readonly value: number;
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, opacity. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

export interface Shown {
  readonly unit: number;
  readonly isConstant: boolean;
  readonly cuts: readonly CutPicture[];
}

/** Channels of a filter that are drawn. */
export const MOST_CHANNELS = 8;

/** Layers with parameters of their own: convolutions, dense ones, sub-sampling. */
export function learnedLayers({
  spec,
  weights,
}: Pick<SeeingNetwork, 'spec' | 'weights'>): LearnedLayer[] {
  const found = new Map(filtersIn(spec, weights).map((filters) => [filters.layer, filters]));
  const learns = (name: string) => [...weights.keys()].some((key) => key.startsWith(`${name}/`));
  return layerShapes(spec)
    .filter(({ spec: { name } }) => learns(name))
    .map(({ spec: { name }, outputShape }) => {
      const filters = found.get(name) ?? null;
      const isMaps = outputShape.length === 3;
      return {
        name,
        kind: isMaps ? 'maps' : 'numbers',
        units: outputShape.at(-1) ?? 1,
        filters,
        filterWords: filters === null ? '' : wordsOf(filters),
      };
    });
}

function wordsOf({ shape: [height, width, channels] }: Filters): string {
  if (channels === 1) return 'The filter: orange is above zero, blue below. ';
  if (channels === 3) return 'The filter in colours: gray is zero. ';
  const some = channels > MOST_CHANNELS ? `the first ${MOST_CHANNELS} of ` : '';
  return `The filter: ${some}${channels} times ${height} × ${width}, one for each map it reads. `;
}

/** One channel of a unit's filter, (height, width) numbers. */
export const channelOf = ({ filters, shape }: Filters, unit: number, channel: number) =>
  (filters[unit] ?? new Float32Array(0)).filter((_, i) => i % shape[2] === channel);

/** The colours of a filter that reads red, green and blue: middle gray is 0. */
export const coloursOf = ({ filters, limit }: Filters, unit: number): Uint8Array =>
  Uint8Array.from(filters[unit] ?? [], (weight) => 127.5 * (1 + weight / limit));

/** What excites a unit, as far as it is known. */
export function shownOf(
  { spec }: Pick<SeeingNetwork, 'spec'>,
  unit: number,
  excited: ExcitedPictures | undefined,
): Shown {
  const own = excited?.units.find((one) => one.unit === unit);
  if (excited === undefined || own === undefined) return { unit, isConstant: false, cuts: [] };
  const [H = 1, W = 1, C = 1] = spec.inputShape;
  const size = H * W * C;
  const cuts = own.pictures.map((excitation): CutPicture => {
    const at = excited.rows.indexOf(excitation.index);
    const pixels = excited.images.subarray(at * size, (at + 1) * size);
    const part = partSeen(excitation, [H, W, C]);
    const { index, value } = excitation;
    return { index, value, label: excited.labels[at] ?? -1, ...cutOut(pixels, [H, W, C], part) };
  });
  return { unit, isConstant: own.isConstant, cuts };
}
