/**
 * @file Constants of the file as one number for each channel, or for each place of a row, in the layer's order.
 *
 * Next stop: `joins.ts`.
 */
import { formatShape, sizeOf } from '../../../base/shape.ts';
import type { FileNumbers, Step } from './step.ts';
import { isPicture, onlyExtent, placesOf, type View } from './view.ts';

/** One number for each place of the layer's last axis, of a constant that is repeated to the file's tensor. */
export function channelNumbers(
  step: Step,
  view: View,
  { shape, read }: FileNumbers,
): () => Float32Array {
  const channels = view.own.at(-1) ?? 1;
  const own =
    shape.length > view.shape.length ? shape.slice(shape.length - view.shape.length) : shape;
  const count = sizeOf(shape);
  const axis = isPicture(view) ? own.length - 3 : own.length - 1;
  const fits = count === 1 || (count === channels && own[axis] === channels);
  if (!fits)
    step.refuse(
      `a constant ${formatShape(shape)} on ${formatShape(view.shape)}`,
      'one number, or one per channel',
    );
  return () => {
    const numbers = read();
    return Float32Array.from({ length: channels }, (_, i) => numbers[count === 1 ? 0 : i] ?? 0);
  };
}

/** One number for each place of a row, in the layer's order. */
export function rowNumbers(
  step: Step,
  view: View,
  { shape, read }: Pick<FileNumbers, 'shape' | 'read'>,
): () => Float32Array {
  const [size, count] = [onlyExtent(view), sizeOf(shape)];
  if (count !== 1 && count !== size) {
    step.refuse(
      `a constant ${formatShape(shape)} on ${formatShape(view.shape)}`,
      'one number, or one for each of the row',
    );
  }
  return inOwnOrder(view, { shape, read });
}

/** One number, or one for each place of the file's tensor, where the layer has them. */
export function inOwnOrder(
  view: View,
  { shape, read }: Pick<FileNumbers, 'shape' | 'read'>,
): () => Float32Array {
  return () => {
    const numbers = read();
    const places = placesOf(view);
    const isOne = sizeOf(shape) === 1;
    const moved = new Float32Array(places.length);
    for (const [i, place] of places.entries()) moved[place] = numbers[isOne ? 0 : i] ?? 0;
    return moved;
  };
}
