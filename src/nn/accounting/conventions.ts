/**
 * @file One network counted in several ways, since texts disagree: as AlexNet's table in many texts, as the
 * papers' networks, as tools do today.
 *
 *   convention  parameters                               computation, for one image
 *   text        convolutions with biases, dense without  (taps + 1 bias) x filters x positions; inputs x units
 *   paper       all, biases too                          multiply-adds, of the network as it was published
 *   modern      all, biases too                          multiply-adds
 *
 * A multiply-add is one multiplication and one addition: it is no FLOP but two. Next stop:
 * `conventionTable.ts`, which prints it.
 */
import { unknownName } from '../../base/errors.ts';
import { last } from '../../base/lists.ts';
import type { Shape } from '../../base/shape.ts';
import { sizeOf } from '../../base/shape.ts';
import { layerShapes, type PlacedLayer } from '../shapes.ts';
import type { ModelSpec } from '../spec.ts';

export const conventions = ['text', 'paper', 'modern'] as const;
export type Convention = (typeof conventions)[number];

/** The convention of a name; "seed" is what "text" was called. */
export function conventionOf(received: string): Convention {
  const wanted = received === 'seed' ? 'text' : received;
  const found = conventions.find((name) => name === wanted);
  if (found === undefined) throw unknownName('convention', received, conventions, true);
  return found;
}

export interface Count {
  readonly parameters: number;
  readonly computation: number;
}

export interface CountedLayer extends Count {
  readonly name: string;
  readonly kind: string;
  readonly outputShape: Shape;
  /** Of windowed layers, [height, width]; null elsewhere. */
  readonly window: readonly [number, number] | null;
  readonly strides: readonly [number, number] | null;
  /** Rows and columns added before, or null. */
  readonly padding: readonly [number, number] | null;
  /** The counts as products: "(11*11*3 + 1) * 96"; empty where nothing is counted. */
  readonly parametersAs: string;
  readonly computationAs: string;
}

export interface CountedModel {
  readonly model: string;
  readonly convention: Convention;
  readonly inputShape: Shape;
  readonly layers: readonly CountedLayer[];
  readonly totals: Count;
  /** Of the parameters: those that training does not move. */
  readonly fixed: number;
  readonly convolutions: Count;
  readonly dense: Count;
}

export function countAs(spec: ModelSpec, convention: Convention): CountedModel {
  const layers = layerShapes(spec).map((placed) => countLayer(placed, convention));
  const sum = (chosen: readonly CountedLayer[]): Count => ({
    parameters: chosen.reduce((total, { parameters }) => total + parameters, 0),
    computation: chosen.reduce((total, { computation }) => total + computation, 0),
  });
  return {
    model: spec.name,
    convention,
    inputShape: spec.inputShape,
    layers,
    totals: sum(layers),
    fixed: fixedOf(spec),
    convolutions: sum(layers.filter(({ kind }) => kind.startsWith('conv2d'))),
    dense: sum(layers.filter(({ kind }) => kind === 'dense')),
  };
}

function fixedOf(spec: ModelSpec): number {
  return layerShapes(spec)
    .flatMap(({ parameters }) => parameters.filter(({ trainable }) => !trainable))
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** What a convention leaves out or adds, for the line that says why totals differ. */
export function biasesOf(spec: ModelSpec): { readonly dense: number; readonly additions: number } {
  let dense = 0;
  let additions = 0;
  for (const { spec: layer, parameters, outputShape } of layerShapes(spec)) {
    if (!parameters.some(({ name }) => name === 'bias')) continue;
    if (layer.kind === 'dense') dense += sizeOf(outputShape);
    if (layer.kind === 'conv2d') additions += sizeOf(outputShape);
  }
  return { dense, additions };
}

function countLayer(placed: PlacedLayer, convention: Convention): CountedLayer {
  const { spec, layer, inputShapes, outputShape, parameters } = placed;
  const reception = layer.reception?.(inputShapes, spec.options);
  const windowed = typeof reception === 'object' ? reception : null;
  const kernel = parameters.find(({ name }) => name === 'kernel')?.shape;
  const hasBias = parameters.some(({ name }) => name === 'bias');
  const weighted = kernel !== undefined && (spec.kind === 'conv2d' || spec.kind === 'dense');
  const counts = weighted
    ? countWeighted(spec.kind, kernel, outputShape, hasBias, convention)
    : {
        parameters: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
        computation: layer.accounting?.(inputShapes, spec.options).multiplyAdds ?? 0,
        parametersAs: '',
        computationAs: '',
      };
  return {
    name: spec.name,
    kind: spec.kind,
    outputShape,
    window: windowed?.kernel ?? null,
    strides: windowed?.strides ?? null,
    padding: windowed?.before ?? null,
    ...counts,
  };
}

/** Convolutions and dense layers: weights of one unit, biases, units, positions. */
function countWeighted(
  kind: string,
  kernel: Shape,
  outputShape: Shape,
  hasBias: boolean,
  convention: Convention,
) {
  const inputs = kernel.slice(0, -1); // of one unit
  const units = last(kernel, 'axis');
  const positions = outputShape.slice(0, -1); // none in a dense layer
  const bias = hasBias ? 1 : 0;
  const isText = convention === 'text';
  const biasCounts = isText && kind === 'dense' ? 0 : bias;
  const biasWorks = isText && kind === 'conv2d' ? bias : 0;
  const weights = inputs.join('*');
  const each = (extra: number) => (extra === 1 ? `(${weights} + 1)` : weights);
  return {
    parameters: (sizeOf(inputs) + biasCounts) * units,
    parametersAs: `${each(biasCounts)} * ${units}`,
    computation: (sizeOf(inputs) + biasWorks) * units * sizeOf(positions),
    computationAs: [each(biasWorks), units, ...positions].join(' * '),
  };
}
