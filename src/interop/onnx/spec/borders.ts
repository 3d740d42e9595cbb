/**
 * @file What makes pictures larger or smaller without a window: padding, cutting, repeated pixels.
 *
 * Before: `windows.ts`. Next stop: `rows.ts`.
 */
import { sameShape } from '../../../base/shape.ts';
import { slicesOf } from '../operators/slices.ts';
import type { Step } from './step.ts';
import { pictureView, type View } from './view.ts';

const FILLS = {
  constant: 'constant',
  reflect: 'reflect',
  edge: 'replicate',
  wrap: 'circular',
} as const;

export function pad(step: Step): View {
  const given = step.read(0);
  const { call } = step;
  const asked = call.opset < 2 ? call.ints('paddings') : call.setting('pads', 1, 11);
  const rank = given.shape.length + 1;
  const axes =
    (call.opset >= 18 ? call.numbers(3, 'axes') : undefined) ??
    Array.from({ length: rank }, (_, i) => i);
  const sides = Array.from({ length: rank }, () => [0, 0]);
  axes.forEach((axis, i) => {
    sides[axis < 0 ? axis + rank : axis] = [asked?.[i] ?? 0, asked?.[i + axes.length] ?? 0];
  });
  if (sides.flat().every((n) => n === 0)) return given;
  const [batch = [], channels = [], ...pads] = sides;
  if (pads.length !== 2 || [...batch, ...channels].some((n) => n !== 0)) {
    step.refuse('it pads other axes than height and width', 'pictures padded at their sides');
  }
  if (pads.flat().some((n) => n < 0)) {
    if (pads.flat().some((n) => n > 0))
      step.refuse('it pads one side and cuts another', 'one of the two');
    const cropping = pads.map((side) => side.map((n) => -n));
    const made = step.writer.add({
      kind: 'cropping2d',
      reads: [step.writer.picture(given)],
      options: { cropping },
    });
    return pictureView(made.layer, made.own);
  }
  const value = (call.opset >= 11 ? call.numbers(2, 'value')?.[0] : call.float('value', 0)) ?? 0;
  const mode = FILLS[call.choice('mode', ['constant', 'reflect', 'edge', 'wrap'], 'constant')];
  const isZero = mode === 'constant' && value === 0;
  const made = step.writer.add({
    kind: isZero ? 'zeroPadding2d' : 'padding2d',
    reads: [step.writer.picture(given)],
    options: isZero ? { padding: pads } : { padding: pads, mode, value },
  });
  return pictureView(made.layer, made.own);
}

/** Pixels repeated by whole factors. */
export function resize(step: Step): View {
  const given = step.read(0);
  const shape = step.outputShape();
  if (sameShape(shape, given.shape)) return given;
  if (step.outputOp() !== 'upsample2d')
    step.refuse('it weighs pixels', 'pixels that are repeated by whole factors');
  const size = [1, 2].map((axis) => (shape[axis] ?? 1) / (given.shape[axis] ?? 1));
  const made = step.writer.add({
    kind: 'upsampling2d',
    reads: [step.writer.picture(given)],
    options: { size },
  });
  return pictureView(made.layer, made.own);
}

/** Rows and columns cut off at the sides. */
export function slice(step: Step): View {
  const given = step.read(0);
  const taken = slicesOf(step.call).filter(
    ({ axis, size, step: stride }) => stride !== 1 || axis === 0 || size !== given.shape[axis - 1],
  );
  const isCropping = taken.every(({ axis, step: stride }) => stride === 1 && axis >= 2);
  if (given.shape.length !== 3 || !isCropping)
    step.refuse('it takes parts of a batch, of channels or of rows', 'pictures cut at their sides');
  if (taken.length === 0) return given;
  const [, ...extents] = given.shape;
  const cropping = extents.map((extent, i) => {
    const own = taken.find(({ axis }) => axis === i + 2);
    return own === undefined ? [0, 0] : [own.start, extent - own.start - own.size];
  });
  const made = step.writer.add({
    kind: 'cropping2d',
    reads: [step.writer.picture(given)],
    options: { cropping },
  });
  return pictureView(made.layer, made.own);
}
