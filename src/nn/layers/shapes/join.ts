/**
 * @file Layers with several inputs: number by number (sum, product, largest, ...), or channels side by side.
 *
 * The inputs are named: add({ inputs: ['conv2d_1', 'input'] }).
 */
import * as z from 'zod/mini';
import { FoveaError } from '../../../base/errors.ts';
import { last, type NonEmpty } from '../../../base/lists.ts';
import { formatShape, type ImageShape, type Shape, sameShape } from '../../../base/shape.ts';
import type { Pair } from '../../../base/window.ts';
import { constantNode } from '../../../graph/node.ts';
import type { OpName } from '../../../ops/index.ts';
import { defineLayer, imageOf } from '../layer.ts';

function several(inputs: readonly Shape[]): void {
  if (inputs.length >= 2) return;
  throw new FoveaError({
    problem: 'reads one layer',
    expected: 'two or more to join',
    fix: "name them: inputs: ['conv2d', 'conv2d_1']",
  });
}

/** A layer that gives the channels, or the numbers of a row, that `shape` has. */
function channelsTo(shape: Shape): string {
  const count = last(shape, 'axis');
  return shape.length === 3
    ? `conv2d({ filters: ${count}, kernelSize: 1 })`
    : `dense({ units: ${count} })`;
}

/** What makes the images of one size: enlarging the small ones, or cutting the large ones. */
function fixOf(inputs: readonly Shape[]): string | undefined {
  const images = inputs.filter(({ length }) => length === 3).map((shape) => imageOf([shape]));
  if (images.length === 0) return undefined;
  if (images.length < inputs.length) {
    return 'put a flatten or a global pooling layer after those that are images';
  }
  const extents = (pick: (...n: number[]) => number): Pair => [
    pick(...images.map(([height]) => height)),
    pick(...images.map(([, width]) => width)),
  ];
  const [least, most] = [extents(Math.min), extents(Math.max)];
  const isWhole = images.every(([h, w]) => most[0] % h === 0 && most[1] % w === 0);
  const [H, W] = isWhole ? most : least;
  const changed = images.filter(([height, width]) => height !== H || width !== W);
  if (changed.length === 0) return undefined;
  const ways = changed.map((shape) => `${formatShape(shape)} by ${wayTo([H, W], shape)}`);
  return `make all ${H} x ${W}: ${ways.join(', ')}`;
}

function wayTo([H, W]: Pair, [fromH, fromW]: ImageShape): string {
  if (H >= fromH && W >= fromW) return `upsampling2d({ size: [${H / fromH}, ${W / fromW}] })`;
  const sides = (n: number) => `[${Math.floor(n / 2)}, ${Math.ceil(n / 2)}]`;
  return `cropping2d({ cropping: [${sides(fromH - H)}, ${sides(fromW - W)}] })`;
}

/** Joins number by number: all inputs have one shape. */
function oneShape(verb: string, inputs: NonEmpty<Shape>): Shape {
  several(inputs);
  const [first] = inputs;
  if (inputs.every((shape) => sameShape(shape, first))) return first;
  const channels = last(first, 'axis');
  const fix = fixOf(inputs) ?? `make all of ${channels} channels: ${channelsTo(first)}`;
  throw new FoveaError({
    problem: `cannot ${verb} ${inputs.map(formatShape).join(' and ')}`,
    expected: 'inputs of one shape',
    fix,
  });
}

/** A layer that folds its inputs by one op. */
function joinBy(kind: string, op: OpName, says: string, verb: string) {
  return defineLayer({
    kind,
    says,
    options: z.object({}),
    arity: 'many',
    outputShape: (inputs) => oneShape(verb, inputs),
    call: ({ build, name, inputs }) => inputs.reduce((sum, x) => build(op, [sum, x], {}, name)),
  });
}

export const add = joinBy('add', 'add', 'the sum of its inputs', 'add');
export const multiply = joinBy('multiply', 'mul', 'the product of its inputs', 'multiply');
export const maximum = joinBy('maximum', 'maximum', 'the largest of its inputs', 'compare');
export const minimum = joinBy('minimum', 'minimum', 'the smallest of its inputs', 'compare');

export const subtract = defineLayer({
  kind: 'subtract',
  says: 'the first input minus the second',
  options: z.object({}),
  arity: 'many',
  outputShape: (inputs) => {
    if (inputs.length === 2) return oneShape('subtract', inputs);
    throw new FoveaError({ problem: `reads ${inputs.length} layers`, expected: 'two' });
  },
  call: ({ build, name, inputs }) => build('sub', inputs, {}, name),
});

export const average = defineLayer({
  kind: 'average',
  says: 'the mean of its inputs',
  options: z.object({}),
  arity: 'many',
  outputShape: (inputs) => oneShape('average', inputs),
  call: ({ build, name, inputs }) => {
    const sum = inputs.reduce((total, x) => build('add', [total, x], {}, `${name}/sum`));
    return build('mul', [sum, constantNode(1 / inputs.length)], {}, name);
  },
});

export const concatenate = defineLayer({
  kind: 'concatenate',
  says: 'the channels of its inputs side by side',
  options: z.object({}),
  arity: 'many',
  outputShape: (inputs) => {
    several(inputs);
    const [first] = inputs;
    const fits = (shape: Shape) => sameShape(shape.slice(0, -1), first.slice(0, -1));
    if (!inputs.every(fits)) {
      throw new FoveaError({
        problem: `cannot join ${inputs.map(formatShape).join(' and ')}`,
        expected: 'inputs that differ in the last extent alone, their channels',
        fix: fixOf(inputs) ?? 'make all of one size',
      });
    }
    const channels = inputs.reduce((sum, shape) => sum + last(shape, 'axis'), 0);
    return [...first.slice(0, -1), channels];
  },
  call: ({ build, name, inputs }) =>
    build('concatenate', inputs, { axis: inputs[0].shape.length - 1 }, name),
});
