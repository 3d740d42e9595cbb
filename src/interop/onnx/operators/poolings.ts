/**
 * @file Pooling over any number of spatial axes, with dilation, rounding up and every way to count padding.
 *
 * What the engine's pooling ops do, they do. All else is put together of taps: one picture for each place in the window,
 * taken from the padded input by a slice with steps, and combined number by number. Next stop: `normalizations.ts`.
 */
import { formatShape, type Shape, sizeOf } from '../../../base/shape.ts';
import { constantNode, type Node } from '../../../graph/node.ts';
import * as e from '../../../ops/expression.ts';
import { build } from '../../../ops/index.ts';
import { maxOver, meanOver, sumOver } from '../../../ops/reductions.ts';
import type { Call } from '../call.ts';
import type { Value } from '../constants.ts';
import { computed, given, type Operators, reshaped, transposed } from './operator.ts';
import { padded } from './parts.ts';
import { behind, positionsOf, type Slide, slidesOf } from './windows.ts';

export interface Pool {
  readonly x: Node;
  readonly slides: readonly Slide[];
  readonly positions: readonly number[];
}

/** A larger window is no pooling that someone meant to have in taps. */
const MOST_TAPS = 1024;

export function poolOf(call: Call): Pool {
  const x = call.node(0, 3);
  const kernel =
    call.ints('kernel_shape') ??
    call.refuse('it says no kernel_shape', 'the extents of the window');
  const slides = slidesOf(call, x.shape.slice(2), kernel);
  const ceil = call.flag('ceil_mode');
  return { x, slides, positions: slides.map((slide) => positionsOf(call, slide, ceil)) };
}

/** Whether the engine has it: two axes at most, no dilation, padding smaller than the window. */
export function isPlain({ slides, positions }: Pool): boolean {
  const fits = (slide: Slide, i: number) =>
    slide.dilation === 1 &&
    slide.pads[0] < slide.kernel &&
    behind(slide, positions[i] ?? 1) < slide.kernel;
  return slides.length <= 2 && slides.every(fits);
}

/** By the engine's op, on (N, H, W, C). */
function plainly(call: Call, op: string, { x, slides, positions }: Pool, more = {}): Node {
  const isRow = slides.length === 1;
  const image = isRow ? reshaped(call, x, [...x.shape.slice(0, 2), 1, ...x.shape.slice(2)]) : x;
  const attrs = {
    window: slides.map(({ kernel }) => kernel),
    strides: slides.map(({ stride }) => stride),
    pads: slides.map((slide, i) => [slide.pads[0], behind(slide, positions[i] ?? 1)]),
  };
  const flat = isRow
    ? {
        window: [1, ...attrs.window],
        strides: [1, ...attrs.strides],
        pads: [[0, 0], ...attrs.pads],
      }
    : attrs;
  const made = call.build(op, [transposed(call, image, [0, 2, 3, 1])], { ...flat, ...more });
  const turned = transposed(call, made, [0, 3, 1, 2]);
  return isRow
    ? reshaped(call, turned, [...x.shape.slice(0, 2), ...turned.shape.slice(3)])
    : turned;
}

interface Tap {
  /** What the windows have at this place; (N, C, ...positions). */
  readonly node: Node;
  /** The place: one number for each spatial axis. */
  readonly at: readonly number[];
}

/** `outside`: what stands where there is no picture. */
function tapsOf(call: Call, { x, slides, positions }: Pool, outside: number): readonly Tap[] {
  const count = sizeOf(slides.map(({ kernel }) => kernel));
  if (count > MOST_TAPS)
    call.refuse(
      `a window of ${count} places`,
      `at most ${MOST_TAPS} with dilation or wide padding`,
    );
  const wide = slides.reduce(
    (node, slide, i) =>
      padded(
        call,
        node,
        i + 2,
        [slide.pads[0], behind(slide, positions[i] ?? 1)],
        'constant',
        outside,
      ),
    x,
  );
  return Array.from({ length: count }, (_, index) => {
    let rest = index;
    const at = slides
      .toReversed()
      .map(({ kernel }) => {
        const place = rest % kernel;
        rest = Math.floor(rest / kernel);
        return place;
      })
      .reverse();
    const node = call.build('slice', [wide], {
      starts: [0, 0, ...slides.map(({ dilation }, i) => (at[i] ?? 0) * dilation)],
      sizes: [...x.shape.slice(0, 2), ...positions],
      steps: [1, 1, ...slides.map(({ stride }) => stride)],
    });
    return { node, at };
  });
}

const combined = (call: Call, taps: readonly Tap[], op: string): Node =>
  taps.map(({ node }) => node).reduce((made, node) => call.build(op, [made, node]));

function maxPool(call: Call): readonly Value[] {
  const pool = poolOf(call);
  const { type } = call.input(0);
  if (call.gives(1)) return withPlaces(call, pool);
  if (isPlain(pool)) return [{ type, node: plainly(call, 'maxPool2d', pool) }];
  return [{ type, node: combined(call, tapsOf(call, pool, Number.NEGATIVE_INFINITY), 'maximum') }];
}

/** The maxima, and where in the whole input they stand: the first of equals. */
function withPlaces(call: Call, pool: Pool): readonly Value[] {
  const taps = tapsOf(call, pool, Number.NEGATIVE_INFINITY);
  const [before, best, place] = e.inputs;
  let places: Node | undefined;
  let most: Node | undefined;
  for (const { node, at } of taps) {
    const own = placesOf(call, pool, at);
    places =
      places === undefined || most === undefined
        ? call.build('add', [own, scaledToZero(call, node)])
        : computed(
            call,
            e.select(e.greater(before, best), place, e.input(3)),
            node,
            most,
            own,
            places,
          );
    most = most === undefined ? node : call.build('maximum', [most, node]);
  }
  if (most === undefined || places === undefined)
    return call.refuse('its window is empty', 'a window');
  const { x } = pool;
  const rowsBefore = sizeOf(x.shape.slice(2));
  const [N = 1, C = 1] = x.shape;
  const starts = Float32Array.from({ length: N * C }, (_, i) => i * rowsBefore);
  const spread = constantNode(starts, [N, C, ...pool.slides.map(() => 1)]);
  const node = call.build('add', [places, spread]);
  return [
    { type: call.input(0).type, node: most },
    { type: 'int64', node },
  ];
}

/** 0 for each number, so that what is added has its shape. */
function scaledToZero(call: Call, node: Node): Node {
  return computed(call, e.select(e.equal(e.input(0), 0), 0, 0), node);
}

/** Flat places, in one channel, of what windows have at `at`; row-major, or column-major where `storage_order` is 1. */
function placesOf(call: Call, { slides, positions }: Pool, at: readonly number[]): Node {
  const isColumnMajor = call.flag('storage_order');
  const extents = slides.map(({ n }) => n);
  const stride = (axis: number): number =>
    sizeOf(isColumnMajor ? extents.slice(0, axis) : extents.slice(axis + 1));
  const along = slides.map((slide, axis) => {
    const first = (at[axis] ?? 0) * slide.dilation - slide.pads[0];
    const numbers = Float32Array.from(
      { length: positions[axis] ?? 1 },
      (_, o) => (first + o * slide.stride) * stride(axis),
    );
    return constantNode(
      numbers,
      positions.map((n, i) => (i === axis ? n : 1)),
    );
  });
  return along.reduce((sum, one) => call.build('add', [sum, one]));
}

function averagePool(call: Call): Node {
  const pool = poolOf(call);
  const { slides, positions } = pool;
  const counts = call.flag('count_include_pad');
  const isWhole = slides.every((slide, i) => behind(slide, positions[i] ?? 1) <= slide.pads[1]);
  if (isPlain(pool) && (!counts || isWhole)) {
    return plainly(call, 'averagePool2d', pool, { countIncludePad: counts });
  }
  const sum = combined(call, tapsOf(call, pool, 0), 'add');
  const shares = slides.map((slide, axis) => {
    const own = Float32Array.from(
      { length: positions[axis] ?? 1 },
      (_, o) => 1 / countAt(slide, o, counts),
    );
    return constantNode(
      own,
      positions.map((n, i) => (i === axis ? n : 1)),
    );
  });
  return shares.reduce((mean, share) => call.build('mul', [mean, share]), sum);
}

/** Taps of window `o` that count: those on pixels, and with `withPads` those on the padding that was asked for. */
function countAt(
  { n, kernel, stride, dilation, pads }: Slide,
  o: number,
  withPads: boolean,
): number {
  const [least, most] = withPads ? [-pads[0], n + pads[1]] : [0, n];
  const places = Array.from({ length: kernel }, (_, tap) => o * stride + tap * dilation - pads[0]);
  return Math.max(1, places.filter((place) => place >= least && place < most).length);
}

/** The p-norm of each window. */
function lpPool(call: Call): Node {
  // The first version wrote a float.
  const p = call.opset < 2 ? call.float('p', 2) : call.int('p', 2);
  const powers = tapsOf(call, poolOf(call), 0).map(({ node, at }) => ({
    node: computed(call, e.pow(e.abs(e.input(0)), p), node),
    at,
  }));
  return computed(call, e.pow(e.input(0), 1 / p), combined(call, powers, 'add'));
}

function spatialAxes(call: Call): Shape {
  const { shape } = call.node(0);
  if (shape.length < 3) call.refuse(`received ${formatShape(shape)}`, 'pictures (N, C, ...)');
  return [...shape.keys()].slice(2);
}

export const poolings: Operators = {
  MaxPool: maxPool,
  AveragePool: given(averagePool),
  LpPool: given(lpPool),
  GlobalAveragePool: given((call) =>
    meanOver(build, call.node(0), { axes: spatialAxes(call), keepDims: true }),
  ),
  GlobalMaxPool: given((call) =>
    maxOver(build, call.node(0), { axes: spatialAxes(call), keepDims: true }),
  ),
  GlobalLpPool: given((call) => {
    const p = call.opset < 2 ? call.float('p', 2) : call.int('p', 2);
    const powers = computed(call, e.pow(e.abs(e.input(0)), p), call.node(0));
    const sum = sumOver(build, powers, { axes: spatialAxes(call), keepDims: true });
    return computed(call, e.pow(e.input(0), 1 / p), sum);
  }),
};
