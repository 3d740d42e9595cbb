/**
 * @file Resizing pictures: each output pixel is a weighted sum of input pixels, axis by axis.
 *
 * The weights along an axis are a matrix that is worked out at import, whatever rule the file names; enlarging by whole
 * factors with repeated pixels is the engine's own op. https://onnx.ai/onnx/operators/onnx__Resize.html
 */
import type { Node } from '../../../graph/node.ts';
import type { Call } from '../call.ts';
import { checkedShape } from '../tensors.ts';
import { axesOf, given, listed, type Operators, transposed } from './operator.ts';
import { alongAxis } from './reductions.ts';

const MODES = ['nearest', 'linear', 'cubic'] as const;
const PLACES = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_half_pixel_for_nn',
] as const;
const ROUNDINGS = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const;

interface Rule {
  readonly mode: (typeof MODES)[number];
  readonly places: (typeof PLACES)[number];
  readonly rounding: (typeof ROUNDINGS)[number];
  /** Of cubic interpolation. */
  readonly a: number;
  readonly excludeOutside: boolean;
}

interface Along {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** Where in the input the output pixel o lies. */
function placeOf(o: number, { from, to, scale }: Along, places: Rule['places']): number {
  const half = (o + 0.5) / scale - 0.5;
  switch (places) {
    case 'half_pixel':
      return half;
    case 'half_pixel_symmetric':
      return (from / 2) * (1 - to / (scale * from)) + half;
    case 'pytorch_half_pixel':
      return to > 1 ? half : 0;
    case 'align_corners':
      return to > 1 ? (o * (from - 1)) / (to - 1) : 0;
    case 'asymmetric':
      return o / scale;
    case 'tf_half_pixel_for_nn':
      return half + 0.5;
  }
}

function roundedBy(x: number, rounding: Rule['rounding']): number {
  switch (rounding) {
    case 'round_prefer_floor':
      return Math.ceil(x - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5);
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
  }
}

/** Keys 1981: the weight of a pixel at distance d. */
function cubic(d: number, a: number): number {
  const x = Math.abs(d);
  if (x <= 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
  return x < 2 ? a * (x ** 3 - 5 * x ** 2 + 8 * x - 4) : 0;
}

/** Input pixels and their weights; pixels outside are the edge, or left out. */
function weightsAt(
  x: number,
  from: number,
  rule: Rule,
): readonly (readonly [pixel: number, weight: number])[] {
  if (rule.mode === 'nearest') return [[roundedBy(x, rule.rounding), 1]];
  const below = Math.floor(x);
  if (rule.mode === 'linear') {
    return [
      [below, 1 - (x - below)],
      [below + 1, x - below],
    ];
  }
  const taps = [-1, 0, 1, 2].map((tap) => [below + tap, cubic(x - below - tap, rule.a)] as const);
  if (!rule.excludeOutside) return taps;
  const inside = taps.filter(([pixel]) => pixel >= 0 && pixel < from);
  const sum = inside.reduce((all, [, weight]) => all + weight, 0);
  return inside.map(([pixel, weight]) => [pixel, weight / sum]);
}

/** (from, to): what of each input pixel is in each output pixel. */
function matrixOf(call: Call, along: Along, rule: Rule): Float32Array {
  const { from, to } = along;
  const matrix = listed(call, from * to, () => 0);
  for (let o = 0; o < to; o++) {
    for (const [pixel, weight] of weightsAt(placeOf(o, along, rule.places), from, rule)) {
      const at = Math.min(Math.max(pixel, 0), from - 1) * to + o;
      matrix[at] = (matrix[at] ?? 0) + weight;
    }
  }
  return matrix;
}

/** How often each pixel is repeated, where that is all; undefined where it is not. */
function repeatsOf({ from, to }: Along, matrix: Float32Array): number | undefined {
  const factor = to / from;
  if (!Number.isInteger(factor)) return undefined;
  const isRepeated = matrix.every((weight, at) => {
    const [pixel, o] = [Math.floor(at / to), at % to];
    return weight === (Math.floor(o / factor) === pixel ? 1 : 0);
  });
  return isRepeated ? factor : undefined;
}

function resized(call: Call, x: Node, alongs: readonly Along[], rule: Rule): Node {
  const changed = alongs.filter(({ scale, from, to }) => scale !== 1 || from !== to);
  const matrices = changed.map((along) => ({ along, matrix: matrixOf(call, along, rule) }));
  const factors = matrices.map(({ along, matrix }) => ({
    along,
    factor: repeatsOf(along, matrix),
  }));
  const isPicture = x.shape.length === 4 && changed.every(({ axis }) => axis >= 2);
  if (isPicture && factors.every(({ factor }) => factor !== undefined)) {
    const of = (axis: number) => factors.find(({ along }) => along.axis === axis)?.factor ?? 1;
    const last = transposed(call, x, [0, 2, 3, 1]);
    return transposed(
      call,
      call.build('upsample2d', [last], { factors: [of(2), of(3)] }),
      [0, 3, 1, 2],
    );
  }
  return matrices.reduce(
    (node, { along, matrix }) => alongAxis(call, node, along.axis, matrix, along.to),
    x,
  );
}

/** Axes with what becomes of them, by scales or by sizes. */
function alongsOf(
  call: Call,
  x: Node,
  scales: readonly number[],
  sizes: readonly number[],
): readonly Along[] {
  const rank = x.shape.length;
  const axes = axesOf(call, call.ints('axes') ?? [...x.shape.keys()], rank);
  const given = sizes.length > 0 ? sizes : scales;
  if (given.length !== axes.length || !given.every((n) => n > 0)) {
    call.refuse(
      `scales or sizes ${given.join(', ')} for ${axes.length} axes`,
      'one above 0 for each axis',
    );
  }
  const alongs = axes.map((axis, i) => {
    const from = x.shape[axis] ?? 1;
    const n = given[i] ?? 1;
    const to = sizes.length > 0 ? n : Math.floor(from * n);
    return { axis, from, to, scale: sizes.length > 0 ? n / from : n };
  });
  checkedShape(
    x.shape.map((n, axis) => alongs.find((one) => one.axis === axis)?.to ?? n),
    call.place,
  );
  return alongs;
}

function resize(call: Call): Node {
  const x = call.node(0);
  const isFirst = call.opset < 11;
  const rule: Rule = {
    mode: call.choice('mode', MODES, 'nearest'),
    places: call.choice(
      'coordinate_transformation_mode',
      PLACES,
      isFirst ? 'asymmetric' : 'half_pixel',
    ),
    rounding: call.choice('nearest_mode', ROUNDINGS, isFirst ? 'floor' : 'round_prefer_floor'),
    a: call.float('cubic_coeff_a', -0.75),
    excludeOutside: call.flag('exclude_outside'),
  };
  if (call.flag('antialias')) call.refuse('it smooths while it shrinks (antialias)', 'antialias 0');
  const policy = call.text('keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch') call.refuse(`its keep_aspect_ratio_policy is ${policy}`, 'stretch');
  const scales = call.numbers(isFirst ? 1 : 2, 'scales') ?? [];
  const sizes = isFirst ? [] : (call.numbers(3, 'sizes') ?? []);
  return resized(call, x, alongsOf(call, x, scales, sizes), rule);
}

function upsample(call: Call): Node {
  const x = call.node(0);
  const mode = call.choice('mode', ['nearest', 'linear', 'bilinear'], 'nearest');
  const first = () => [1, 1, call.float('height_scale', 1), call.float('width_scale', 1)];
  const scales = call.opset >= 9 ? call.numbers(1, 'scales') : (call.floats('scales') ?? first());
  const rule: Rule = {
    mode: mode === 'nearest' ? 'nearest' : 'linear',
    places: 'asymmetric',
    rounding: 'floor',
    a: 0,
    excludeOutside: false,
  };
  return resized(call, x, alongsOf(call, x, scales ?? [], []), rule);
}

export const resizing: Operators = { Resize: given(resize), Upsample: given(upsample) };
