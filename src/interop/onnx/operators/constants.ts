/**
 * @file Operators that give numbers without reading any, or shapes.
 *
 * What they read is known when the model is imported, and so is what they give. Next stop: `moves.ts`.
 */

import * as e from '../../../ops/expression.ts';
import type { Call } from '../call.ts';
import type { Value } from '../constants.ts';
import { checkedShape, type ElementType, isFloat } from '../tensors.ts';
import { axisOf, computed, listed, type Operator, type Operators } from './operator.ts';

function constantOf(
  call: Call,
  type: ElementType,
  numbers: readonly number[],
  isOne = false,
): readonly Value[] {
  const shape = isOne ? [] : [numbers.length];
  const data = isFloat(type) ? Float32Array.from(numbers) : Float64Array.from(numbers);
  return [call.given(type, shape, data)];
}

const constant: Operator = (call) => {
  const tensor = call.tensor('value');
  if (tensor !== undefined) return [call.given(tensor.type, tensor.shape, tensor.read())];
  if (call.has('value_float'))
    return constantOf(call, 'float32', [call.float('value_float', 0)], true);
  if (call.has('value_int')) return constantOf(call, 'int64', [call.int('value_int', 0)], true);
  const [floats, ints] = [call.floats('value_floats'), call.ints('value_ints')];
  if (floats !== undefined) return constantOf(call, 'float32', floats);
  if (ints !== undefined) return constantOf(call, 'int64', ints);
  return call.refuse('it holds no numbers', 'value, value_float, value_int or a list of them');
};

const constantOfShape: Operator = (call) => {
  const shape = checkedShape(call.numbers(0, 'extents') ?? [], call.place);
  const tensor = call.tensor('value');
  const [number = 0] = tensor?.read() ?? [0];
  return [call.filled(tensor?.type ?? 'float32', shape, number)];
};

/** Extents from `start` to before `end`, where versions from 15 on say them. */
const shapeOf: Operator = (call) => {
  const { shape } = call.node(0);
  return constantOf(
    call,
    'int64',
    shape.slice(call.int('start', 0), call.int('end', shape.length)),
  );
};

const size: Operator = (call) => {
  const { shape } = call.node(0);
  return constantOf(call, 'int64', [shape.reduce((n, extent) => n * extent, 1)], true);
};

const range: Operator = (call) => {
  const [start = 0] = call.numbers(0, 'start') ?? [];
  const [limit = 0] = call.numbers(1, 'limit') ?? [];
  const [delta = 1] = call.numbers(2, 'delta') ?? [];
  const [length = 0] = checkedShape([Math.max(0, Math.ceil((limit - start) / delta))], call.place);
  const numbers = [...listed(call, length, (i) => i)].map((i) => start + i * delta);
  return constantOf(call, call.input(0).type, numbers);
};

/** Rows of the one number where the index says, the other elsewhere. */
const oneHot: Operator = (call) => {
  const [depth = 0] = call.numbers(1, 'depth') ?? [];
  const [off = 0, on = 1] = call.numbers(2, 'values') ?? [];
  const { node } = call.input(0);
  const axis = axisOf(call, call.int('axis', -1), node.shape.length + 1);
  const [classes = 0] = checkedShape([depth], call.place);
  const behind = new Array<number>(node.shape.length - axis).fill(1);
  const places = Float64Array.from(listed(call, classes, (i) => i));
  const index = call.build('reshape', [node], {
    shape: [...node.shape.slice(0, axis), 1, ...node.shape.slice(axis)],
  });
  const place = call.given('int64', [classes, ...behind], places).node;
  const [i, k] = e.inputs;
  const isMet = e.max(e.equal(i, k), e.equal(e.add(i, classes), k));
  const met = computed(call, e.select(isMet, on, off), index, place);
  return [{ type: call.input(2).type, node: met }];
};

export const constants: Operators = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Shape: shapeOf,
  Size: size,
  Range: range,
  OneHot: oneHot,
};
