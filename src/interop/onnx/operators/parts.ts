/**
 * @file Operators that take parts of tensors, put tensors together, or put numbers around them.
 *
 * Next stop: `reductions.ts`.
 */
import { formatShape, sizeOf } from '../../../base/shape.ts';
import type { Fill } from '../../../base/window.ts';
import { constantNode, type Node } from '../../../graph/node.ts';
import * as e from '../../../ops/expression.ts';
import { build } from '../../../ops/index.ts';
import { sumOver } from '../../../ops/reductions.ts';
import type { Call } from '../call.ts';
import type { Value } from '../constants.ts';
import { checkedShape } from '../tensors.ts';
import {
  axesOf,
  axisOf,
  computed,
  counting,
  given,
  joined,
  type Operator,
  type Operators,
  reshaped,
  sliced,
  transposed,
} from './operator.ts';
import { slicesOf } from './slices.ts';

const concat: Operator = given((call) => {
  const parts = call.inputs.map(({ node }) => node);
  // The first versions join channels where they say nothing.
  const axis = axisOf(call, call.int('axis') ?? 1, call.node(0).shape.length);
  return joined(
    call,
    parts.filter(({ shape }) => shape[axis] !== 0),
    axis,
  );
});

const split: Operator = (call) => {
  const { type, node } = call.input(0);
  const axis = axisOf(call, call.int('axis', 0), node.shape.length);
  const extent = node.shape[axis] ?? 0;
  const count = call.int('num_outputs', call.outputCount);
  const each = Math.ceil(extent / count);
  const even = Array.from({ length: count }, (_, i) => Math.min(each, extent - i * each));
  const sizes = call.setting('split', 1, 13) ?? even;
  if (sizes.reduce((sum, size) => sum + size, 0) !== extent || sizes.some((size) => size < 1)) {
    call.refuse(
      `parts of ${sizes.join(', ')} of ${extent}`,
      'parts of at least 1 that are all of it',
    );
  }
  let start = 0;
  return sizes.map((size) => {
    const part = sliced(call, node, axis, start, size);
    start += size;
    return { type, node: part };
  });
};

const slice: Operator = given((call) =>
  slicesOf(call).reduce((x, { axis, start, size, step }) => {
    const extent = x.shape[axis] ?? 0;
    return size === extent && step > 0 ? x : sliced(call, x, axis, start, size, step);
  }, call.node(0)),
);

/** Runs of indices with one step between them: each is one slice. */
function runsOf(indices: readonly number[]) {
  const runs: { start: number; step: number; size: number }[] = [];
  for (const index of indices) {
    const run = runs.at(-1);
    const step = run === undefined ? 0 : index - (run.start + (run.size - 1) * run.step);
    if (run !== undefined && run.size === 1 && step !== 0) Object.assign(run, { step, size: 2 });
    else if (run !== undefined && run.size > 1 && step === run.step) run.size++;
    else runs.push({ start: index, step: 1, size: 1 });
  }
  return runs;
}

/** More slices than this cost more than they move. */
const MOST_RUNS = 1024;

const gather: Operator = given((call) => {
  const [data, places] = [call.input(0), call.input(1)];
  const { shape } = data.node;
  const axis = axisOf(call, call.int('axis', 0), shape.length);
  const extent = shape[axis] ?? 0;
  const result = [...shape.slice(0, axis), ...places.node.shape, ...shape.slice(axis + 1)];
  if (!call.isConstant(places))
    return gatherWhileRunning(call, data.node, places.node, axis, result);
  const indices = [...call.constant(places, 'indices')].map((i) => (i < 0 ? i + extent : i));
  const stranger = indices.find((i) => !Number.isInteger(i) || i < 0 || i >= extent);
  if (stranger !== undefined)
    call.refuse(`index ${stranger} of ${extent}`, `indices from ${-extent} to ${extent - 1}`);
  const runs = runsOf(indices);
  if (runs.length > MOST_RUNS)
    call.refuse(`indices in ${runs.length} runs`, `at most ${MOST_RUNS}`);
  const parts = runs.map(({ start, size, step }) =>
    sliced(call, data.node, axis, start, size, step),
  );
  return reshaped(call, joined(call, parts, axis), result);
});

const [x, y, z] = e.inputs;
/** Whether the index is k, counted from either end. */
const meets = (extent: number) => e.max(e.equal(x, y), e.equal(e.add(x, extent), y));

/** Where indices are known only while running: rows of 0 with a single 1, times the data. */
function gatherWhileRunning(
  call: Call,
  data: Node,
  places: Node,
  axis: number,
  result: readonly number[],
): Node {
  const { shape } = data;
  const extent = shape[axis] ?? 1;
  const count = sizeOf(places.shape);
  checkedShape([count, extent], call.place);
  const index = reshaped(call, places, [count, 1]);
  const chosen = computed(call, meets(extent), index, counting(call, extent));
  const others = [...shape.keys()].filter((i) => i !== axis);
  const rows = reshaped(call, transposed(call, data, [axis, ...others]), [
    extent,
    sizeOf(shape) / extent,
  ]);
  const taken = call.build('matmul', [chosen, rows]);
  const apart = reshaped(call, taken, [count, ...others.map((i) => shape[i] ?? 1)]);
  const back = [...shape.keys()].map((i) => (i === axis ? 0 : others.indexOf(i) + 1));
  return reshaped(call, transposed(call, apart, back), result);
}

/** y[.., j, ..] = data[.., index[.., j, ..], ..]: each index chooses in its own row. */
const gatherElements: Operator = given((call) => {
  const [data, index] = [call.node(0, 1), call.node(1, 1)];
  const axis = axisOf(call, call.int('axis', 0), data.shape.length);
  const isOther = (i: number) => i !== axis;
  const others = [...data.shape.keys()].filter(isOther);
  if (
    index.shape.length !== data.shape.length ||
    others.some((i) => index.shape[i] !== data.shape[i])
  ) {
    call.refuse(
      `indices ${formatShape(index.shape)} of ${formatShape(data.shape)}`,
      `shapes that differ on axis ${axis} alone`,
    );
  }
  const [extent, count] = [data.shape[axis] ?? 1, index.shape[axis] ?? 1];
  const rows = sizeOf(others.map((i) => data.shape[i] ?? 1));
  checkedShape([rows, count, extent], call.place);
  const asRows = (node: Node, shape: readonly number[]) =>
    reshaped(call, transposed(call, node, [...others, axis]), shape);
  const chosen = computed(
    call,
    e.select(meets(extent), z, 0),
    asRows(index, [rows, count, 1]),
    counting(call, extent),
    asRows(data, [rows, 1, extent]),
  );
  const taken = sumOver(build, chosen, { axes: [2] });
  const apart = reshaped(call, taken, [...others.map((i) => data.shape[i] ?? 1), count]);
  const back = [...data.shape.keys()].map((i) => (i === axis ? others.length : others.indexOf(i)));
  return transposed(call, apart, back);
});

const FILLS = {
  constant: 'constant',
  reflect: 'reflect',
  edge: 'replicate',
  wrap: 'circular',
} as const;

/** Numbers before and after each axis; negative ones cut off. */
const pad: Operator = given((call) => {
  const { node } = call.input(0);
  const rank = node.shape.length;
  const mode = call.choice('mode', ['constant', 'reflect', 'edge', 'wrap'], 'constant');
  // The very first version called it otherwise.
  const given = call.opset < 2 ? call.ints('paddings') : call.setting('pads', 1, 11);
  const asked = call.opset >= 18 ? call.numbers(3, 'axes') : undefined;
  const axes = axesOf(call, asked ?? [...node.shape.keys()], rank);
  const pads = given ?? call.refuse('it says no pads', 'numbers before and after each axis');
  if (pads.length !== 2 * axes.length)
    call.refuse(`${pads.length} pads for ${axes.length} axes`, 'two for each axis');
  const number = call.opset >= 11 ? call.numbers(2, 'value')?.[0] : call.float('value', 0);
  return axes.reduce((x, axis, i) => {
    const sides = [pads[i] ?? 0, pads[i + axes.length] ?? 0] as const;
    return padded(call, x, axis, sides, FILLS[mode], number ?? 0);
  }, node);
});

/** One axis padded: it stands as the height of pictures (before, n, 1, after). */
export function padded(
  call: Call,
  node: Node,
  axis: number,
  [before, after]: readonly [number, number],
  mode: Fill,
  value: number,
): Node {
  const extent = node.shape[axis] ?? 1;
  const [cutBefore, cutAfter] = [Math.max(-before, 0), Math.max(-after, 0)];
  const left = extent - cutBefore - cutAfter;
  if (left < 1) call.refuse(`nothing is left of axis ${axis} (${extent})`, 'at least one element');
  const cut = left === extent ? node : sliced(call, node, axis, cutBefore, left);
  const [top, bottom] = [Math.max(before, 0), Math.max(after, 0)];
  if (top + bottom === 0) return cut;
  const shape = cut.shape;
  const padding = checkedShape(
    shape.map((n, i) => (i === axis ? n + top + bottom : n)),
    call.place,
  );
  const picture = [sizeOf(shape.slice(0, axis)), left, 1, sizeOf(shape.slice(axis + 1))];
  const pads = [
    [top, bottom],
    [0, 0],
  ];
  const made = call.build('pad2d', [reshaped(call, cut, picture)], { mode, pads, value });
  return reshaped(call, made, padding);
}

/** Leaves numbers out while training alone; so what it says was left out is nothing. */
const dropout: Operator = (call) => {
  const { type, node } = call.input(0);
  const training = call.opset >= 12 ? call.numbers(2, 'training_mode')?.[0] : 0;
  const ratio = call.opset >= 12 ? (call.numbers(1, 'ratio')?.[0] ?? 0.5) : 0.5;
  if ((training ?? 0) !== 0 && ratio !== 0) {
    call.refuse(
      'it is in training mode',
      'inference',
      'export the model with training=TrainingMode.EVAL',
    );
  }
  // Its mask was of the input's type before it was of truth values.
  const mask: Value = { type: call.opset >= 10 ? 'bool' : type, node: constantNode(1, node.shape) };
  return [{ type, node }, mask];
};

export const parts: Operators = {
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: gatherElements,
  Pad: pad,
  Dropout: dropout,
};
