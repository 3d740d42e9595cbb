/**
 * @file Convolution and its transpose, over one, two or three spatial axes, in groups.
 *
 * Two axes are the engine's `conv2d`, channels turned to the last axis and back. One axis is a picture of height 1; three
 * are one convolution of pictures for each tap along the first axis, added up. Next stop: `poolings.ts`.
 */

import { at } from '../../../base/lists.ts';
import { formatShape, type Shape } from '../../../base/shape.ts';
import { type Pair, reachOf } from '../../../base/window.ts';
import type { Node } from '../../../graph/node.ts';
import type { Call } from '../call.ts';
import { alongChannels, given, type Operators, reshaped, sliced, transposed } from './operator.ts';
import { padded } from './parts.ts';
import { explicitPads, positionsOf, type Slide, shared, slidesOf } from './windows.ts';

const SINGLE: Slide = { n: 1, kernel: 1, stride: 1, dilation: 1, pads: [0, 0] };

const total = (nodes: readonly Node[], call: Call): Node =>
  nodes.reduce((sum, one) => call.build('add', [sum, one]));

/** (N, C, H, W), weights (O, C / groups, KH, KW) -> (N, O, OH, OW) */
function conv2d(call: Call, x: Node, w: Node, slides: readonly Slide[], groups: number): Node {
  // The engine wants padding smaller than the window; more is put around the picture before.
  const isWide = ({ pads, kernel, dilation }: Slide) =>
    Math.max(...pads) >= reachOf(kernel, dilation);
  const wide = slides.map(isWide);
  const image = slides.reduce(
    (node, { pads }, i) => (wide[i] ? padded(call, node, i + 2, pads, 'constant', 0) : node),
    x,
  );
  const attrs = {
    strides: slides.map(({ stride }) => stride),
    dilation: slides.map(({ dilation }) => dilation),
    pads: slides.map(({ pads }, i) => (wide[i] ? [0, 0] : pads)),
    groups,
  };
  const kernel = transposed(call, w, [2, 3, 1, 0]);
  const made = call.build('conv2d', [transposed(call, image, [0, 2, 3, 1]), kernel], attrs);
  return transposed(call, made, [0, 3, 1, 2]);
}

/** (N, C, D, H, W): the pictures that each tap along D sees, convolved as one batch. */
function conv3d(call: Call, x: Node, w: Node, slides: readonly Slide[], groups: number): Node {
  const [depth = SINGLE, ...plane] = slides;
  const deep = padded(call, x, 2, depth.pads, 'constant', 0);
  const positions = positionsOf(call, depth);
  const taps = Array.from({ length: depth.kernel }, (_, tap) => {
    const seen = sliced(call, deep, 2, tap * depth.dilation, positions, depth.stride);
    const [N = 1, C = 1, D = 1, H = 1, W = 1] = seen.shape;
    const pictures = reshaped(call, transposed(call, seen, [0, 2, 1, 3, 4]), [N * D, C, H, W]);
    const own = sliced(call, w, 2, tap, 1);
    const [O = 1, I = 1, , KH = 1, KW = 1] = own.shape;
    return conv2d(call, pictures, reshaped(call, own, [O, I, KH, KW]), plane, groups);
  });
  return apartInDepth(call, total(taps, call), x.shape[0] ?? 1, positions);
}

/** (N D, O, H, W) -> (N, O, D, H, W) */
function apartInDepth(call: Call, pictures: Node, N: number, D: number): Node {
  const [, O = 1, H = 1, W = 1] = pictures.shape;
  return transposed(call, reshaped(call, pictures, [N, D, O, H, W]), [0, 2, 1, 3, 4]);
}

/** A picture of height 1 from a row, and weights likewise. */
const raised = (call: Call, node: Node): Node =>
  reshaped(call, node, [...node.shape.slice(0, 2), 1, ...node.shape.slice(2)]);

const lowered = (call: Call, node: Node): Node =>
  reshaped(call, node, [...node.shape.slice(0, 2), ...node.shape.slice(3)]);

/** By the number of spatial axes. */
function convolve(call: Call, x: Node, w: Node, slides: readonly Slide[], groups: number): Node {
  if (slides.length === 2) return conv2d(call, x, w, slides, groups);
  if (slides.length === 3) return conv3d(call, x, w, slides, groups);
  if (slides.length !== 1) return tooManyAxes(call, slides.length);
  return lowered(call, conv2d(call, raised(call, x), raised(call, w), [SINGLE, ...slides], groups));
}

function tooManyAxes(call: Call, axes: number): never {
  return call.refuse(`it slides over ${axes} axes`, 'one, two or three spatial axes');
}

function checkWeights(call: Call, x: Shape, w: Shape): void {
  if (x.length === w.length && w.length >= 3) return;
  call.refuse(
    `input ${formatShape(x)}, weights ${formatShape(w)}`,
    'as many axes in both, three or more',
  );
}

export function withBias(call: Call, made: Node, bias: Node | undefined): Node {
  if (bias === undefined) return made;
  return call.build('add', [made, alongChannels(call, bias, made.shape.length)]);
}

/** What a convolution of `x` with `w` gives, by the attributes of the call. */
export function convolution(call: Call, x: Node, w: Node): Node {
  checkWeights(call, x.shape, w.shape);
  const slides = slidesOf(call, x.shape.slice(2), w.shape.slice(2));
  return convolve(call, x, w, slides, call.int('group', 1));
}

/** Along one axis of a transposed convolution: what it gives and what is cut off the sides of all the copies. */
interface Extent extends Slide {
  readonly output: number;
}

function extentsOf(call: Call, x: Shape, w: Shape): readonly Extent[] {
  const spatial = x.slice(2);
  const rule = call.choice('auto_pad', ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'], 'NOTSET');
  const extra = call.ints('output_padding') ?? spatial.map(() => 0);
  const asked = call.ints('output_shape')?.slice(-spatial.length);
  const pads = explicitPads(call, spatial.length);
  return slidesOf(call, spatial, w.slice(2)).map((slide, i) => {
    const { n, kernel, stride, dilation } = slide;
    const whole = (n - 1) * stride + reachOf(kernel, dilation) + (extra[i] ?? 0);
    const isSame = rule === 'SAME_UPPER' || rule === 'SAME_LOWER';
    const wanted = asked?.[i] ?? (isSame ? n * stride : undefined);
    const own: Pair =
      wanted === undefined ? at(pads, i, 'pads') : shared(whole - wanted, rule === 'SAME_UPPER');
    const output = wanted ?? whole - own[0] - own[1];
    if (output < 1) call.refuse(`an output of ${output}`, 'an output of at least 1');
    return { ...slide, pads: own, output };
  });
}

/** (N, C, H, W), weights (C, O / groups, KH, KW) -> (N, O, OH, OW): copies of the kernels, added up. */
function transposed2d(
  call: Call,
  x: Node,
  w: Node,
  extents: readonly Extent[],
  groups: number,
): Node {
  const whole = ({ n, kernel, stride, dilation }: Extent) =>
    (n - 1) * stride + reachOf(kernel, dilation);
  const isDirect = ({ pads, output, kernel, dilation, stride, n }: Extent) =>
    pads.every((pad) => pad >= 0 && pad < reachOf(kernel, dilation)) &&
    Math.floor((output + pads[0] + pads[1] - reachOf(kernel, dilation)) / stride) + 1 === n;
  const direct = extents.map(isDirect);
  const sizes = extents.map((extent, i) => (direct[i] ? extent.output : whole(extent)));
  const attrs = {
    strides: extents.map(({ stride }) => stride),
    dilation: extents.map(({ dilation }) => dilation),
    pads: extents.map(({ pads }, i) => (direct[i] ? pads : [0, 0])),
    groups,
    inputShape: [x.shape[0] ?? 1, ...sizes, (w.shape[1] ?? 1) * groups],
  };
  const kernel = transposed(call, w, [2, 3, 1, 0]);
  const made = call.build(
    'conv2dInputGradient',
    [transposed(call, x, [0, 2, 3, 1]), kernel],
    attrs,
  );
  const turned = transposed(call, made, [0, 3, 1, 2]);
  return extents.reduce(
    (node, extent, i) => (direct[i] ? node : cut(call, node, i + 2, extent)),
    turned,
  );
}

/** Sides cut off, or zeros put there. */
function cut(call: Call, node: Node, axis: number, { pads, output }: Extent): Node {
  const have = node.shape[axis] ?? 1;
  return padded(call, node, axis, [-pads[0], output - have + pads[0]], 'constant', 0);
}

/** (N, C, D, H, W): what each tap along D gives lies `stride` apart, beginning at the tap. */
function transposed3d(
  call: Call,
  x: Node,
  w: Node,
  extents: readonly Extent[],
  groups: number,
): Node {
  const [depth, ...plane] = extents;
  if (depth === undefined) return tooManyAxes(call, 0);
  const [N = 1, C = 1, D = 1, H = 1, W = 1] = x.shape;
  const pictures = reshaped(call, transposed(call, x, [0, 2, 1, 3, 4]), [N * D, C, H, W]);
  const whole = (D - 1) * depth.stride + reachOf(depth.kernel, depth.dilation);
  const taps = Array.from({ length: depth.kernel }, (_, tap) => {
    const own = sliced(call, w, 2, tap, 1);
    const [I = 1, O = 1, , KH = 1, KW = 1] = own.shape;
    const flat = transposed2d(call, pictures, reshaped(call, own, [I, O, KH, KW]), plane, groups);
    const made = apartInDepth(call, flat, N, D);
    return call.build('sliceGradient', [made], {
      starts: [0, 0, tap * depth.dilation, 0, 0],
      steps: [1, 1, depth.stride, 1, 1],
      inputShape: made.shape.map((n, axis) => (axis === 2 ? whole : n)),
    });
  });
  return cut(call, total(taps, call), 2, depth);
}

function convTranspose(call: Call): Node {
  const [x, w] = [call.node(0), call.node(1)];
  checkWeights(call, x.shape, w.shape);
  const extents = extentsOf(call, x.shape, w.shape);
  const groups = call.int('group', 1);
  if (extents.length === 2) return transposed2d(call, x, w, extents, groups);
  if (extents.length === 3) return transposed3d(call, x, w, extents, groups);
  if (extents.length !== 1) return tooManyAxes(call, extents.length);
  const flat = [{ ...SINGLE, output: 1 }, ...extents];
  return lowered(call, transposed2d(call, raised(call, x), raised(call, w), flat, groups));
}

export const convolutions: Operators = {
  Conv: given((call) =>
    withBias(call, convolution(call, call.node(0), call.node(1)), call.optional(2)?.node),
  ),
  ConvTranspose: given((call) => withBias(call, convTranspose(call), call.optional(2)?.node)),
};
