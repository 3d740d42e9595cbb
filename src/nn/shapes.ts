/**
 * @file The shape of every layer's output, and the error where one does not fit.
 *
 * Shapes are of one image, without the batch axis. Next stop: `network.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { layerOf } from './layers/index.ts';
import type { Layer, Parameter } from './layers/layer.ts';
import { INPUT, type LayerSpec, type ModelSpec } from './spec.ts';

/** A layer of a spec with its definition and the shapes around it. */
export interface PlacedLayer {
  readonly spec: LayerSpec;
  readonly layer: Layer;
  /** Names of the layers it reads, or "input". */
  readonly inputs: readonly string[];
  readonly inputShapes: readonly Shape[];
  readonly outputShape: Shape;
  readonly parameters: readonly Parameter[];
}

/** Every layer in order, with shapes. `inputShape` asks for another size of image than the spec's. */
export function layerShapes(spec: ModelSpec, inputShape: Shape = spec.inputShape): PlacedLayer[] {
  const shapes = new Map<string, Shape>([[INPUT, inputShape]]);
  let before: string = INPUT;
  return spec.layers.map((layerSpec) => {
    const inputs = layerSpec.inputs ?? [before];
    const inputShapes = inputs.map((name) => shapes.get(name) as Shape);
    const placed = place(layerSpec, inputs, inputShapes);
    shapes.set(layerSpec.name, placed.outputShape);
    before = layerSpec.name;
    return placed;
  });
}

/** Numbers in one tensor: 4 GB of float32, all that WebAssembly can address. */
const MOST_NUMBERS = 2 ** 30;

function checkSize(what: string, shape: Shape): void {
  if (sizeOf(shape) < MOST_NUMBERS) return;
  throw new FoveaError({
    problem: `its ${what} ${formatShape(shape)} would hold ${sizeOf(shape)} numbers`,
    expected: `fewer than ${MOST_NUMBERS}`,
  });
}

function place(
  spec: LayerSpec,
  inputs: readonly string[],
  inputShapes: readonly Shape[],
): PlacedLayer {
  const layer = layerOf(spec.kind);
  try {
    const outputShape = layer.outputShape(inputShapes, spec.options);
    const parameters = layer.parameters?.(inputShapes, spec.options) ?? [];
    checkSize('output', outputShape);
    for (const { name, shape } of parameters) checkSize(name, shape);
    return { spec, layer, inputs, inputShapes, outputShape, parameters };
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    const received = inputShapes.map(formatShape).join(' and ');
    throw new FoveaError(
      { ...error.parts, where: `layer "${spec.name}" (${spec.kind}) on an input of ${received}` },
      { cause: error },
    );
  }
}
