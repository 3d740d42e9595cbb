/**
 * @file Pooling and its gradients, vectorised over channels.
 *
 * Windows without padding have all their taps at constant offsets and are written out; where a window may
 * hang over the border, the taps are two loops between the first and the last real pixel, so padding is
 * never read and never wins. Forward: one unit is one output row. Gradients: one unit is one image.
 */
import { sizeOf } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import type { AveragePool2dAttrs } from '../../../ops/averagePool2d.ts';
import { extremes } from '../../../ops/extremePool2d.ts';
import type { PoolAttrs } from '../../../ops/pooling.ts';
import type { Local, Value } from '../assembler/function.ts';
import { f32, f32x4, i32, i32x4, memory } from '../assembler/lanes.ts';
import type { Kernel, KernelContext, PlanContext } from '../kernel.ts';
import { advance, forRange, times } from './loops.ts';

interface PoolPlan {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: PoolAttrs['pads'];
  readonly padded: boolean;
  readonly countIncludePad: boolean;
}

function planPool(x: Node, y: Node, attrs: Node['attrs']): PoolPlan {
  const { window, strides, pads } = attrs as unknown as PoolAttrs;
  return {
    x: x.shape,
    y: y.shape,
    window,
    strides,
    pads,
    padded: pads.flat().some((p) => p > 0),
    countIncludePad: (attrs as unknown as AveragePool2dAttrs).countIncludePad === true,
  };
}

type ExtremeName = keyof typeof extremes;
const isExtreme = (op: string): op is ExtremeName => Object.hasOwn(extremes, op);

export function poolKernel(node: Node, context: PlanContext): Kernel {
  const [x] = node.inputs;
  const plan = planPool(x, node, node.attrs);
  const [N, OH] = plan.y;
  return {
    family: 'pool2d',
    name: node.name,
    inputs: node.inputs,
    outputs: [node],
    partition: { units: N * OH, ...(context.isBatched(node) ? { images: N } : {}) },
    scratchBytes: 0,
    multiplyAdds: sizeOf(node.shape) * plan.window[0] * plan.window[1],
    plan: { ...plan },
    emit: (c) => {
      const walk = new WindowWalk(c, plan);
      const { f } = c;
      walk.units(c.begin, c.end, () => {
        const acc = f.reuse('f32x4', 'acc');
        walk.channels((channel, count) => {
          const extreme = isExtreme(node.op) ? extremes[node.op].identity : 0;
          const operation =
            node.op === 'maxPool2d' ? 'max' : node.op === 'minPool2d' ? 'min' : 'add';
          f.set(acc, f32x4.splat(extreme));
          walk.taps((offset) => {
            f.set(
              acc,
              f32x4.op(
                operation,
                acc,
                f32x4.loadPart(
                  count,
                  i32.add(offset.pointer, channel),
                  c.address(x) + offset.bytes,
                ),
              ),
            );
          });
          if (node.op === 'averagePool2d') f.set(acc, f32x4.mul(acc, walk.reciprocalCount()));
          const to = i32.add(walk.offsetY, channel);
          for (const store of f32x4.storePart(count, to, c.address(node), acc)) f.run(store);
        });
      });
    },
  };
}

export function poolGradientKernel(node: Node, context: PlanContext): Kernel {
  const average = node.op === 'averagePool2dGradient';
  const dy = node.inputs[average ? 0 : 2];
  const plan = planPool(node, dy, node.attrs);
  const [N] = plan.y;
  const [, H, W, C] = plan.x;
  const imageBytes = H * W * C * 4;
  return {
    family: 'pool2dGradient',
    name: node.name,
    inputs: node.inputs,
    outputs: [node],
    partition: { units: N, ...(context.isBatched(node) ? { images: N } : {}) },
    scratchBytes: 0,
    multiplyAdds: sizeOf(dy.shape) * plan.window[0] * plan.window[1],
    plan: { ...plan },
    emit: (c) => {
      const { f } = c;
      const walk = new WindowWalk(c, plan);
      const image = f.local('i32', 'image');
      const start = f.local('i32', 'start');
      f.set(start, i32.add(i32.mul(c.begin, imageBytes), c.address(node)));
      f.run(memory.fill(start, 0, i32.mul(i32.sub(c.end, c.begin), imageBytes)));
      f.set(image, i32.mul(c.begin, plan.y[1]));
      f.set(start, i32.mul(c.end, plan.y[1]));
      walk.units(image, start, () => {
        walk.channels((channel, count) => {
          if (average) emitShare(c, walk, node, dy, channel, count);
          else emitWinner(c, walk, node, dy, channel, count);
        });
      });
    },
  };
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

/** dx += dy at the first tap that equals y, or is NaN; lanes that have found theirs are left alone. */
function emitWinner(
  c: KernelContext,
  walk: WindowWalk,
  node: Node,
  dy: Node,
  channel: Value<'i32'>,
  count: number,
): void {
  const { f } = c;
  const [x, y] = node.inputs;
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
    const found = i32x4.bits(
      'or',
      f32x4.compare('eq', pixel, best),
      f32x4.compare('ne', pixel, pixel),
    );
    f.set(hit, i32x4.bits('and', found, open));
    f.set(open, i32x4.bits('andnot', open, hit));
    const masked = f32x4.fromBits(i32x4.bits('and', hit, i32x4.fromBits(gradient)));
    f.set(sum, f32x4.add(f32x4.loadPart(count, at, c.address(node) + offset.bytes), masked));
    for (const store of f32x4.storePart(count, at, c.address(node) + offset.bytes, sum))
      f.run(store);
  });
}

interface TapOffset {
  /** Bytes from the start of the input, in a local. */
  readonly pointer: Value<'i32'>;
  /** Constant bytes to add. */
  readonly bytes: number;
}

/** Walks output pixels, channels and the taps of each window; keeps the locals that say where it is. */
class WindowWalk {
  readonly offsetY: Local<'i32'>;
  private readonly windowX: Local<'i32'>;
  private readonly c: KernelContext;
  private readonly plan: PoolPlan;
  /** Window rows and columns that are real pixels: [first, last). */
  private readonly rows: readonly [Local<'i32'>, Local<'i32'>];
  private readonly columns: readonly [Local<'i32'>, Local<'i32'>];

  constructor(c: KernelContext, plan: PoolPlan) {
    const { f } = c;
    this.c = c;
    this.plan = plan;
    this.offsetY = f.local('i32', 'offsetY');
    this.windowX = f.local('i32', 'windowX');
    this.rows = [f.local('i32', 'rowFirst'), f.local('i32', 'rowLast')];
    this.columns = [f.local('i32', 'columnFirst'), f.local('i32', 'columnLast')];
  }

  /** Every output pixel of the output rows [begin, end). */
  units(begin: Value<'i32'>, end: Value<'i32'>, pixel: () => void): void {
    const { f } = this.c;
    const [, H, W, C] = this.plan.x;
    const [, OH, OW] = this.plan.y;
    const { strides, pads, padded, window } = this.plan;
    const unit = f.local('i32', 'unit');
    const h = f.local('i32', 'h');
    const w = f.local('i32', 'w');
    f.set(unit, begin);
    f.set(this.offsetY, i32.mul(unit, OW * C * 4));
    forRange(f, unit, end, 1, () => {
      f.set(h, i32.sub(i32.mul(i32.op('rem_u', unit, i32.const(OH)), strides[0]), pads[0][0]));
      const row = i32.add(i32.mul(i32.op('div_u', unit, i32.const(OH)), H), h);
      f.set(this.windowX, i32.mul(i32.sub(i32.mul(row, W), pads[1][0]), C * 4));
      if (padded) this.clip(this.rows, h, window[0], H);
      f.set(w, i32.const(-pads[1][0]));
      times(f, OW, () => {
        if (padded) this.clip(this.columns, w, window[1], W);
        pixel();
        advance(f, this.offsetY, C * 4);
        advance(f, this.windowX, strides[1] * C * 4);
        advance(f, w, strides[1]);
      });
    });
  }

  private clip(
    [first, last]: readonly [Local<'i32'>, Local<'i32'>],
    at: Local<'i32'>,
    taps: number,
    extent: number,
  ): void {
    const { f } = this.c;
    f.set(first, maxZero(i32.sub(0, at)));
    f.set(last, i32.min(i32.sub(extent, at), taps));
  }

  /** Channel groups: the callback gets the byte offset of the first and the number of real lanes. */
  channels(body: (channel: Value<'i32'>, count: number) => void): void {
    const { f } = this.c;
    const C = this.plan.x[3];
    const channel = f.local('i32', 'channelBytes');
    f.set(channel, i32.const(0));
    times(f, Math.floor(C / 4), () => {
      body(channel, 4);
      advance(f, channel, 16);
    });
    if (C % 4 !== 0) body(channel, C % 4);
  }

  taps(body: (offset: TapOffset) => void): void {
    const { f } = this.c;
    const [, , W, C] = this.plan.x;
    const [KH, KW] = this.plan.window;
    if (!this.plan.padded) {
      for (let kh = 0; kh < KH; kh++) {
        for (let kw = 0; kw < KW; kw++)
          body({ pointer: this.windowX, bytes: (kh * W + kw) * C * 4 });
      }
      return;
    }
    const kh = f.reuse('i32', 'kh');
    const kw = f.reuse('i32', 'kw');
    const tap = f.reuse('i32', 'tap');
    f.set(kh, this.rows[0]);
    forRange(f, kh, this.rows[1], 1, () => {
      f.set(kw, this.columns[0]);
      forRange(f, kw, this.columns[1], 1, () => {
        f.set(tap, i32.add(this.windowX, i32.mul(i32.add(i32.mul(kh, W), kw), C * 4)));
        body({ pointer: tap, bytes: 0 });
      });
    });
  }

  /** 1 / the number of pixels an average divides by. */
  reciprocalCount(): Value<'f32x4'> {
    const { window, padded, countIncludePad } = this.plan;
    if (!padded || countIncludePad) return f32x4.splat(1 / (window[0] * window[1]));
    const rows = i32.sub(this.rows[1], this.rows[0]);
    const count = i32.op('mul', rows, i32.sub(this.columns[1], this.columns[0]));
    return f32x4.splat(f32.op('div', 1, f32.fromSigned(count)));
  }
}

/** max(x, 0) for signed x, by its sign bit. */
function maxZero(x: Value<'i32'>): Value<'i32'> {
  return i32.op('and', x, i32.op('xor', i32.op('shr_s', x, 31), -1));
}
