/**
 * @file How a tensor of the file stands in what a layer gives: the proof that a change of layout moved nothing.
 *
 * A layer gives numbers in the order (H, W, C); the file's tensor holds the same numbers in another order and shape:
 *
 *   file's tensor = reshape(transpose(reshape(layer's numbers, source), axes), shape)
 *
 * Reshapes and transposes of the file change the view and make no layer. Whoever needs an order asks for it: a dense layer
 * has its rows put in order, and where nothing else helps, layers that really move the numbers are written. All shapes are
 * of one row, the batch left out. Next stop: `writer.ts`.
 */
import { first } from '../../../base/lists.ts';
import { type Shape, sameShape, sizeOf, stridesOf } from '../../../base/shape.ts';

export interface View {
  /** A layer or input by name. */
  readonly layer: string;
  /** Of what the layer gives. */
  readonly own: Shape;
  readonly source: Shape;
  readonly axes: readonly number[];
  /** Of the file's tensor. */
  readonly shape: Shape;
}

/** A picture (C, H, W) of the file, which here is (H, W, C). */
export function pictureView(layer: string, own: Shape): View {
  const [H = 1, W = 1, C = 1] = own;
  return { layer, own, source: own, axes: [2, 0, 1], shape: [C, H, W] };
}

/** A tensor of the file that has the layer's own shape and order. */
export function plainView(layer: string, own: Shape, shape: Shape = own): View {
  return { layer, own, source: own, axes: own.map((_, axis) => axis), shape };
}

/** The same order of other numbers, one for one: what an element-wise layer gives. */
export const movedTo = (view: View, layer: string): View => ({ ...view, layer });

/** The order alone: axes of extent 1 count for nothing, axes that stay neighbours are one. */
function orderOf({ source, axes }: Pick<View, 'source' | 'axes'>): string {
  const long = axes.filter((axis) => source[axis] !== 1);
  const inSource = [...long].sort((a, b) => a - b);
  const places = long.map((axis) => inSource.indexOf(axis));
  const runs: { from: number; size: number }[] = [];
  let before = -2;
  for (const place of places) {
    const extent = source[inSource[place] ?? 0] ?? 1;
    const run = runs.at(-1);
    if (run !== undefined && place === before + 1) run.size *= extent;
    else runs.push({ from: place, size: extent });
    before = place;
  }
  const order = [...runs].sort((a, b) => a.from - b.from);
  return runs.map((run) => `${order.indexOf(run)}:${run.size}`).join();
}

export function sameOrder(
  a: Pick<View, 'source' | 'axes'>,
  b: Pick<View, 'source' | 'axes'>,
): boolean {
  return orderOf(a) === orderOf(b);
}

/** Whether the file has the numbers in the layer's own order. */
export function isInOrder({ source, axes }: View): boolean {
  return sameOrder({ source, axes }, { source, axes: source.map((_, axis) => axis) });
}

/** Whether the file's tensor is a picture (C, H, W) that the layer gives as (H, W, C). */
export function isPicture({ own, source, axes, shape }: View): boolean {
  const [H = 1, W = 1, C = 1] = own;
  const isShape = own.length === 3 && sameShape(shape, [C, H, W]);
  return isShape && sameOrder({ source, axes }, { source: own, axes: [2, 0, 1] });
}

/** Under another shape, which holds as many numbers. */
export const reshapedView = (view: View, shape: Shape): View => ({ ...view, shape });

/** A piece that is of one axis of the source and of one axis of the file's tensor. */
interface Piece {
  readonly extent: number;
  /** The axis of the source. */
  readonly axis: number;
  /** The axis of the file's tensor. */
  readonly place: number;
}

/** Both cut to pieces, in the order of the file; undefined where the extents have no pieces in common. */
function piecesOf({ source, axes, shape }: View): readonly Piece[] | undefined {
  const long = (extents: Shape, order: readonly number[]) =>
    order.filter((i) => extents[i] !== 1).map((i) => ({ i, open: extents[i] ?? 1 }));
  const theirs = long(shape, [...shape.keys()]);
  const ours = long(source, axes);
  const pieces: Piece[] = [];
  while (ours[0] !== undefined && theirs[0] !== undefined) {
    const [own, their] = [ours[0], theirs[0]];
    const extent = Math.min(own.open, their.open);
    if (own.open % extent !== 0 || their.open % extent !== 0) return undefined;
    pieces.push({ extent, axis: own.i, place: their.i });
    own.open /= extent;
    their.open /= extent;
    if (own.open === 1) ours.shift();
    if (their.open === 1) theirs.shift();
  }
  return pieces;
}

/** Its axes in another order; undefined where its shape has mixed axes that would move apart. */
export function transposedView(view: View, perm: readonly number[]): View | undefined {
  // In order, the layer's numbers can be taken for any shape.
  const base = isInOrder(view) ? { ...view, source: [sizeOf(view.source)], axes: [0] } : view;
  const pieces = piecesOf(base);
  if (pieces === undefined) return undefined;
  const inSource = [...pieces].sort((a, b) => a.axis - b.axis);
  const moved = perm.flatMap((place) => pieces.filter((piece) => piece.place === place));
  return {
    ...view,
    source: inSource.map(({ extent }) => extent),
    axes: moved.map((piece) => inSource.indexOf(piece)),
    shape: perm.map((axis) => view.shape[axis] ?? 1),
  };
}

/** For each number of the file's tensor, row-major, its place in what the layer gives. */
export function placesOf({ source, axes }: View): Int32Array {
  const strides = stridesOf(source);
  const extents = axes.map((axis) => source[axis] ?? 1);
  const steps = axes.map((axis) => strides[axis] ?? 0);
  const places = new Int32Array(sizeOf(source));
  const at = extents.map(() => 0);
  let place = 0;
  for (let i = 0; i < places.length; i++) {
    places[i] = place;
    for (let axis = extents.length - 1; axis >= 0; axis--) {
      place += steps[axis] ?? 0;
      at[axis] = (at[axis] ?? 0) + 1;
      if ((at[axis] ?? 0) < (extents[axis] ?? 1)) break;
      place -= (steps[axis] ?? 0) * (extents[axis] ?? 1);
      at[axis] = 0;
    }
  }
  return places;
}

/** Extents of a picture of the file, (C, H, W). */
export function pictureShape({ shape }: View): readonly [number, number, number] {
  const [C = 1, H = 1, W = 1] = shape;
  return [C, H, W];
}

export const sizeOfView = ({ own }: View): number => sizeOf(own);
export const onlyExtent = ({ shape }: View): number => first(shape, 'extent');
