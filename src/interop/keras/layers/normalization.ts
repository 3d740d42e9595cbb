/**
 * @file Batch normalisation; and scalings by numbers that are known, which become one whose numbers stay as they are.
 *
 *   Rescaling      y = scale x + offset                  gamma = scale, beta = offset, mean 0, variance 1
 *   Normalization  y = (x - mean) / sqrt(variance)       gamma 1, beta 0
 *
 * Right behind the input they are the model's preprocessing instead (`../preprocessing.ts`).
 */
import { shownValue } from '../../../base/printable.ts';
import { isObject } from '../config.ts';
import { alike, type LayerContext, only, type Translation, withAxisLast } from './context.ts';

const batchNormalization: Translation = (context) => {
  const { config } = context;
  const given = [config.value('axis') ?? -1].flat();
  const [axis, ...more] = given;
  if (typeof axis !== 'number' || more.length > 0) throw config.wrong('axis', 'one axis');
  const options = {
    momentum: config.number('momentum', 0.99),
    epsilon: config.number('epsilon', 0.001),
  };
  const [center, scale] = [config.flag('center', true), config.flag('scale', true)];
  only(context);
  return withAxisLast(context, axis, (reads) => {
    const y = context.add('batchNormalization', options, { reads });
    context.holds([
      ...(scale ? [{ name: 'gamma', parameter: 'gamma', tensor: y }] : []),
      ...(center ? [{ name: 'beta', parameter: 'beta', tensor: y }] : []),
      { name: 'moving_mean', parameter: 'movingMean', tensor: y, trainable: false },
      { name: 'moving_variance', parameter: 'movingVariance', tensor: y, trainable: false },
    ]);
    if (!scale) context.sets(y, 'gamma', 1);
    if (!center) context.sets(y, 'beta', 0);
    if (!scale || !center) {
      context.note(`has no ${scale ? 'beta' : 'gamma'} in Keras: training moves it here`);
    }
    return y;
  });
};

/** So small that a variance of float32 does not change by it. */
export const TINY = 1e-30;

const frozen = (context: LayerContext) => ({
  reads: alike(context, context.inputs),
  trainable: false,
});

const rescaling: Translation = (context) => {
  const [scale, offset] = [numbersIn(context, 'scale'), numbersIn(context, 'offset', 0)];
  const x = only(context);
  if (x.turned && (scale.length > 1 || offset.length > 1)) {
    throw context.refused('it scales the columns of channels-first images');
  }
  const y = context.add('batchNormalization', { epsilon: TINY }, frozen(context));
  context.sets(y, 'gamma', scale);
  context.sets(y, 'beta', offset);
  context.sets(y, 'movingMean', 0);
  context.sets(y, 'movingVariance', 1);
  return y;
};

const normalization: Translation = (context) => {
  const { config } = context;
  const [axis = -1, ...more] = [config.value('axis') ?? []].flat();
  if (more.length > 0 || typeof axis !== 'number') throw config.wrong('axis', 'the last axis');
  if (config.flag('invert', false)) throw context.refused('its invert is true');
  const isGiven = config.value('mean') !== undefined && config.value('variance') !== undefined;
  const isWhole = config.value('axis') === undefined || config.value('axis') === null;
  only(context);
  return withAxisLast(context, axis, (reads) => {
    const y = context.add('batchNormalization', { epsilon: TINY }, { reads, trainable: false });
    context.sets(y, 'gamma', 1);
    context.sets(y, 'beta', 0);
    if (isGiven) {
      context.sets(y, 'movingMean', numbersIn(context, 'mean'));
      context.sets(y, 'movingVariance', numbersIn(context, 'variance'));
    } else {
      const shape = isWhole ? [] : undefined;
      const held = { tensor: y, trainable: false, ...(shape === undefined ? {} : { shape }) };
      context.holds([
        { ...held, name: 'mean', parameter: 'movingMean' },
        { ...held, name: 'variance', parameter: 'movingVariance' },
        { name: 'count', shape: [], trainable: false },
      ]);
    }
    return y;
  });
};

/** One number or some, in whatever brackets. */
export function numbersIn({ config }: LayerContext, key: string, unsaid?: number): number[] {
  const given = config.value(key) ?? unsaid;
  const value = isObject(given) && isObject(given.config) ? given.config.value : given;
  const numbers = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
  const isList = numbers.length > 0 && numbers.every((n) => Number.isFinite(n));
  if (isList) return numbers as number[];
  throw config.wrong(key, `a number, or one per channel, and not ${shownValue(given)}`);
}

export const normalizationLayers: Readonly<Record<string, Translation>> = {
  BatchNormalization: batchNormalization,
  BatchNormalizationV1: batchNormalization,
  BatchNormalizationV2: batchNormalization,
  Rescaling: rescaling,
  Normalization: normalization,
};
