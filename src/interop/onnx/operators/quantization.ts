/**
 * @file Operators on whole numbers that stand for real ones: real = (whole - zero point) scale.
 *
 * They are worked out as real numbers and rounded where the file rounds; scales and zero points are one for all, or one
 * for each place of an axis. 8 bits are exact in float32, and so are sums of their products up to 2^24.
 */
import type { Shape } from '../../../base/shape.ts';
import { constantNode, type Node } from '../../../graph/node.ts';
import * as e from '../../../ops/expression.ts';
import type { Call } from '../call.ts';
import type { ElementType } from '../tensors.ts';
import { rounded } from './arithmetic.ts';
import { convolution, withBias } from './convolutions.ts';
import { axisOf, computed, type Operator, type Operators, reshaped } from './operator.ts';
import { product } from './products.ts';

const [x, y, z] = e.inputs;

const RANGES: Partial<Record<ElementType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint16: [0, 2 ** 16 - 1],
};

/** An input of one number, or of one for each place of an axis; `missing` where it is left out. */
function perPlace(call: Call, index: number, shape: Shape, axis: number, missing: number): Node {
  const node = call.optional(index)?.node;
  if (node === undefined) return constantNode(missing);
  const size = node.shape[0] ?? 1;
  if (node.shape.length === 0 || size === 1) return reshaped(call, node, []);
  if (node.shape.length > 1) {
    if (node.shape.length === shape.length) return node;
    call.refuse(
      'its scales are blocks of an axis',
      'one scale for all, or one for each place of an axis',
    );
  }
  return reshaped(
    call,
    node,
    shape.map((_, i) => (i === axis ? size : 1)),
  );
}

/** Real numbers from whole ones at `index`; scale and zero point follow at `scale` and `scale` + 1. */
function real(call: Call, index: number, scale: number, axis: number): Node {
  const { node } = call.input(index);
  const zero = perPlace(call, scale + 1, node.shape, axis, 0);
  const by = perPlace(call, scale, node.shape, axis, 1);
  return computed(call, e.mul(e.sub(x, y), z), node, zero, by);
}

/** Whole numbers less their zero point at `zero`. */
function centred(call: Call, index: number, zero: number, axis: number): Node {
  const { node } = call.input(index);
  return call.build('sub', [node, perPlace(call, zero, node.shape, axis, 0)]);
}

function quantized(call: Call, node: Node, scale: number, axis: number) {
  const type = call.optional(scale + 1)?.type ?? 'uint8';
  const [least, most] = RANGES[type] ?? call.refuse(`numbers of type ${type}`, '8 or 16 bits');
  const steps = e.div(x, y);
  const whole = e.add(roundedOf(steps), z);
  const by = perPlace(call, scale, node.shape, axis, 1);
  const zero = perPlace(call, scale + 1, node.shape, axis, 0);
  const made = computed(call, e.max(least, e.min(most, whole)), node, by, zero);
  return [{ type, node: made }];
}

const roundedOf = (of: e.Expression): e.Expression => e.substitute(rounded, () => of);

const along = (call: Call, index: number): number => {
  const rank = call.node(index).shape.length;
  return rank < 2 ? 0 : axisOf(call, call.int('axis', 1), rank);
};

const int32 =
  (of: (call: Call) => Node): Operator =>
  (call) => [{ type: 'int32', node: of(call) }];

export const quantization: Operators = {
  QuantizeLinear: (call) => quantized(call, call.node(0), 1, along(call, 0)),
  DequantizeLinear: (call) => [{ type: 'float32', node: real(call, 0, 1, along(call, 0)) }],
  ConvInteger: int32((call) => convolution(call, centred(call, 0, 2, 1), centred(call, 1, 3, 0))),
  MatMulInteger: int32((call) => product(call, centred(call, 0, 2, 0), centred(call, 1, 3, 1))),
  QLinearConv: (call) => {
    const made = convolution(call, real(call, 0, 1, 1), real(call, 3, 4, 0));
    const bias = call.optional(8)?.node;
    if (bias === undefined) return quantized(call, made, 6, 1);
    // Biases are whole numbers of the product of both scales.
    const scales = call.build('mul', [
      perPlace(call, 1, bias.shape, 0, 1),
      perPlace(call, 4, bias.shape, 0, 1),
    ]);
    return quantized(call, withBias(call, made, call.build('mul', [bias, scales])), 6, 1);
  },
  QLinearMatMul: (call) =>
    quantized(call, product(call, real(call, 0, 1, 0), real(call, 3, 4, 1)), 6, 1),
};
