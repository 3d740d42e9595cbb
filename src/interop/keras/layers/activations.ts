/**
 * @file Activations: as the option of a layer, as layers of their own, and as layers inside of an option.
 *
 * Each is a row of steps. A step that is an activation by name stands in the layer before; whatever else becomes layers
 * behind it. Next stop: `nn/activations.ts`.
 */

import { shownValue } from '../../../base/printable.ts';
import { type ActivationName, activationNames } from '../../../nn/activations.ts';
import { isObject, LayerConfig } from '../config.ts';
import {
  type KerasTensor,
  type LayerContext,
  only,
  type Translation,
  withAxisLast,
} from './context.ts';
import { initializersOf } from './initializers.ts';

interface Step {
  readonly kind: 'activation' | 'clip';
  readonly options: Readonly<Record<string, unknown>>;
}

const named = (activation: string, options: Readonly<Record<string, unknown>> = {}): Step => ({
  kind: 'activation',
  options: { activation, ...options },
});

/** Functions of the same name and formula are not listed. Source: https://keras.io/api/layers/activations. */
const FUNCTIONS: Readonly<Record<string, (context: LayerContext) => readonly Step[]>> = {
  linear: () => [],
  relu6: () => [{ kind: 'clip', options: { min: 0, max: 6 } }],
  leaky_relu: () => [named('leakyRelu', { alpha: 0.2 })],
  silu: () => [named('swish')],
  swish: () => [named('swish')],
  hard_silu: () => [named('hardSwish')],
  hard_swish: () => [named('hardSwish')],
  // Until Keras 3 its slope was 0.2.
  hard_sigmoid: ({ kerasVersion }) => [
    named('hardSigmoid', { alpha: kerasVersion < 3 ? 0.2 : 1 / 6 }),
  ],
};

function stepsOf(context: LayerContext, key: string): readonly Step[] {
  const given = context.config.value(key);
  if (given === undefined) return [];
  if (typeof given === 'string') return byName(context, given);
  if (isObject(given) && given.class_name === 'function' && typeof given.config === 'string') {
    return byName(context, given.config);
  }
  if (isObject(given) && isObject(given.config)) {
    const steps = LAYERS[String(given.class_name)];
    if (steps !== undefined) {
      const config = new LayerConfig(given.config, context.where, context.note);
      const found = steps({ ...context, config });
      config.finish();
      return found;
    }
  }
  throw context.refused(`its activation ${shownValue(given)} is not known here`);
}

function byName(context: LayerContext, name: string): readonly Step[] {
  const steps = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]?.(context) : [named(name)];
  for (const { options } of steps ?? []) {
    const { activation } = options;
    if (activation === undefined || isKnown(activation)) continue;
    throw context.refused(`its activation "${name}" is not known here`);
  }
  return steps ?? [];
}

const isKnown = (name: unknown): name is ActivationName =>
  activationNames.includes(name as ActivationName);

/** Activations that are layers. */
const LAYERS: Readonly<Record<string, (context: LayerContext) => readonly Step[]>> = {
  ReLU: ({ config, refused }) => {
    const max = config.optionalNumber('max_value');
    const slope = config.number('negative_slope', 0);
    const threshold = config.number('threshold', 0);
    if (threshold !== 0) throw refused(`its threshold is ${threshold}; only 0 is known here`);
    if (slope === 0) {
      return max === undefined ? [named('relu')] : [{ kind: 'clip', options: { min: 0, max } }];
    }
    const below = named('leakyRelu', { alpha: slope });
    return max === undefined ? [below] : [below, { kind: 'clip', options: { max } }];
  },
  // Keras 2 called the slope alpha.
  LeakyReLU: ({ config }) => [
    named('leakyRelu', {
      alpha: config.optionalNumber('alpha') ?? config.number('negative_slope', 0.3),
    }),
  ],
  ELU: ({ config }) => [named('elu', { alpha: config.number('alpha', 1) })],
  ThresholdedReLU: ({ config, refused }) => {
    const theta = config.number('theta', 1);
    if (theta !== 0) throw refused(`its theta is ${theta}; only 0 is known here`);
    return [named('relu')];
  },
};

/** The activation of a layer that has one: what stands in the layer, and what follows it. */
export function activationOf(context: LayerContext, key = 'activation') {
  const steps = stepsOf(context, key);
  const [first, ...more] = steps;
  const name = first?.options.activation;
  const isInline =
    isKnown(name) && more.length === 0 && Object.keys(first?.options ?? {}).length === 1;
  return {
    inside: isInline ? name : ('linear' as const),
    after: (tensor: KerasTensor) => {
      if (tensor.turned && isSoftmax(steps)) {
        throw context.refused('its softmax runs along the width of channels-first images');
      }
      return isInline ? tensor : applied(context, steps, tensor, 'activation');
    },
  };
}

function applied(
  context: LayerContext,
  steps: readonly Step[],
  tensor: KerasTensor,
  suffix?: string,
): KerasTensor {
  return steps.reduce((x, { kind, options }, i) => {
    const more = suffix ?? (i === 0 ? undefined : 'bound');
    return context.add(kind, options, {
      reads: [x],
      ...(more === undefined ? {} : { suffix: more }),
    });
  }, tensor);
}

/** A layer even where it does nothing, so that its name is there. */
const asLayer = (context: LayerContext, steps: readonly Step[]): KerasTensor =>
  applied(context, steps.length === 0 ? [named('linear')] : steps, only(context));

/** Softmax alone sees more than one number: those of an axis. */
const isSoftmax = (steps: readonly Step[]) =>
  steps.some(({ options }) => options.activation === 'softmax');

export const activationLayers: Readonly<Record<string, Translation>> = {
  Activation: (context) => {
    const steps = stepsOf(context, 'activation');
    if (!isSoftmax(steps)) return asLayer(context, steps);
    return withAxisLast(context, -1, ([x]) => applied(context, steps, x));
  },
  Softmax: (context) => {
    const axis = context.config.value('axis') ?? -1;
    const [own = -1, ...more] = [axis].flat();
    if (typeof own !== 'number' || more.length > 0) throw context.config.wrong('axis', 'one axis');
    return withAxisLast(context, own, ([x]) => applied(context, [named('softmax')], x));
  },
  PReLU: (context) => {
    const axes = context.config.integers('shared_axes', []);
    const x = only(context);
    if (x.turned) throw context.refused('its slopes are those of channels-first images');
    const y = context.add(
      'prelu',
      {
        sharedAxes: axes,
        ...initializersOf(context.config, { alphaInitializer: 'alpha_initializer' }),
      },
      { reads: [x] },
    );
    context.holds([{ name: 'alpha', parameter: 'alpha', tensor: y }]);
    return y;
  },
  ...Object.fromEntries(
    Object.entries(LAYERS).map(([name, steps]) => [
      name,
      (context: LayerContext) => asLayer(context, steps(context)),
    ]),
  ),
};
