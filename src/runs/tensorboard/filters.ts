/**
 * @file The filters of a network's first convolution as one picture: grey for one channel, colours for three.
 *
 * All filters share one scale: black is the least weight of all, white the largest. Next stop: `runEvents.ts`.
 */
import { contactSheet } from '../../data/images/contactSheet.ts';
import { layerShapes } from '../../nn/shapes.ts';
import type { ModelSpec } from '../../nn/spec.ts';

const MOST_FILTERS = 128;

export interface FirstFilters {
  /** Of the parameter. */
  readonly name: string;
  /** PNG bytes. `weights`: (height, width, channels, filters) */
  picture(weights: Iterable<number>): Uint8Array;
}

/** Undefined where the first convolution reads anything but grey or colours. */
export function firstFiltersOf(spec: ModelSpec): FirstFilters | undefined {
  for (const { spec: layer, parameters } of layerShapes(spec)) {
    const kernel = parameters.find(({ shape }) => shape.length === 4);
    if (kernel === undefined) continue;
    const [height = 0, width = 0, channels = 0, filters = 0] = kernel.shape;
    if (layer.kind !== 'conv2d' || (channels !== 1 && channels !== 3)) return undefined;
    const imageShape = [height, width, channels] as const;
    const count = Math.min(filters, MOST_FILTERS);
    return {
      name: `${layer.name}/${kernel.name}`,
      picture: (weights) => {
        const images = filterPixels(weights, height * width * channels, filters, count);
        const split = { count, images, labels: new Int32Array(count) };
        return contactSheet(split, { imageShape, captions: [], columns: 16 });
      },
    };
  }
  return undefined;
}

/** (count, pixels) bytes of the first filters. */
function filterPixels(
  weights: Iterable<number>,
  pixels: number,
  filters: number,
  count: number,
): Uint8Array {
  let [least, most] = [Infinity, -Infinity];
  for (const weight of weights) {
    least = Math.min(least, weight);
    most = Math.max(most, weight);
  }
  const scale = most > least ? 255 / (most - least) : 0;
  const bytes = new Uint8Array(count * pixels);
  let place = 0;
  for (const weight of weights) {
    const [filter, pixel] = [place % filters, Math.floor(place / filters)];
    if (filter < count) bytes[filter * pixels + pixel] = Math.round((weight - least) * scale);
    place++;
  }
  return bytes;
}
