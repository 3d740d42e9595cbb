/**
 * @file The accounting of a model, layer by layer: shapes, parameters, connections, multiply-adds, memory
 * and receptive fields.
 *
 * Conventions: connections are counted as in the 1998 paper, (inputs of a unit + 1 for its bias) x units;
 * a pooling unit is connected to its window and has no bias. Multiply-adds are those of one image, without
 * biases, and count taps that fall on padding. Everything here follows from the spec: no numbers are
 * needed. Next stop: `summaryTable.ts`, which prints it.
 */
import { FoveaError } from '../../base/errors.ts';
import type { NonEmpty } from '../../base/lists.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../../base/shape.ts';
import {
  centreOf,
  composeReceptiveField,
  type Pair,
  PIXEL,
  type ReceptiveField,
} from '../../base/window.ts';
import type { Reception, WindowFacts } from '../layers/layer.ts';
import { layerShapes, type PlacedLayer } from '../shapes.ts';
import { inputsOf, type ModelSpec, type OutputSpec } from '../spec.ts';

/** In input pixels, [height, width]; the centre of the first pixel is 0. */
export interface FieldSummary {
  readonly size: Pair;
  /** Between the fields of neighbouring outputs. */
  readonly stride: Pair;
  /** Centre of the first output's field. */
  readonly first: Pair;
}

export interface LayerSummary {
  readonly name: string;
  readonly kind: string;
  readonly reads: readonly string[];
  /** The layer whose parameters it uses, where it is applied again; they are counted there. */
  readonly shares: string | null;
  /** Of one image. */
  readonly outputShape: Shape;
  readonly parameters: number;
  /** Those the optimizer moves. */
  readonly trainable: number;
  readonly fixed: number;
  readonly connections: number;
  readonly multiplyAdds: number;
  /** null where the model's input is not an image. */
  readonly receptiveField: FieldSummary | null;
  /** What slides over the input, and the padding around it; null where there is neither. */
  readonly window: WindowFacts | null;
  /** Of the output for one image, in float32. */
  readonly activationBytes: number;
}

export interface Totals {
  readonly parameters: number;
  readonly trainable: number;
  readonly fixed: number;
  readonly connections: number;
  readonly multiplyAdds: number;
  readonly activationBytes: number;
}

export interface Summary {
  readonly model: string;
  readonly inputShape: Shape;
  readonly inputs: NonEmpty<{ readonly name: string; readonly shape: Shape }>;
  /** Named ones; empty where the last layer is the output. */
  readonly outputs: readonly OutputSpec[];
  readonly layers: readonly LayerSummary[];
  readonly totals: Totals;
}

const BYTES_PER_NUMBER = 4;

/** Sums up a model; `inputShape` asks what it would be for another size of image (of its one input). */
export function summarize(
  spec: ModelSpec,
  { inputShape = spec.inputShape }: { readonly inputShape?: Shape } = {},
): Summary {
  checkInputShape(inputShape, spec);
  const [first, ...others] = inputsOf(spec);
  const inputs: Summary['inputs'] = [
    { name: first.name, shape: inputShape },
    ...others.map(({ name, shape }) => ({ name, shape })),
  ];
  const fields = new Map(inputs.map(({ name, shape }) => [name, fieldOfInput(shape)]));
  const layers = layerShapes(spec, inputShape).map((placed) => {
    const field = fieldAfter(
      placed,
      placed.inputs.map((name) => fields.get(name) ?? null),
    );
    fields.set(placed.spec.name, field);
    return summarizeLayer(placed, field);
  });
  const { name, outputs = [] } = spec;
  return { model: name, inputShape, inputs, outputs, layers, totals: totalsOf(layers) };
}

function summarizeLayer(placed: PlacedLayer, field: Field | null): LayerSummary {
  const { spec, layer, inputs, inputShapes, outputShape, parameters } = placed;
  const count = (wanted: boolean) =>
    parameters
      .filter(({ trainable }) => trainable === wanted)
      .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const [trainable, fixed] = [count(true), count(false)];
  const accounting = layer.accounting?.(inputShapes, spec.options);
  return {
    name: spec.name,
    kind: spec.kind,
    reads: inputs,
    shares: spec.shares ?? null,
    outputShape,
    parameters: trainable + fixed,
    trainable,
    fixed,
    connections: accounting?.connections ?? 0,
    multiplyAdds: accounting?.multiplyAdds ?? 0,
    receptiveField: field === null ? null : describeField(field),
    window: layer.window?.(inputShapes, spec.options) ?? null,
    activationBytes: sizeOf(outputShape) * BYTES_PER_NUMBER,
  };
}

function totalsOf(layers: readonly LayerSummary[]): Totals {
  const total = (key: keyof Totals) => layers.reduce((sum, layer) => sum + layer[key], 0);
  return {
    parameters: total('parameters'),
    trainable: total('trainable'),
    fixed: total('fixed'),
    connections: total('connections'),
    multiplyAdds: total('multiplyAdds'),
    activationBytes: total('activationBytes'),
  };
}

/** What one number of a layer's output sees, along both axes. */
interface Field {
  readonly axes: readonly [ReceptiveField, ReceptiveField];
  /** Pixels that are left, [height, width]; flattening hides them, a dense layer reads them all. */
  readonly extent: Pair;
}

function fieldOfInput(shape: Shape): Field | null {
  const extent = extentOf(shape);
  return extent === null ? null : { axes: [PIXEL, PIXEL], extent };
}

/** [height, width] of an image. */
function extentOf(shape: Shape): Pair | null {
  const [H, W] = shape;
  return shape.length !== 3 || H === undefined || W === undefined ? null : [H, W];
}

function fieldAfter(placed: PlacedLayer, inputs: readonly (Field | null)[]): Field | null {
  const { spec, layer, inputShapes, outputShape } = placed;
  const below = inputs.reduce(unionOf);
  if (below === null) return null;
  const reception = layer.reception?.(inputShapes, spec.options) ?? NOTHING_MOVES;
  const whole = reception === 'whole';
  const { kernel, strides, before, dilation } = whole
    ? { ...NOTHING_MOVES, kernel: below.extent }
    : reception;
  const along = (axis: 0 | 1) =>
    composeReceptiveField(
      below.axes[axis],
      kernel[axis],
      strides[axis],
      before[axis],
      dilation[axis],
    );
  const extent: Pair = whole ? [1, 1] : (extentOf(outputShape) ?? below.extent);
  return { axes: [along(0), along(1)], extent };
}

const NOTHING_MOVES: Reception = {
  kernel: [1, 1],
  strides: [1, 1],
  dilation: [1, 1],
  before: [0, 0],
};

/** The field of a layer that reads two: from the first pixel that either sees to the last. */
function unionOf(a: Field | null, b: Field | null): Field | null {
  if (a === null || b === null) return null;
  const along = (axis: 0 | 1): ReceptiveField => {
    const [one, other] = [a.axes[axis], b.axes[axis]];
    const start = Math.min(one.start, other.start);
    const end = Math.max(one.start + one.size, other.start + other.size);
    return { size: end - start, stride: Math.max(one.stride, other.stride), start };
  };
  return { axes: [along(0), along(1)], extent: a.extent };
}

function describeField({ axes: [rows, columns] }: Field): FieldSummary {
  return {
    size: [rows.size, columns.size],
    stride: [rows.stride, columns.stride],
    first: [centreOf(rows), centreOf(columns)],
  };
}

function checkInputShape(received: Shape, spec: ModelSpec): void {
  const own = spec.inputShape;
  if (inputsOf(spec).length > 1 && !sameShape(received, own)) {
    throw new FoveaError({
      problem: `received the input shape ${formatShape(received)} for a model of several inputs`,
      expected: 'the sizes that the model itself says',
    });
  }
  const whole = received.every((n) => Number.isSafeInteger(n) && n >= 1);
  if (whole && received.length === own.length) return;
  throw new FoveaError({
    problem: `received the input shape ${formatShape(received)}`,
    expected: `${own.length} positive whole numbers, like the model's ${formatShape(own)}`,
  });
}

/** Sizes around a size that does not fit, the nearest that do: smaller and larger, of the same channels. */
export function nearestInput(spec: ModelSpec, inputShape: Shape): Shape[] {
  const [H, W, ...rest] = inputShape;
  if (H === undefined || W === undefined || rest.length !== 1) return [];
  if (inputShape.length !== spec.inputShape.length) return [];
  const fits = (shape: Shape): boolean => {
    try {
      layerShapes(spec, shape);
      return true;
    } catch (error) {
      if (error instanceof FoveaError) return false;
      throw error;
    }
  };
  const steps = Array.from({ length: FARTHEST }, (_, i) => i + 1);
  const sizes = (sign: 1 | -1): Shape | undefined =>
    steps
      .map((by) => [H + sign * by, W + sign * by, ...rest])
      .find((shape) => shape.every((n) => n > 0) && fits(shape));
  const found = [sizes(-1), sizes(1)];
  const others = [[...spec.inputShape.slice(0, 2), ...rest]].filter(fits);
  const near = found.filter((shape) => shape !== undefined);
  return near.length > 0 ? near : others;
}

/** Pixels to look for a size that fits. */
const FARTHEST = 256;
