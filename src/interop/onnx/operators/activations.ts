/**
 * @file Activations: functions of one number, with the settings that ONNX gives them.
 *
 * Those the house has are its own ops, with their gradients; the others are put together. Next stop: `products.ts`.
 */
import { constantNode, type Node } from '../../../graph/node.ts';
import * as e from '../../../ops/expression.ts';
import type { Call } from '../call.ts';
import { alongChannels, computed, given, type Operator, type Operators } from './operator.ts';

const [x, slope] = e.inputs;
const SELU = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 };

const own = (op: string): Operator => given((call) => call.build(op, [call.node(0)]));

const withAlpha = (op: string, standard: number): Operator =>
  given((call) => call.build(op, [call.node(0)], { alpha: call.float('alpha', standard) }));

/** max(0, x) + min(0, alpha (e^(x / alpha) - 1)) */
const celu: Operator = given((call) => {
  const alpha = call.float('alpha', 1);
  const below = e.mul(alpha, e.expm1(e.mul(1 / alpha, x)));
  return computed(call, e.add(e.max(x, 0), e.min(below, 0)), call.node(0));
});

const selu: Operator = given((call) => {
  const [alpha, gamma] = [call.float('alpha', SELU.alpha), call.float('gamma', SELU.gamma)];
  const inside = call.build('elu', [call.node(0)], { alpha });
  return call.build('mul', [inside, constantNode(gamma)]);
});

const hardSigmoid: Operator = given((call) => {
  const [alpha, beta] = [call.float('alpha', 0.2), call.float('beta', 0.5)];
  if (beta === 0.5) return call.build('hardSigmoid', [call.node(0)], { alpha });
  const ramp = e.add(e.mul(alpha, x), beta);
  return computed(call, e.max(0, e.min(1, ramp)), call.node(0));
});

const inner = e.mul(Math.sqrt(2 / Math.PI), e.add(x, e.mul(0.044715, e.mul(x, e.mul(x, x)))));

const gelu: Operator = given((call) => {
  const kind = call.choice('approximate', ['none', 'tanh'], 'none');
  if (kind === 'none') return call.build('gelu', [call.node(0)]);
  return computed(call, e.mul(e.mul(0.5, x), e.add(1, e.tanh(inner))), call.node(0));
});

const swish: Operator = given((call) => {
  const alpha = call.float('alpha', 1);
  if (alpha === 1) return call.build('swish', [call.node(0)]);
  return computed(call, e.mul(x, e.sigmoid(e.mul(alpha, x))), call.node(0));
});

const thresholded: Operator = given((call) =>
  computed(call, e.select(e.greater(x, call.float('alpha', 1)), x, 0), call.node(0)),
);

/** Slopes per channel in the first versions, any that can be repeated to x since. */
function slopesOf(call: Call): Node {
  const [{ shape }, slopes] = [call.node(0), call.node(1)];
  const isPerChannel = slopes.shape.length === 1 && slopes.shape[0] !== 1 && shape.length > 2;
  return call.opset < 7 && isPerChannel ? alongChannels(call, slopes, shape.length) : slopes;
}

const prelu: Operator = given((call) =>
  computed(call, e.select(e.greater(x, 0), x, e.mul(slope, x)), call.node(0), slopesOf(call)),
);

const shrink: Operator = given((call) => {
  const [lambd, bias] = [call.float('lambd', 0.5), call.float('bias', 0)];
  const above = e.select(e.greater(x, lambd), e.sub(x, bias), 0);
  return computed(call, e.select(e.greater(-lambd, x), e.add(x, bias), above), call.node(0));
});

export const activations: Operators = {
  Relu: own('relu'),
  LeakyRelu: withAlpha('leakyRelu', 0.01),
  PRelu: prelu,
  ThresholdedRelu: thresholded,
  Elu: withAlpha('elu', 1),
  Celu: celu,
  Selu: selu,
  Sigmoid: own('sigmoid'),
  HardSigmoid: hardSigmoid,
  HardSwish: own('hardSwish'),
  Swish: swish,
  Mish: own('mish'),
  Gelu: gelu,
  Tanh: own('tanh'),
  Softplus: own('softplus'),
  Softsign: own('softsign'),
  Shrink: shrink,
  Affine: given((call) => {
    const line = e.add(e.mul(call.float('alpha', 1), x), call.float('beta', 0));
    return computed(call, line, call.node(0));
  }),
  ScaledTanh: given((call) => {
    const inside = e.tanh(e.mul(call.float('beta', 1), x));
    return computed(call, e.mul(call.float('alpha', 1), inside), call.node(0));
  }),
  Identity: given((call) => call.node(0)),
};
