/**
 * @file Grad-CAM: the maps of a layer, each weighed by how much the score rises with it, and their positive part.
 *
 * Source: Selvaraju et al. 2017, section 3. The map is as coarse as the layer; it is enlarged to the picture.
 */
import { FoveaError, unknownName } from '../../base/errors.ts';
import { resize } from '../../data/images/resize.ts';
import { layerShapes, type PlacedLayer } from '../../nn/shapes.ts';
import { imageShapeOf, type ModelSpec } from '../../nn/spec.ts';
import type { MethodAnswer, Probe, Question } from './probe.ts';

export interface CamSettings {
  /** The layer whose maps are weighed; default: the last convolution with more than one place. */
  readonly layer?: string | undefined;
}

export async function gradCam(
  probe: Probe,
  { pixels, classIndex }: Question,
  settings: CamSettings,
): Promise<MethodAnswer> {
  const { spec } = probe;
  const { spec: layer, outputShape } = layerFor(spec, settings.layer);
  const [height = 1, width = 1, channels = 1] = outputShape;
  const x = probe.numbersOf(pixels);
  const { stage, stageGradient } = await probe.ask(x, classIndex, { layer: layer.name });
  const places = height * width;
  const weights = new Float64Array(channels);
  stageGradient.forEach((g, i) => {
    weights[i % channels] += g / places;
  });
  const values = Float32Array.from({ length: places }, (_, place) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += weights[c] * (stage[place * channels + c] ?? 0);
    return Math.max(0, sum);
  });
  const [H, W] = imageShapeOf(spec);
  const { values: map } = resize({ height, width, channels: 1, values }, W, H);
  const note = `maps of ${layer.name}, ${height} x ${width} places`;
  const none = values.every((value) => value === 0);
  return { map, notes: none ? [note, 'none of its places speaks for the class'] : [note] };
}

function layerFor(spec: ModelSpec, asked: string | undefined): PlacedLayer {
  const layers = layerShapes(spec);
  const withPlaces = layers.filter(hasPlaces);
  if (asked === undefined) {
    const found = withPlaces.findLast(({ spec: { kind } }) => /conv2d/i.test(kind));
    if (found !== undefined) return found;
    throw new FoveaError({
      problem: `${spec.name} has no convolution with more than one place`,
      expected: 'a layer whose maps can be weighed',
      fix: 'choose another method',
    });
  }
  const found = withPlaces.find(({ spec: { name } }) => name === asked);
  if (found !== undefined) return found;
  throw unknownName(
    'layer with maps',
    asked,
    withPlaces.map((layer) => layer.spec.name),
  );
}

const hasPlaces = ({ outputShape: [height = 1, width = 1, ...rest] }: PlacedLayer): boolean =>
  rest.length === 1 && height * width > 1;
