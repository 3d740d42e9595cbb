/**
 * @file Functions of single numbers and of rows as layers: activations, bounds, slopes, normalisation, dropout.
 *
 * A layer before takes its activation in, where nobody else reads it. Next stop: `joins.ts`.
 */
import { formatShape, sameShape, sizeOf } from '../../../base/shape.ts';
import { axisOf } from '../operators/operator.ts';
import { channelNumbers, inOwnOrder } from './channels.ts';
import { type Step, SUMMING, weight } from './step.ts';
import { movedTo, sizeOfView, type View } from './view.ts';

/** An activation; the layer before takes it in where it may. */
export const activation =
  (name: string) =>
  (step: Step): View =>
    activated(step, step.read(0), name);

function activated(step: Step, view: View, name: string, alpha?: number): View {
  const before = alpha === undefined && name !== 'softmax' ? step.open(view, SUMMING) : undefined;
  if (before !== undefined) {
    before.options = { ...before.options, activation: name };
    return view;
  }
  const options = alpha === undefined ? { activation: name } : { activation: name, alpha };
  return movedTo(view, step.writer.add({ kind: 'activation', reads: [view], options }).layer);
}

export const withAlpha =
  (name: string, standard: number) =>
  (step: Step): View =>
    activated(step, step.read(0), name, step.call.float('alpha', standard));

export function hardSigmoid(step: Step): View {
  if (step.call.float('beta', 0.5) !== 0.5) step.refuse('its beta is not 0.5', 'beta 0.5');
  return activated(step, step.read(0), 'hardSigmoid', step.call.float('alpha', 0.2));
}

export function swish(step: Step): View {
  if (step.call.float('alpha', 1) !== 1) step.refuse('its alpha is not 1', 'alpha 1');
  return activated(step, step.read(0), 'swish');
}

export function gelu(step: Step): View {
  if (step.call.text('approximate', 'none') !== 'none')
    step.refuse('it is the approximation', 'approximate none');
  return activated(step, step.read(0), 'gelu');
}

export function clip(step: Step): View {
  const { call } = step;
  const bound = (name: string, index: number): number | undefined => {
    if (call.opset < 11) return call.has(name) ? call.float(name, 0) : undefined;
    return call.numbers(index, name)?.[0];
  };
  return clipped(step, step.read(0), bound('min', 1), bound('max', 2));
}

/** Bounds as wide as float32 are none. */
export function clipped(
  step: Step,
  view: View,
  least: number | undefined,
  most: number | undefined,
): View {
  const isNone = (n: number | undefined) => n === undefined || Math.abs(n) > 3e38;
  const [min, max] = [isNone(least) ? undefined : least, isNone(most) ? undefined : most];
  if (min === undefined && max === undefined) return view;
  if (min === 0 && max === undefined) return activated(step, view, 'relu');
  const options = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  return movedTo(view, step.writer.add({ kind: 'clip', reads: [view], options }).layer);
}

/** Of rows, or along the channels of pictures. */
export function softmax(step: Step): View {
  const given = step.read(0);
  const rank = given.shape.length + 1;
  const axis = axisOf(step.call, step.call.int('axis', step.call.opset < 13 ? 1 : -1), rank) - 1;
  const along = step.call.opset < 13 ? given.shape.slice(axis) : [given.shape[axis] ?? 1];
  if (axis >= 0 && sizeOf(along) === sizeOfView(given)) {
    const row = step.writer.flat(given);
    const before = step.open(row, ['dense']);
    if (before === undefined) return activated(step, row, 'softmax');
    before.options = { ...before.options, activation: 'softmax' };
    return row;
  }
  const isChannels = axis === 0 && given.shape.length === 3 && step.call.opset >= 13;
  if (!isChannels)
    step.refuse(
      `a softmax along axis ${axis + 1} of ${formatShape(given.shape)}`,
      'rows, or channels',
    );
  return activated(step, step.writer.picture(given), 'softmax');
}

/** At the end alone: probabilities in place of their logarithms, of which the same is largest. */
export function logSoftmax(step: Step): View {
  const made = softmax(step);
  step.writer.note(
    'the log-softmax at the end became a softmax: outputs are probabilities, and training works',
  );
  return made;
}

export function dropout(step: Step): View {
  const { call } = step;
  const given = step.read(0);
  const rate = call.opset >= 12 ? (call.numbers(1, 'ratio')?.[0] ?? 0.5) : call.float('ratio', 0.5);
  if (!(rate > 0 && rate < 1)) return given;
  return movedTo(
    given,
    step.writer.add({ kind: 'dropout', reads: [given], options: { rate } }).layer,
  );
}

export function prelu(step: Step): View {
  const given = step.read(0);
  const image = given.shape.length === 3 ? step.writer.picture(given) : step.writer.row(given);
  const slopes = step.weights(1, 'slopes');
  const isOwn = image.own.length === 3 && sameShape(slopes.shape.slice(-3), given.shape);
  const numbers = isOwn ? inOwnOrder(image, slopes) : channelNumbers(step, image, slopes);
  const sharedAxes = isOwn ? [] : image.own.slice(0, -1).map((_, i) => i + 1);
  const shape = image.own.map((n, i) => (isOwn || i === image.own.length - 1 ? n : 1));
  const made = step.writer.add({
    kind: 'prelu',
    weightsName: slopes.name,
    reads: [image],
    options: { sharedAxes },
    weights: { alpha: weight(shape, numbers) },
  });
  return movedTo(image, made.layer);
}

export function batchNormalization(step: Step): View {
  const given = step.read(0);
  const view = given.shape.length === 3 ? step.writer.picture(given) : step.writer.row(given);
  const channels = view.own.at(-1) ?? 1;
  const numbers = ['scales', 'offsets', 'means', 'variances'].map((what, i) => {
    const found = step.weights(i + 1, what);
    if (sizeOf(found.shape) !== channels)
      step.refuse(`${formatShape(found.shape)} ${what}`, `${channels}`);
    return weight([channels], () => found.read());
  });
  const [gamma, beta, movingMean, movingVariance] = numbers;
  if (
    gamma === undefined ||
    beta === undefined ||
    movingMean === undefined ||
    movingVariance === undefined
  ) {
    return step.refuse('it lacks statistics', 'scale, offset, mean and variance');
  }
  const made = step.writer.add({
    kind: 'batchNormalization',
    weightsName: step.weights(1, 'scales').name,
    reads: [view],
    options: {
      epsilon: step.call.float('epsilon', 1e-5),
      momentum: step.call.float('momentum', 0.9),
    },
    weights: { gamma, beta, movingMean, movingVariance },
  });
  return movedTo(view, made.layer);
}
