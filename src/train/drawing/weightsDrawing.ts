/**
 * @file What layers have learned, as pictures of their kernels: a row for each layer.
 *
 * Kernels that read colours are in colour, those that read one channel in the one colour scale, deeper ones a strip for
 * each filter, a map for each channel it reads. A dense layer that reads the picture itself has a map for
 * each unit. The largest weight of a row has the full colour. Next stop: `rows.ts`.
 */
import { FoveaError, unknownName } from '../../base/errors.ts';
import type { ImageShape } from '../../base/shape.ts';
import { limitOf } from '../../draw/colourScale.ts';
import { svgDocument } from '../../draw/svg.ts';
import { layerShapes, type PlacedLayer } from '../../nn/shapes.ts';
import { inputsOf, type ModelSpec } from '../../nn/spec.ts';
import type { StateValue, TrainedModel } from '../../nn/trained.ts';
import { numberWords } from './numberRow.ts';
import { type Drawing, drawRows, GAP, type LabelledRow, LEFT, WIDTH } from './rows.ts';
import { type Box, rgbaPicture, scaleLegend, valuePicture } from './valuePicture.ts';

export interface WeightsDrawingOptions {
  /** Names of layers that are drawn; default: all that have kernels to draw. */
  readonly layers?: readonly string[] | undefined;
  /** Filters drawn of a layer, the first ones; default: what three lines hold, of strips 8. */
  readonly maxMaps?: number | undefined;
}

/** Of one layer: filters of (height, width, channels), each a list of numbers in that order. */
export interface Filters {
  readonly layer: string;
  readonly kind: string;
  readonly shape: ImageShape;
  readonly filters: readonly Float32Array[];
  /** The largest magnitude of all. */
  readonly limit: number;
}

/** Longer side of a filter that is drawn alone, and of one in a grid. */
const [SIDE, GRID_SIDE] = [56, 22];
const LINES = 3;
const GRID_LINES = 8;
const GRID_GAP = 3;

/** An SVG document. */
export function drawWeights(
  model: Pick<TrainedModel, 'spec' | 'weights'>,
  title: string,
  { layers, maxMaps }: WeightsDrawingOptions = {},
): string {
  const rows = filtersOf(model, layers).map((found): LabelledRow => {
    const { layer, kind, shape, filters, limit } = found;
    const { notes, ...drawing } = drawFilters(found, WIDTH - LEFT, maxMaps);
    const lines = [kind, `${filters.length} of ${shape.join(' × ')}`, `±${numberWords(limit)}`];
    return { name: layer, lines: [...lines, ...notes], ...drawing };
  });
  const legend = scaleLegend(WIDTH - 150, 14, ['−largest', 'largest']);
  return drawRows(title, rows, { legend });
}

/** Kernels of the layers that have any to draw, or of those that are named. */
export function filtersOf(
  { spec, weights }: Pick<TrainedModel, 'spec' | 'weights'>,
  layers?: readonly string[],
): Filters[] {
  const found = filtersIn(spec, weights);
  if (found.length === 0) {
    throw new FoveaError({
      problem: `${spec.name} has no filters`,
      expected: 'a network with convolutions, or with a dense layer that reads the picture',
    });
  }
  if (layers === undefined) return found;
  return layers.map((name) => {
    const one = found.find(({ layer }) => layer === name);
    if (one !== undefined) return one;
    throw unknownName(
      'layer with filters',
      name,
      found.map(({ layer }) => layer),
    );
  });
}

/** Of all kernels among the weights that are pictures. */
export function filtersIn(spec: ModelSpec, weights: TrainedModel['weights']): Filters[] {
  return layerShapes(spec).flatMap((placed) => {
    const kernel = weights.get(`${placed.spec.name}/kernel`);
    const filters = kernel === undefined ? null : filtersFrom(spec, placed, kernel);
    return filters === null ? [] : [filters];
  });
}

/** Null where its kernel is no picture. */
function filtersFrom(spec: ModelSpec, placed: PlacedLayer, kernel: StateValue): Filters | null {
  const { name: layer, kind } = placed.spec;
  const picture = kernel.shape.length === 2 ? pictureReadBy(spec, placed) : undefined;
  if (kernel.shape.length !== 4 && picture === undefined) return null;
  // Kernels are (height, width, in, out), transposed ones (height, width, out, in), dense ones (in, out).
  const isTransposed = kind === 'conv2dTranspose';
  const [height = 1, width = 1, third = 1, fourth = 1] =
    picture === undefined ? kernel.shape : [...picture, kernel.shape[1] ?? 1];
  const [channels, count] = isTransposed ? [fourth, third] : [third, fourth];
  const at = (place: number, c: number, f: number): number =>
    isTransposed ? (place * third + f) * fourth + c : (place * third + c) * fourth + f;
  const filters = Array.from({ length: count }, (_, f) =>
    Float32Array.from(
      { length: height * width * channels },
      (_, i) => kernel.data[at(Math.floor(i / channels), i % channels, f)] ?? 0,
    ),
  );
  return { layer, kind, shape: [height, width, channels], filters, limit: limitOf(kernel.data) };
}

/** (H, W, C) of the picture, where a layer reads it whole and at first hand. */
function pictureReadBy(spec: ModelSpec, placed: PlacedLayer): ImageShape | undefined {
  const byName = new Map(layerShapes(spec).map((layer) => [layer.spec.name, layer]));
  const [input] = inputsOf(spec);
  let [reads] = placed.inputs;
  for (let before = byName.get(reads); before !== undefined; before = byName.get(reads)) {
    if (!['flatten', 'dropout'].includes(before.spec.kind)) return undefined;
    [reads] = before.inputs;
  }
  const [height, width, channels] = input.shape;
  if (reads !== input.name || height === undefined || width === undefined) return undefined;
  return channels === undefined ? undefined : [height, width, channels];
}

/** Filters side by side; of those that read many channels a grid. */
export function drawFilters(
  { shape, filters, limit }: Filters,
  width: number,
  most?: number,
): Drawing & { readonly notes: readonly string[] } {
  const isGrid = shape[2] !== 1 && shape[2] !== 3;
  const size = sizeOf(shape, isGrid ? GRID_SIDE : SIDE);
  const gap = isGrid ? GRID_GAP : GAP;
  const fitting = Math.max(1, Math.floor((width + gap) / (size.width + gap)));
  const channels = isGrid ? Math.min(shape[2], fitting) : 1;
  const strip = channels * (size.width + gap) + (isGrid ? GAP : 0);
  const across = Math.max(1, Math.floor((width + GAP) / strip));
  const count = Math.min(filters.length, most ?? (isGrid ? GRID_LINES : LINES) * across);
  const pictures = filters.slice(0, count).flatMap((filter, f) => {
    const [x, y] = [(f % across) * strip, Math.floor(f / across) * (size.height + gap)];
    if (shape[2] === 3) return colourPicture(filter, shape, limit, { x, y, ...size });
    return Array.from({ length: channels }, (_, c) => {
      const box = { x: x + c * (size.width + gap), y, ...size };
      return channelPicture(filter, shape, c, limit, box);
    });
  });
  const lines = Math.ceil(count / across);
  const cut = count < filters.length ? `the first ${count} of them` : '';
  const columns = isGrid && channels < shape[2] ? `${channels} of ${shape[2]} channels` : '';
  const kind = isGrid ? 'a filter a strip' : shape[2] === 3 ? 'gray is 0' : '';
  return {
    drawing: pictures.join(''),
    height: lines * (size.height + gap) - gap,
    notes: [kind, cut, columns].filter((words) => words !== ''),
  };
}

/** Filters alone, as a document of about `width`: what a report shows of the first layer. */
export function filtersDocument(filters: Filters, width: number): string {
  const { drawing, height } = drawFilters(filters, width);
  return svgDocument(width + 2, height + 2, `<g transform="translate(1 1)">${drawing}</g>`);
}

function channelPicture(
  filter: Float32Array,
  [height, width, channels]: ImageShape,
  channel: number,
  limit: number,
  box: Box,
): string {
  const data = filter.filter((_, i) => i % channels === channel);
  return valuePicture({ data, height, width, limit }, box);
}

/** Red, green and blue together: middle gray is 0, so a filter looks like what it likes. */
function colourPicture(
  filter: Float32Array,
  [height, width]: ImageShape,
  limit: number,
  box: Box,
): string {
  const rgba = new Uint8ClampedArray(4 * height * width);
  filter.forEach((weight, i) => {
    rgba[4 * Math.floor(i / 3) + (i % 3)] = 127.5 * (1 + weight / limit);
  });
  for (let i = 3; i < rgba.length; i += 4) rgba[i] = 255;
  return rgbaPicture(rgba, [height, width], box);
}

/** The longer side has about `side` pixels, a whole number a weight where it can. */
function sizeOf([height, width]: ImageShape, side: number) {
  const zoom = Math.max(1, Math.floor(side / Math.max(height, width)));
  return { width: width * zoom, height: height * zoom };
}
