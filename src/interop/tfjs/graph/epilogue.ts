/**
 * @file What ends a layer with weights: a bias and an activation, inside the operation or as the operations behind it.
 */
import { type ActivationName, activationNames } from '../../../nn/activations.ts';
import type { BuiltTensor } from '../../specBuilder.ts';
import { type OperationContext, perChannel, type Value } from './context.ts';
import type { GraphNode } from './nodes.ts';

type Options = Readonly<Record<string, unknown>>;

/** Operations that are an activation by name; options of some are attributes. */
export const simpleActivations: Readonly<Record<string, (context: OperationContext) => Options>> = {
  Relu: () => ({ activation: 'relu' }),
  Elu: () => ({ activation: 'elu' }),
  Selu: () => ({ activation: 'selu' }),
  Sigmoid: () => ({ activation: 'sigmoid' }),
  Tanh: () => ({ activation: 'tanh' }),
  Softmax: () => ({ activation: 'softmax' }),
  Softplus: () => ({ activation: 'softplus' }),
  Softsign: () => ({ activation: 'softsign' }),
  LeakyRelu: ({ attributes }) => ({
    activation: 'leakyRelu',
    alpha: attributes.number('alpha', 0.2),
  }),
};

/** Those that a layer with weights may end in. */
const INLINE: Readonly<Record<string, ActivationName>> = {
  Relu: 'relu',
  Elu: 'elu',
  Selu: 'selu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  Softmax: 'softmax',
  Softplus: 'softplus',
  Softsign: 'softsign',
};

const BIASES = ['BiasAdd', 'Add', 'AddV2'];

interface Ends {
  readonly bias: Float32Array | undefined;
  readonly activation: ActivationName;
}

/** A layer of so many channels with whatever ends it; `make` adds it. */
export function epilogue(
  context: OperationContext,
  channels: number,
  make: (ends: Ends) => BuiltTensor,
): Value {
  const { node } = context;
  return node.op.startsWith('_Fused') || node.op.startsWith('Fused')
    ? fused(context, make)
    : following(context, channels, make);
}

/** Operations behind it that nothing else reads. */
function following(
  context: OperationContext,
  channels: number,
  make: (ends: Ends) => BuiltTensor,
): Value {
  const { node } = context;
  let last = node;
  let bias: Float32Array | undefined;
  const added = context.followedBy(node, ({ op }) => BIASES.includes(op));
  const given = added === undefined ? undefined : biasOf(context, added, node, channels);
  if (added !== undefined && given !== undefined) {
    bias = given;
    last = added;
  }
  const next = context.followedBy(last, ({ op }) => isInline(INLINE[op]));
  const activation = next === undefined ? 'linear' : (INLINE[next.op] ?? 'linear');
  const tensor = make({ bias, activation });
  for (const taken of [last, next]) {
    if (taken !== undefined && taken !== node) context.takes(taken, tensor);
  }
  return { tensor };
}

const isInline = (name: ActivationName | undefined): boolean =>
  name !== undefined && activationNames.includes(name);

function biasOf(
  context: OperationContext,
  added: GraphNode,
  to: GraphNode,
  channels: number,
): Float32Array | undefined {
  const constant = context.constantOf(added.inputs.find((name) => name !== to.name));
  const isRight =
    constant !== undefined && perChannel(constant, channels) && constant.shape.at(-1) === channels;
  return isRight ? constant.read() : undefined;
}

/** What stands inside: fused_ops says what, in order. */
function fused(context: OperationContext, make: (ends: Ends) => BuiltTensor): Value {
  const [first, second, ...more] = context.attributes.texts('fused_ops');
  if (first !== 'BiasAdd' || more.length > 0) {
    throw context.attributes.wrong(
      'fused_ops',
      [first, second, ...more],
      'BiasAdd, then an activation',
    );
  }
  const inside = second === undefined ? 'linear' : INLINE[second];
  const tensor = make({ bias: context.constant(2).read(), activation: inside ?? 'linear' });
  if (inside !== undefined) return { tensor };
  const after = { suffix: 'activation' };
  if (second === 'Relu6') {
    return { tensor: context.add('clip', [tensor], { min: 0, max: 6 }, {}, after) };
  }
  if (second === 'LeakyRelu') {
    const alpha = context.attributes.number('leakyrelu_alpha', 0.2);
    const options = { activation: 'leakyRelu', alpha };
    return { tensor: context.add('activation', [tensor], options, {}, after) };
  }
  if (second === 'Prelu') {
    const numbers = { alpha: context.constant(3).read() };
    return { tensor: context.add('prelu', [tensor], { sharedAxes: [1, 2] }, numbers, after) };
  }
  throw context.attributes.wrong('fused_ops', second, 'an activation that is known here');
}
