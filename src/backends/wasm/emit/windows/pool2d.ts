/**
 * @file Pooling and its gradients, vectorised over channels.
 *
 * Only real pixels are walked (`windowWalk.ts`), so padding is never read and never wins.
 * Forward: one unit is one output row. Gradients: one unit is one image.
 */
import { unreachable } from '../../../../base/errors.ts';
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import type { OpSignature } from '../../../../ops/op.ts';
import { averagePool2d, averagePool2dGradient } from '../../../../ops/windows/averagePool2d.ts';
import {
  maxPool2d,
  maxPool2dGradient,
  minPool2d,
  minPool2dGradient,
} from '../../../../ops/windows/extremePool2d.ts';
import type { Match, PoolAttrs, Pooling } from '../../../../ops/windows/pooling.ts';
import type { Value } from '../../assembler/function.ts';
import { f32x4, i32, i32x4, memory } from '../../assembler/lanes.ts';
import { defineKernel, type KernelRecord } from '../../defineKernel.ts';
import { imagesOf, type KernelContext } from '../../kernel.ts';
import { beginCombination } from './combine.ts';
import { sumPool2d } from './ops.ts';
import { type PoolPlan, planPool, WindowWalk } from './windowWalk.ts';

type Lanes = Value<'f32x4'>;

const poolingOf = <A>({ name, pooling }: OpSignature<A>): Pooling =>
  pooling ?? unreachable(`${name} does not pool`);

/** The record of any pooling: what it does with the pixels of a window stands in its op. */
function poolKernel<A extends PoolAttrs>(op: OpSignature<A>): KernelRecord {
  return defineKernel({
    op,
    plan: (node, attrs, context) => {
      const plan = planPool(node.inputs[0].shape, node.shape, attrs, poolingOf(op));
      const [N, OH] = plan.y;
      return {
        partition: { units: N * OH, ...imagesOf(node, context) },
        multiplyAdds: sizeOf(node.shape) * plan.window[0] * plan.window[1],
        plan,
      };
    },
    emit: emitPool,
  });
}

export const averagePool2dKernel = poolKernel(averagePool2d);
export const maxPool2dKernel = poolKernel(maxPool2d);
export const minPool2dKernel = poolKernel(minPool2d);
export const sumPool2dKernel = poolKernel(sumPool2d);

/** Vectors of channels side by side: sums that do not wait for one another, and pairs that V8 may fuse. */
const VECTORS = 4;

function emitPool(c: KernelContext, node: Node, plan: PoolPlan): void {
  const { f } = c;
  const [x] = node.inputs;
  const walk = new WindowWalk(c, plan);
  const at = f.reuse('i32', 'at');
  walk.units(c.begin, c.end, () => {
    walk.channels(VECTORS, (channel, counts) => {
      const windows = counts.map((_, v) => beginCombination(f, plan.pooling, `${v}`));
      walk.taps(({ pointer, bytes }) => {
        f.set(at, i32.add(pointer, channel));
        const pixels = counts.map((count, v) => {
          const pixel = f.reuse('f32x4', `pixel${v}`);
          f.set(pixel, f32x4.loadPart(count, at, c.address(x) + bytes + 16 * v));
          return pixel;
        });
        pixels.forEach((pixel, v) => {
          windows[v].add(pixel);
        });
      });
      f.set(at, i32.add(walk.offsetY, channel));
      const results = windows.map((window, v) => {
        const result = f.reuse('f32x4', `result${v}`);
        const combined = window.result();
        f.set(result, plan.pooling.mean ? f32x4.mul(combined, walk.reciprocalCount()) : combined);
        return result;
      });
      results.forEach((result, v) => {
        for (const store of f32x4.storePart(counts[v], at, c.address(node) + 16 * v, result))
          f.run(store);
      });
    });
  });
}

const dyOf = ({ inputs }: Node): Node => inputs[inputs.length - 1];

/** The record of any pooling's gradient; dy is the last input. */
function poolGradientKernel<A extends PoolAttrs>(op: OpSignature<A>): KernelRecord {
  return defineKernel({
    op,
    plan: (node, attrs, context) => {
      const dy = dyOf(node).shape;
      const plan = planPool(node.shape, dy, attrs, poolingOf(op));
      return {
        partition: { units: plan.y[0], ...imagesOf(node, context) },
        multiplyAdds: sizeOf(dy) * plan.window[0] * plan.window[1],
        plan,
      };
    },
    emit: emitGradient,
  });
}

export const averagePool2dGradientKernel = poolGradientKernel(averagePool2dGradient);
export const maxPool2dGradientKernel = poolGradientKernel(maxPool2dGradient);
export const minPool2dGradientKernel = poolGradientKernel(minPool2dGradient);

function emitGradient(c: KernelContext, node: Node, plan: PoolPlan): void {
  const { f } = c;
  const { winner } = plan.pooling;
  const [, H, W, C] = plan.x;
  const imageBytes = H * W * C * 4;
  const walk = new WindowWalk(c, plan);
  const image = f.local('i32', 'image');
  const start = f.local('i32', 'start');
  f.set(start, i32.add(i32.mul(c.begin, imageBytes), c.address(node)));
  f.run(memory.fill(start, 0, i32.mul(i32.sub(c.end, c.begin), imageBytes)));
  f.set(image, i32.mul(c.begin, plan.y[1]));
  f.set(start, i32.mul(c.end, plan.y[1]));
  walk.units(image, start, () => {
    walk.channels(1, (channel, [count]) => {
      if (winner === undefined) emitShare(c, walk, node, dyOf(node), channel, count);
      else emitWinner(c, walk, node, winner, channel, count);
    });
  });
}

/** dx += dy / count at every tap. */
function emitShare(
  c: KernelContext,
  walk: WindowWalk,
  node: Node,
  dy: Node,
  channel: Value<'i32'>,
  count: number,
): void {
  const { f } = c;
  const share = f.reuse('f32x4', 'share');
  const sum = f.reuse('f32x4', 'sum');
  f.set(
    share,
    f32x4.mul(
      f32x4.loadPart(count, i32.add(walk.offsetY, channel), c.address(dy)),
      walk.reciprocalCount(),
    ),
  );
  walk.taps((offset) => {
    const at = f.reuse('i32', 'at');
    f.set(at, i32.add(offset.pointer, channel));
    f.set(sum, f32x4.add(f32x4.loadPart(count, at, c.address(node) + offset.bytes), share));
    for (const store of f32x4.storePart(count, at, c.address(node) + offset.bytes, sum))
      f.run(store);
  });
}

const MATCHES = {
  equalsResult: (pixel, result) => f32x4.compare('eq', pixel, result),
  isNaN: (pixel) => f32x4.compare('ne', pixel, pixel),
} as const satisfies Record<Match, (pixel: Lanes, result: Lanes) => Value<'i32x4'>>;

/** dx += dy at the first tap that matches; lanes that have found theirs are left alone. */
function emitWinner(
  c: KernelContext,
  walk: WindowWalk,
  node: Node,
  winner: readonly Match[],
  channel: Value<'i32'>,
  count: number,
): void {
  const { f } = c;
  const [x, y, dy] = node.inputs;
  const best = f.reuse('f32x4', 'best');
  const gradient = f.reuse('f32x4', 'gradient');
  const open = f.reuse('i32x4', 'open');
  const hit = f.reuse('i32x4', 'hit');
  const pixel = f.reuse('f32x4', 'pixel');
  const sum = f.reuse('f32x4', 'sum');
  const at = f.reuse('i32', 'at');
  f.set(at, i32.add(walk.offsetY, channel));
  f.set(best, f32x4.loadPart(count, at, c.address(y)));
  f.set(gradient, f32x4.loadPart(count, at, c.address(dy)));
  f.set(open, i32x4.splat(-1));
  walk.taps((offset) => {
    f.set(at, i32.add(offset.pointer, channel));
    f.set(pixel, f32x4.loadPart(count, at, c.address(x) + offset.bytes));
    const found = winner
      .map((match) => MATCHES[match](pixel, best))
      .reduce((a, b) => i32x4.bits('or', a, b));
    f.set(hit, i32x4.bits('and', found, open));
    f.set(open, i32x4.bits('andnot', open, hit));
    const masked = f32x4.fromBits(i32x4.bits('and', hit, i32x4.fromBits(gradient)));
    f.set(sum, f32x4.add(f32x4.loadPart(count, at, c.address(node) + offset.bytes), masked));
    for (const store of f32x4.storePart(count, at, c.address(node) + offset.bytes, sum))
      f.run(store);
  });
}
