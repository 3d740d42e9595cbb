/**
 * @file The filters of a network's first convolution as one picture: grey for one channel, colours for three.
 *
 * All filters share one scale: black is the least weight of all, white the largest. Next stop: `png.ts`.
 */
import type { Sheet } from '../../data/images/contactSheet.ts';
import { layerShapes } from '../../nn/shapes.ts';
import type { ModelSpec } from '../../nn/spec.ts';

const [MOST_FILTERS, IN_A_ROW] = [128, 16];
/** Side of a filter on the picture that is aimed at, and the gap between two, in pixels. */
const [CELL, GAP] = [32, 4];

export interface FirstFilters {
  /** Of the parameter. */
  readonly name: string;
  /** `weights`: (height, width, channels, filters) */
  picture(weights: ArrayLike<number>): Sheet;
}

/** Undefined where the first convolution reads anything but grey or colours. */
export function firstFiltersOf(spec: ModelSpec): FirstFilters | undefined {
  for (const { spec: layer, parameters } of layerShapes(spec)) {
    const kernel = parameters.find(({ shape }) => shape.length === 4);
    if (kernel === undefined) continue;
    const [height = 0, width = 0, channels = 0, filters = 0] = kernel.shape;
    if (layer.kind !== 'conv2d' || (channels !== 1 && channels !== 3)) return undefined;
    const shape = { height, width, channels, filters };
    return {
      name: `${layer.name}/${kernel.name}`,
      picture: (weights) => filterPicture(weights, shape),
    };
  }
  return undefined;
}

function filterPicture(
  weights: ArrayLike<number>,
  shape: Readonly<Record<'height' | 'width' | 'channels' | 'filters', number>>,
): Sheet {
  const { channels, filters } = shape;
  const { least, scale } = rangeOf(weights);
  const zoom = Math.max(1, Math.round(CELL / Math.max(shape.height, shape.width)));
  const [high, wide] = [shape.height * zoom, shape.width * zoom];
  const shown = Math.min(filters, MOST_FILTERS);
  const columns = Math.min(shown, IN_A_ROW);
  const width = columns * (wide + GAP) - GAP;
  const height = Math.ceil(shown / columns) * (high + GAP) - GAP;
  const pixels = new Uint8Array(3 * width * height);
  for (let filter = 0; filter < shown; filter++) {
    const left = (filter % columns) * (wide + GAP);
    const top = Math.floor(filter / columns) * (high + GAP);
    for (let y = 0; y < high; y++) {
      for (let x = 0; x < wide; x++) {
        const pixel = Math.floor(y / zoom) * shape.width + Math.floor(x / zoom);
        const to = 3 * ((top + y) * width + left + x);
        for (let colour = 0; colour < 3; colour++) {
          const from = (pixel * channels + Math.min(colour, channels - 1)) * filters + filter;
          pixels[to + colour] = Math.round(((weights[from] ?? least) - least) * scale);
        }
      }
    }
  }
  return { width, height, pixels };
}

function rangeOf(weights: ArrayLike<number>) {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? Number.NaN;
    if (weight < least) least = weight;
    if (weight > most) most = weight;
  }
  return { least, scale: most > least ? 255 / (most - least) : 0 };
}
