/**
 * @file Operators that bring numbers to mean 0 and variance 1, or temper them by their neighbours.
 *
 * Next stop: `resizing.ts`.
 */
import { formatShape, type Shape, sizeOf } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import * as e from '../../../ops/expression.ts';
import { build } from '../../../ops/index.ts';
import { meanOver, sumOver } from '../../../ops/reductions.ts';
import type { Call } from '../call.ts';
import type { Value } from '../constants.ts';
import {
  alongChannels,
  axisOf,
  computed,
  given,
  type Operator,
  type Operators,
  reshaped,
  sliced,
  transposed,
} from './operator.ts';

const [x, y, z] = e.inputs;

/** With the statistics that the file holds. */
const batchNormalization: Operator = given((call) => {
  const input = call.node(0, 2);
  if (call.flag('training_mode')) {
    call.refuse(
      'it is in training mode',
      'inference',
      'export the model with training=TrainingMode.EVAL',
    );
  }
  if (!call.flag('spatial', true))
    call.refuse('its statistics are not one per channel', 'spatial 1');
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map((i) =>
    alongChannels(call, call.node(i), input.shape.length),
  ) as [Node, Node, Node, Node];
  const epsilon = call.float('epsilon', 1e-5);
  const factor = computed(call, e.div(x, e.sqrt(e.add(y, epsilon))), scale, variance);
  const centred = call.build('sub', [input, mean]);
  return computed(call, e.add(e.mul(x, y), z), centred, factor, offset);
});

interface Normalized {
  readonly node: Node;
  readonly mean: Node;
  /** 1 / sqrt(variance + epsilon) */
  readonly factor: Node;
}

function normalized(call: Call, input: Node, axes: readonly number[], epsilon: number): Normalized {
  const over = { axes, keepDims: true };
  const mean = meanOver(build, input, over);
  const centred = call.build('sub', [input, mean]);
  const variance = meanOver(build, call.build('square', [centred]), over);
  const factor = computed(call, e.div(1, e.sqrt(e.add(x, epsilon))), variance);
  return { node: call.build('mul', [centred, factor]), mean, factor };
}

const scaledAndMoved = (call: Call, node: Node, scale: Node, offset: Node | undefined): Node => {
  const made = call.build('mul', [node, scale]);
  return offset === undefined ? made : call.build('add', [made, offset]);
};

const instanceNormalization: Operator = given((call) => {
  const input = call.node(0, 3);
  const rank = input.shape.length;
  const axes = [...input.shape.keys()].slice(2);
  const { node } = normalized(call, input, axes, call.float('epsilon', 1e-5));
  const [scale, offset] = [1, 2].map((i) => alongChannels(call, call.node(i), rank)) as [
    Node,
    Node,
  ];
  return scaledAndMoved(call, node, scale, offset);
});

/** Over the axes from `axis` on; it can give the statistics too. */
const layerNormalization: Operator = (call) => {
  const { type, node: input } = call.input(0);
  const axis = axisOf(call, call.int('axis', -1), input.shape.length);
  const axes = [...input.shape.keys()].slice(axis);
  const { node, mean, factor } = normalized(call, input, axes, call.float('epsilon', 1e-5));
  const made = scaledAndMoved(call, node, call.node(1), call.optional(2)?.node);
  const value = (own: Node): Value => ({ type, node: own });
  return [value(made), value(mean), value(factor)];
};

const rmsNormalization: Operator = given((call) => {
  const input = call.node(0);
  const axis = axisOf(call, call.int('axis', -1), input.shape.length);
  const axes = [...input.shape.keys()].slice(axis);
  const squares = meanOver(build, call.build('square', [input]), { axes, keepDims: true });
  const epsilon = call.float('epsilon', 1e-5);
  const made = computed(call, e.div(x, e.sqrt(e.add(y, epsilon))), input, squares);
  return call.build('mul', [made, call.node(1)]);
});

/** Channels in groups; scale and offset were one per group before version 21. */
const groupNormalization: Operator = given((call) => {
  const input = call.node(0, 3);
  const [N = 1, C = 1, ...spatial] = input.shape;
  const groups =
    call.int('num_groups') ?? call.refuse('it says no num_groups', 'a number of groups');
  if (groups < 1 || C % groups !== 0)
    call.refuse(`${groups} groups of ${C} channels`, 'groups that divide the channels');
  const together = reshaped(call, input, [N, groups, (C / groups) * sizeOf(spatial)]);
  const { node } = normalized(call, together, [2], call.float('epsilon', 1e-5));
  const apart = reshaped(call, node, input.shape);
  const [scale, offset] = [1, 2].map((i) => perChannel(call, call.node(i), C, input.shape)) as [
    Node,
    Node,
  ];
  return scaledAndMoved(call, apart, scale, offset);
});

function perChannel(call: Call, numbers: Node, C: number, shape: Shape): Node {
  const count = sizeOf(numbers.shape);
  if (C % count !== 0)
    call.refuse(
      `${formatShape(numbers.shape)} for ${C} channels`,
      'one number per channel or group',
    );
  const column = reshaped(call, numbers, [count, 1]);
  const each = call.build('broadcastTo', [column], { shape: [count, C / count] });
  return alongChannels(call, each, shape.length);
}

/** Over `axes`, the batch among them; here alone is the variance that of what is given. */
const meanVariance: Operator = given((call) => {
  const axes = call.ints('axes') ?? [0, 2, 3];
  return normalized(call, call.node(0), axes, 1e-9).node;
});

const lpNormalization: Operator = given((call) => {
  const input = call.node(0);
  const axes = [axisOf(call, call.int('axis', -1), input.shape.length)];
  const isOne = call.int('p', 2) === 1;
  const powers = computed(call, isOne ? e.abs(x) : e.mul(x, x), input);
  const sum = sumOver(build, powers, { axes, keepDims: true });
  return computed(call, e.div(x, isOne ? y : e.sqrt(y)), input, sum);
});

/**
 * ONNX divides alpha by the size, and an even window reaches further up than down. Here it reaches further down: the
 * channels are then turned round before and after.
 */
const localResponse: Operator = given((call) => {
  const size = call.int('size') ?? call.refuse('it says no size', 'a number of channels');
  const last = transposed(call, call.node(0, 4), [0, 2, 3, 1]);
  const C = last.shape.at(-1) ?? 1;
  const turned = (node: Node) => (size % 2 === 1 ? node : sliced(call, node, 3, C - 1, C, -1));
  const attrs = {
    size,
    k: call.float('bias', 1),
    alpha: call.float('alpha', 1e-4) / size,
    beta: call.float('beta', 0.75),
  };
  const made = call.build('localResponseNormalization', [turned(last)], attrs);
  return transposed(call, turned(made), [0, 3, 1, 2]);
});

export const normalizations: Operators = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  GroupNormalization: groupNormalization,
  MeanVarianceNormalization: meanVariance,
  LpNormalization: lpNormalization,
  LRN: localResponse,
};
