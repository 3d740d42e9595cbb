/**
 * @file What each kind of layer becomes, as operators that keep channels first. A new layer is one row here.
 *
 * Before: `activationNodes.ts`, `windowNodes.ts`, `shapeNodes.ts`. Next stop: `toProgram.ts`, which goes through a network.
 */
import { FoveaError } from '../../base/errors.ts';
import { imageOf } from '../../nn/layers/layer.ts';
import { channelWindow } from '../../ops/windows/localResponseNormalization.ts';
import { activationNodes } from './activationNodes.ts';
import type { LayerCall } from './layerCall.ts';
import { float, int } from './program.ts';
import { shapeNodes } from './shapeNodes.ts';
import { windowNodes } from './windowNodes.ts';

type Write = (call: LayerCall) => string;

const joined =
  (op: string): Write =>
  ({ b, inputs }) =>
    inputs.slice(1).reduce((sum, x) => b.node(op, [sum, x]), inputs[0] ?? '');

/** Folded, gamma (x - mean) / root(variance + epsilon) + beta is one product and one sum per channel. */
const batchNormalization: Write = (call) => {
  const { b, x, options, weight } = call;
  const names = ['weight', 'bias', 'running_mean', 'running_var'];
  return b.node('BatchNormalization', [x, ...names.map(weight)], {
    epsilon: float(Number(options.epsilon)),
  });
};

const dense: Write = (call) => {
  const { b, x, weight, options } = call;
  const bias = options.useBias === true ? [weight('bias')] : [];
  const sums = b.node('Gemm', [x, weight('weight'), ...bias], { transB: int(1) });
  return activationNodes(b, String(options.activation), sums, false);
};

/** sum over d of (x[d] - center[d])^2. (N, D) -> (N, 1, D) - (K, D) -> (N, K) */
const rbf: Write = ({ b, x, weight }) => {
  const apart = b.node('Unsqueeze', [x, b.whole('axis', [1])]);
  const difference = b.node('Sub', [apart, weight('centers')]);
  const squares = b.node('Mul', [difference, difference]);
  return b.node('ReduceSum', [squares, b.whole('sum_axis', [2])], { keepdims: int(0) });
};

/** Groups are pictures of their own: (N, C, H, W) -> (N g, C / g, H, W) and back. */
const localResponseNormalization: Write = (call) => {
  const { b, x, options, layer } = call;
  const [H, W, C] = imageOf(layer.inputShapes);
  const groups = Number(options.groups);
  if (groups === 1) return response(call, x, C);
  const shaped = (name: string, from: string, channels: number) =>
    b.node('Reshape', [from, b.whole(name, [-1, channels, H, W])]);
  const apart = shaped('group_shape', x, C / groups);
  return shaped('joined_shape', response(call, apart, C / groups), C);
};

/** Of `x`, of `C` channels. */
function response({ b, options }: LayerCall, x: string, C: number): string {
  const size = Number(options.size);
  const [alpha, beta, k] = [options.alpha, options.beta, options.k].map(Number);
  if (size % 2 === 1) {
    // Theirs divides alpha by the size.
    const attributes = {
      size: int(size),
      alpha: float(alpha * size),
      beta: float(beta),
      bias: float(k),
    };
    return b.node('LRN', [x], attributes);
  }
  // Runtimes refuse even windows: the sum over neighbours is a convolution of 1x1 then.
  const { below, above } = channelWindow(size);
  const near = Array.from({ length: C * C }, (_, i) => {
    const apart = (i % C) - Math.floor(i / C);
    return -below <= apart && apart <= above ? alpha : 0;
  });
  const squares = b.node('Mul', [x, x]);
  const sums = b.node('Conv', [squares, b.numbers('near', [C, C, 1, 1], near)]);
  const powers = b.node('Pow', [
    b.node('Add', [sums, b.numbers('k', [], [k])]),
    b.numbers('beta', [], [beta]),
  ]);
  return b.node('Div', [x, powers]);
}

const clip: Write = ({ b, x, options: { min, max } }) => {
  const bound = (name: string, value: unknown) =>
    value === undefined ? '' : b.numbers(name, [], [Number(value)]);
  return b.node('Clip', [x, bound('min', min), bound('max', max)]);
};

const dropout: Write = ({ b, x, options: { mode, rate } }) =>
  mode === '2012' && rate !== 0 ? b.node('Mul', [x, b.numbers('kept', [], [1 - Number(rate)])]) : x;

const activation: Write = ({ b, x, options, isPicture }) => {
  const alpha = options.alpha === undefined ? undefined : Number(options.alpha);
  return activationNodes(b, String(options.activation), x, isPicture, alpha);
};

const LAYERS: Readonly<Record<string, Write>> = {
  ...windowNodes,
  ...shapeNodes,
  dense,
  activation,
  prelu: ({ b, x, weight }) => b.node('PRelu', [x, weight('weight')]),
  clip,
  dropout,
  batchNormalization,
  localResponseNormalization,
  add: joined('Add'),
  subtract: joined('Sub'),
  multiply: joined('Mul'),
  maximum: joined('Max'),
  minimum: joined('Min'),
  average: ({ b, inputs }) => b.node('Mean', inputs),
  concatenate: ({ b, inputs, layer }) =>
    b.node('Concat', inputs, { axis: int(layer.inputShapes[0].length === 3 ? 1 : -1) }),
  rbf,
};

/** Kinds of layers that can leave. */
export const writtenKinds: readonly string[] = Object.keys(LAYERS);

export function layerNodes(call: LayerCall): string {
  const { kind, name } = call.layer.spec;
  const write = Object.hasOwn(LAYERS, kind) ? LAYERS[kind] : undefined;
  if (write !== undefined) return write(call);
  throw new FoveaError({
    where: `layer "${name}" (${kind})`,
    problem: `layers of this kind cannot be exported`,
    expected: `one of ${writtenKinds.join(', ')}`,
  });
}
