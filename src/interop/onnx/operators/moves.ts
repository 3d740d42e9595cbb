/**
 * @file Operators that put numbers under another shape or in another order, or repeat them.
 *
 * Next stop: `parts.ts`, which takes parts of a tensor and puts them together.
 */
import { broadcastShapes, formatShape, type Shape, sizeOf } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import type { Call } from '../call.ts';
import { checkedShape } from '../tensors.ts';
import { axesOf, borderOf, given, type Operators, reshaped, transposed } from './operator.ts';

/** 0 keeps an extent, unless `allowzero`; -1, once, is what is left. */
function reshape(call: Call): Node {
  const x = call.node(0);
  const target = call.setting('shape', 1, 5) ?? [];
  const isZero = call.flag('allowzero');
  const kept = target.map((n, i) => (n === 0 && !isZero ? (x.shape[i] ?? 0) : n));
  const known = sizeOf(kept.filter((n) => n !== -1));
  const shape = kept.map((n) => (n === -1 ? sizeOf(x.shape) / known : n));
  const isShape = shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (isShape && sizeOf(shape) === sizeOf(x.shape)) return reshaped(call, x, shape);
  const asked = formatShape(target);
  return call.refuse(
    `cannot make ${asked} of ${formatShape(x.shape)}`,
    `a shape of ${sizeOf(x.shape)} numbers`,
  );
}

function flatten(call: Call): Node {
  const { shape } = call.node(0);
  const axis = borderOf(call, call.int('axis', 1), shape.length);
  return reshaped(call, call.node(0), [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))]);
}

function squeeze(call: Call): Node {
  const { shape } = call.node(0);
  const asked = call.setting('axes', 1, 13);
  const gone = asked === undefined ? undefined : axesOf(call, asked, shape.length);
  const isGone = (n: number, axis: number) => (gone === undefined ? n === 1 : gone.includes(axis));
  const long = gone?.find((axis) => shape[axis] !== 1);
  if (long !== undefined)
    call.refuse(`axis ${long} of ${formatShape(shape)} is no single one`, 'axes of extent 1');
  return reshaped(
    call,
    call.node(0),
    shape.filter((n, axis) => !isGone(n, axis)),
  );
}

function unsqueeze(call: Call): Node {
  const { shape } = call.node(0);
  const asked = call.setting('axes', 1, 13) ?? call.refuse('it says no axes', 'the axes to add');
  const rank = shape.length + asked.length;
  const added = axesOf(call, asked, rank);
  const rest = [...shape];
  const made = Array.from({ length: rank }, (_, axis) =>
    added.includes(axis) ? 1 : (rest.shift() ?? 1),
  );
  return reshaped(call, call.node(0), made);
}

function transpose(call: Call): Node {
  const x = call.node(0);
  const reversed = x.shape.map((_, i) => x.shape.length - 1 - i);
  return transposed(call, x, call.ints('perm') ?? reversed);
}

function expand(call: Call): Node {
  const x = call.node(0);
  const asked = checkedShape(call.numbers(1, 'extents') ?? [], call.place);
  const shape = checkedShape(broadcastShapes([x.shape, asked]), call.place);
  return call.build('broadcastTo', [x], { shape });
}

/** Each axis as (1, n), repeated to (times, n), and joined again. */
function tile(call: Call): Node {
  const x = call.node(0);
  const times = call.numbers(1, 'repeats') ?? [];
  const isFitting =
    times.length === x.shape.length && times.every((n) => Number.isSafeInteger(n) && n >= 1);
  if (!isFitting)
    call.refuse(
      `repeats ${times.join(', ')} of ${formatShape(x.shape)}`,
      'a number from 1 for each axis',
    );
  const pairs = (of: (i: number) => number) => x.shape.flatMap((n, i) => [of(i), n]);
  const shape = checkedShape(
    x.shape.map((n, i) => n * (times[i] ?? 1)),
    call.place,
  );
  const apart = reshaped(
    call,
    x,
    pairs(() => 1),
  );
  const repeated = call.build('broadcastTo', [apart], { shape: pairs((i) => times[i] ?? 1) });
  return reshaped(call, repeated, shape);
}

/** The extents of a picture (N, C, H, W) and a block that divides what it should. */
function blocks(call: Call, divides: (extents: Shape, block: number) => boolean) {
  const block = call.int('blocksize') ?? call.refuse('it says no blocksize', 'a blocksize');
  const { shape } = call.node(0, 4);
  if (shape.length !== 4 || block < 1 || !divides(shape, block)) {
    call.refuse(
      `blocks of ${block} in ${formatShape(shape)}`,
      'pictures (N, C, H, W) that blocks divide',
    );
  }
  const [N = 1, C = 1, H = 1, W = 1] = shape;
  return { block, N, C, H, W };
}

function depthToSpace(call: Call): Node {
  const { block, N, C, H, W } = blocks(call, ([, channels = 0], b) => channels % (b * b) === 0);
  const mode = call.choice('mode', ['DCR', 'CRD'], 'DCR');
  const depth = C / block ** 2;
  const apart = mode === 'DCR' ? [N, block, block, depth, H, W] : [N, depth, block, block, H, W];
  const axes = mode === 'DCR' ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
  const mixed = transposed(call, reshaped(call, call.node(0), apart), axes);
  return reshaped(call, mixed, [N, depth, H * block, W * block]);
}

function spaceToDepth(call: Call): Node {
  const { block, N, C, H, W } = blocks(call, ([, , h = 1, w = 1], b) => h % b === 0 && w % b === 0);
  const [rows, columns] = [H / block, W / block];
  const apart = reshaped(call, call.node(0), [N, C, rows, block, columns, block]);
  const mixed = transposed(call, apart, [0, 3, 5, 1, 2, 4]);
  return reshaped(call, mixed, [N, C * block ** 2, rows, columns]);
}

export const moves: Operators = {
  Reshape: given(reshape),
  Flatten: given(flatten),
  Squeeze: given(squeeze),
  Unsqueeze: given(unsqueeze),
  Transpose: given(transpose),
  Expand: given(expand),
  Tile: given(tile),
  DepthToSpace: given(depthToSpace),
  SpaceToDepth: given(spaceToDepth),
};
