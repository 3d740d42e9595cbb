/**
 * @file One number of a layer worked out by hand: the window on the layer before, each product, their sum, what the
 * activation makes of it.
 *
 * In float64, from the numbers that a look shows; so the last digits may differ from the network's own, which a
 * test bounds. Before: `look.ts`.
 */
import { at as elementAt, last } from '../../base/lists.ts';
import type { Shape } from '../../base/shape.ts';
import type { Reception } from '../../nn/layers/layer.ts';
import type { PlacedLayer } from '../../nn/shapes.ts';
import type { StateValue } from '../../nn/trained.ts';
import type { OpName } from '../../ops/index.ts';
import type { Connections } from '../../ops/windows/connectedConv2d.ts';
import { applyOp } from '../../windows/apply.ts';

/** A number of the layer before, and what it counts in the unit. */
export interface UnitTerm {
  /** [row, column, channel]; of a row of numbers [index]. */
  readonly place: readonly number[];
  readonly value: number;
  /** Absent where nothing is weighed. */
  readonly weight?: number;
  /** What it adds: the product, the squared difference, the value itself. */
  readonly adds: number;
}

export interface WorkedUnit {
  readonly does: 'sum' | 'max' | 'min' | 'mean' | 'distance' | 'weighedSum';
  readonly terms: readonly UnitTerm[];
  readonly bias: number | null;
  /** Of a window's sum that is weighed as a whole: the weight. */
  readonly factor: number | null;
  /** Before the activation. */
  readonly sum: number;
  readonly activation: string;
  readonly result: number;
  /** Of the layer before, where it is an image: rows and columns from the first to before the last. */
  readonly window: {
    readonly rows: readonly [number, number];
    readonly columns: readonly [number, number];
    readonly channels: readonly number[];
  } | null;
}

type Weights = ReadonlyMap<string, StateValue>;

interface Question {
  readonly layer: PlacedLayer;
  readonly weights: Weights;
  /** What the layer reads. */
  readonly values: ArrayLike<number>;
  /** [row, column, channel], or [unit]. */
  readonly place: readonly number[];
}

type Worked = Pick<WorkedUnit, 'does' | 'terms' | 'bias' | 'factor' | 'sum'> & {
  readonly channels?: readonly number[];
};

/**
 * The unit at `place` of a layer, worked out of `values`, the numbers of what it reads (of the input: preprocessed);
 * undefined for layers that have no windows and no weights.
 */
export function workUnit(question: Question): WorkedUnit | undefined {
  const { layer, place } = question;
  const work = works[layer.spec.kind];
  if (work === undefined) return undefined;
  const { channels = [], ...worked } = work(question);
  const activation = String(layer.spec.options.activation ?? 'linear');
  const sumOfUnit = (unit: number): number =>
    work({ ...question, place: [...place.slice(0, -1), unit] }).sum;
  // Softmax needs the sums of all units; every other activation its own alone.
  const units = Array.from({ length: last(layer.outputShape, 'axis') }, (_, unit) => unit);
  const result =
    activation === 'softmax'
      ? elementAt(activated(activation, units.map(sumOfUnit)), last(place, 'axis'), 'unit')
      : elementAt(activated(activation, [worked.sum]), 0, 'unit');
  return {
    ...worked,
    activation,
    result,
    window: isImage(layer.inputShapes[0]) ? { ...stretchesOf(layer, place), channels } : null,
  };
}

const isImage = (shape: Shape): boolean => shape.length === 3;

/** Sums of one row after their activation. */
function activated(name: string, sums: readonly number[]): ArrayLike<number> {
  if (name === 'linear') return sums;
  const row = { shape: [1, sums.length], data: Float64Array.from(sums) };
  return applyOp(name as OpName, [row], {}).data;
}

const works: Readonly<Record<string, (question: Question) => Worked>> = {
  conv2d: convolution,
  connectedConv2d: convolutionByTable,
  subsampling2d: subsampling,
  maxPooling2d: (q) => pooling(q, 'max', (all) => Math.max(...all)),
  minPooling2d: (q) => pooling(q, 'min', (all) => Math.min(...all)),
  averagePooling2d: meanPooling,
  dense,
  rbf: distance,
};

const sumOf = (terms: readonly UnitTerm[]): number =>
  terms.reduce((sum, { adds }) => sum + adds, 0);

function parameter({ layer: { spec }, weights }: Question, name: string): ArrayLike<number> {
  return weights.get(`${spec.shares ?? spec.name}/${name}`)?.data ?? [];
}

const biasAt = (question: Question, unit: number): number | null =>
  parameter(question, 'bias')[unit] ?? null;

function weighed(terms: readonly UnitTerm[], bias: number | null): Worked {
  return { does: 'sum', terms, bias, factor: null, sum: sumOf(terms) + (bias ?? 0) };
}

/** The taps of the unit's window that fall on the image, with the tap's own place in the kernel. */
function* taps({ layer, place }: Question) {
  const { kernel, strides, dilation, before } = receptionOf(layer);
  const [H = 1, W = 1] = layer.inputShapes[0];
  const [i = 0, j = 0] = place;
  for (let u = 0; u < kernel[0]; u++) {
    const row = i * strides[0] + u * dilation[0] - before[0];
    if (row < 0 || row >= H) continue;
    for (let v = 0; v < kernel[1]; v++) {
      const column = j * strides[1] + v * dilation[1] - before[1];
      if (column >= 0 && column < W) yield { u, v, row, column };
    }
  }
}

function receptionOf({ layer, inputShapes, spec }: PlacedLayer): Reception {
  const reception = layer.reception?.(inputShapes, spec.options);
  if (typeof reception === 'object') return reception;
  const [H = 1, W = 1] = inputShapes[0];
  return { kernel: [H, W], strides: [1, 1], dilation: [1, 1], before: [0, 0] };
}

function valueAt({ layer, values }: Question, row: number, column: number, channel: number) {
  const [, W = 1, C = 1] = layer.inputShapes[0];
  return elementAt(values, (row * W + column) * C + channel, 'value');
}

function convolution(question: Question): Worked {
  const { layer, place } = question;
  const { groups = 1, filters, kernelSize } = layer.spec.options;
  const [, , C = 1] = layer.inputShapes[0];
  const [units, share] = [Number(filters), C / Number(groups)];
  const unit = last(place, 'axis');
  const first = share * Math.floor(unit / (units / Number(groups)));
  const kernel = parameter(question, 'kernel');
  const width = elementAt(kernelSize as Shape, 1, 'axis');
  const terms: UnitTerm[] = [];
  for (const { u, v, row, column } of taps(question)) {
    for (let c = 0; c < share; c++) {
      const value = valueAt(question, row, column, first + c);
      const weight = elementAt(kernel, ((u * width + v) * share + c) * units + unit, 'weight');
      terms.push({ place: [row, column, first + c], value, weight, adds: value * weight });
    }
  }
  const channels = Array.from({ length: share }, (_, c) => first + c);
  return { ...weighed(terms, biasAt(question, unit)), channels };
}

function convolutionByTable(question: Question): Worked {
  const { layer, place } = question;
  const connections = layer.spec.options.connections as Connections;
  const [, width = 1] = layer.spec.options.kernelSize as Shape;
  const unit = last(place, 'axis');
  const channels = connections[unit] ?? [];
  const first = connections.slice(0, unit).flat().length;
  const all = connections.flat().length;
  const kernel = parameter(question, 'kernel');
  const terms: UnitTerm[] = [];
  for (const { u, v, row, column } of taps(question)) {
    channels.forEach((channel, c) => {
      const value = valueAt(question, row, column, channel);
      const weight = elementAt(kernel, (u * width + v) * all + first + c, 'weight');
      terms.push({ place: [row, column, channel], value, weight, adds: value * weight });
    });
  }
  return { ...weighed(terms, biasAt(question, unit)), channels };
}

/** The window of the unit's own map, each number as it is. */
function windowOf(question: Question): UnitTerm[] {
  const channel = last(question.place, 'axis');
  return Array.from(taps(question), ({ row, column }) => {
    const value = valueAt(question, row, column, channel);
    return { place: [row, column, channel], value, adds: value };
  });
}

function pooling(
  question: Question,
  does: 'max' | 'min',
  choose: (values: readonly number[]) => number,
): Worked {
  const terms = windowOf(question);
  const sum = choose(terms.map(({ value }) => value));
  return { does, terms, bias: null, factor: null, sum, channels: [last(question.place, 'axis')] };
}

function meanPooling(question: Question): Worked {
  const terms = windowOf(question);
  const { countIncludePad, poolSize } = question.layer.spec.options;
  const [height = 1, width = 1] = poolSize as Shape;
  const count = countIncludePad === true ? height * width : terms.length;
  const channels = [last(question.place, 'axis')];
  return { does: 'mean', terms, bias: null, factor: null, sum: sumOf(terms) / count, channels };
}

function subsampling(question: Question): Worked {
  const unit = last(question.place, 'axis');
  const terms = windowOf(question);
  const factor = elementAt(parameter(question, 'weight'), unit, 'weight');
  const bias = biasAt(question, unit);
  const sum = factor * sumOf(terms) + (bias ?? 0);
  return { does: 'weighedSum', terms, bias, factor, sum, channels: [unit] };
}

function dense(question: Question): Worked {
  const { layer, values, place } = question;
  const units = last(layer.outputShape, 'axis');
  const unit = last(place, 'axis');
  const kernel = parameter(question, 'kernel');
  const terms = Array.from(values, (value, i) => {
    const weight = elementAt(kernel, i * units + unit, 'weight');
    return { place: [i], value, weight, adds: value * weight };
  });
  return weighed(terms, biasAt(question, unit));
}

function distance(question: Question): Worked {
  const { values, place } = question;
  const unit = last(place, 'axis');
  const centers = parameter(question, 'centers');
  const terms = Array.from(values, (value, i) => {
    const weight = elementAt(centers, unit * values.length + i, 'center');
    return { place: [i], value, weight, adds: (value - weight) ** 2 };
  });
  return { does: 'distance', terms, bias: null, factor: null, sum: sumOf(terms) };
}

/** What of the image the unit's window covers. */
function stretchesOf(layer: PlacedLayer, place: readonly number[]) {
  const { kernel, strides, dilation, before } = receptionOf(layer);
  const along = (axis: 0 | 1): readonly [number, number] => {
    const n = layer.inputShapes[0][axis] ?? 1;
    const start = (place[axis] ?? 0) * strides[axis] - before[axis];
    const end = start + (kernel[axis] - 1) * dilation[axis] + 1;
    return [Math.max(0, start), Math.min(n, end)];
  };
  return { rows: along(0), columns: along(1) };
}
