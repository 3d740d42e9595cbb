/**
 * @file The shape of every layer's output, and the error where one does not fit.
 *
 * Shapes are of one image, without the batch axis. Next stop: `network.ts`.
 */
import { FoveaError, unreachable } from '../base/errors.ts';
import { at, type NonEmpty, nonEmpty } from '../base/lists.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../base/shape.ts';
import { layerOf } from './layers/index.ts';
import type { Layer, Parameter } from './layers/layer.ts';
import { inputsOf, type LayerSpec, type ModelSpec } from './spec.ts';

/** A layer of a spec with its definition and the shapes around it. */
export interface PlacedLayer {
  readonly spec: LayerSpec;
  readonly layer: Layer;
  /** Names of the layers it reads, or "input". */
  readonly inputs: NonEmpty<string>;
  readonly inputShapes: NonEmpty<Shape>;
  readonly outputShape: Shape;
  /** Its own; none where it shares another's. */
  readonly parameters: readonly Parameter[];
}

/** Every layer in order, with shapes. `inputShape` asks for another size of the (first) input than the spec's. */
export function layerShapes(spec: ModelSpec, inputShape: Shape = spec.inputShape): PlacedLayer[] {
  const [first, ...others] = inputsOf(spec);
  const shapes = new Map<string, Shape>([
    [first.name, inputShape],
    ...others.map(({ name, shape }) => [name, shape] as const),
  ]);
  const placed = new Map<string, PlacedLayer>();
  let before = first.name;
  for (const layerSpec of spec.layers) {
    const inputs = nonEmpty(layerSpec.inputs ?? [before], 'inputs');
    const inputShapes = nonEmpty(
      inputs.map((name) => shapes.get(name) ?? unreachable(`no layer "${name}"`)),
      'inputs',
    );
    const owner = layerSpec.shares === undefined ? undefined : placed.get(layerSpec.shares);
    const here = place(layerSpec, inputs, inputShapes, owner);
    placed.set(layerSpec.name, here);
    shapes.set(layerSpec.name, here.outputShape);
    before = layerSpec.name;
  }
  return [...placed.values()];
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

/** One layer applied to two inputs needs parameters of one shape. */
function checkShared(parameters: readonly Parameter[], { spec, parameters: own }: PlacedLayer) {
  parameters.forEach(({ name, shape }, i) => {
    const its = at(own, i, 'parameter').shape;
    if (sameShape(shape, its)) return;
    throw new FoveaError({
      problem: `its ${name} would be ${formatShape(shape)}, that of "${spec.name}", which it shares, is ${formatShape(its)}`,
      expected: 'one layer to be applied to inputs that need parameters of one shape',
      fix: `make a ${spec.kind} layer of its own, or bring both inputs to one shape`,
    });
  });
}

function place(
  spec: LayerSpec,
  inputs: NonEmpty<string>,
  inputShapes: NonEmpty<Shape>,
  owner: PlacedLayer | undefined,
): PlacedLayer {
  const layer = layerOf(spec.kind);
  try {
    const outputShape = layer.outputShape(inputShapes, spec.options);
    const parameters = layer.parameters?.(inputShapes, spec.options) ?? [];
    checkSize('output', outputShape);
    for (const { name, shape } of parameters) checkSize(name, shape);
    if (owner !== undefined) checkShared(parameters, owner);
    const own = owner === undefined ? parameters : [];
    return { spec, layer, inputs, inputShapes, outputShape, parameters: own };
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    const received = inputShapes.map(formatShape).join(' and ');
    throw new FoveaError(
      { ...error.parts, where: `layer "${spec.name}" (${spec.kind}) on an input of ${received}` },
      { cause: error },
    );
  }
}
