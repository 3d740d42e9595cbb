/**
 * @file The walk of a pooling kernel: output pixels, groups of channels, the real pixels of each window.
 *
 * Windows without padding have all their taps at constant offsets and are written out; where a window may
 * hang over the border, the taps are two loops between the first and the last real pixel. Next stop: `pool2d.ts`.
 */
import {
  type AveragePool2dAttrs,
  type Divisor,
  divisorOf,
} from '../../../../ops/windows/averagePool2d.ts';
import type { PoolAttrs, Pooling } from '../../../../ops/windows/pooling.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { f32, f32x4, i32 } from '../../assembler/lanes.ts';
import type { KernelContext } from '../../kernel.ts';
import { advance, forRange, times, withinTurn } from '../language/loops.ts';
import { splat } from '../language/math.ts';

export interface PoolPlan {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: PoolAttrs['pads'];
  readonly padded: boolean;
  readonly pooling: Pooling;
  readonly divisor: Divisor;
}

/** Windows over x that give y, or over which dy is spread. */
export function planPool(
  x: readonly number[],
  y: readonly number[],
  attrs: PoolAttrs & Partial<AveragePool2dAttrs>,
  pooling: Pooling,
): PoolPlan {
  const { window, strides, pads, countIncludePad = false } = attrs;
  const padded = pads.flat().some((p) => p > 0);
  const divisor = divisorOf({ countIncludePad, pads });
  return { x, y, window, strides, pads, padded, pooling, divisor };
}

interface TapOffset {
  /** Bytes from the start of the input, in a local. */
  readonly pointer: Value<'i32'>;
  /** Constant bytes to add. */
  readonly bytes: number;
}

/** Taps of a window that are written out one by one; more are a loop. */
const MOST_WRITTEN_OUT = 64;

/** Walks output pixels, channels and the taps of each window; keeps the locals that say where it is. */
export class WindowWalk {
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

  /**
   * Groups of as many vectors of channels, and a last one of what is left: the callback gets the byte offset of its first
   * channel and the number of real lanes of each vector.
   */
  channels(
    vectors: number,
    body: (channel: Value<'i32'>, counts: readonly number[]) => void,
  ): void {
    const { f } = this.c;
    const C = this.plan.x[3];
    const channel = f.local('i32', 'channelBytes');
    const group = (count: number): void => {
      const counts = Array.from({ length: Math.ceil(count / 4) }, (_, v) =>
        Math.min(4, count - 4 * v),
      );
      withinTurn(f, () => body(channel, counts));
    };
    f.set(channel, i32.const(0));
    times(f, Math.floor(C / (4 * vectors)), () => {
      group(4 * vectors);
      advance(f, channel, 16 * vectors);
    });
    if (C % (4 * vectors) !== 0) group(C % (4 * vectors));
  }

  taps(body: (offset: TapOffset) => void): void {
    const { f } = this.c;
    const [, , W, C] = this.plan.x;
    const { window, padded } = this.plan;
    const [KH, KW] = window;
    if (!padded && KH * KW <= MOST_WRITTEN_OUT) {
      for (let kh = 0; kh < KH; kh++) {
        for (let kw = 0; kw < KW; kw++)
          body({ pointer: this.windowX, bytes: (kh * W + kw) * C * 4 });
      }
      return;
    }
    const kh = f.reuse('i32', 'kh');
    const kw = f.reuse('i32', 'kw');
    const tap = f.reuse('i32', 'tap');
    const all = window.map((extent) => [i32.const(0), i32.const(extent)] as const);
    const [rows, columns] = padded ? [this.rows, this.columns] : all;
    f.set(kh, rows[0]);
    forRange(f, kh, rows[1], 1, () => {
      f.set(kw, columns[0]);
      forRange(f, kw, columns[1], 1, () => {
        f.set(tap, i32.add(this.windowX, i32.mul(i32.add(i32.mul(kh, W), kw), C * 4)));
        body({ pointer: tap, bytes: 0 });
      });
    });
  }

  /** 1 / the number of pixels an average divides by. */
  reciprocalCount(): Value<'f32x4'> {
    const { window, divisor } = this.plan;
    if (divisor === 'window') return splat(this.c.f, 1 / (window[0] * window[1]));
    const rows = i32.sub(this.rows[1], this.rows[0]);
    const count = i32.op('mul', rows, i32.sub(this.columns[1], this.columns[0]));
    return f32x4.splat(f32.op('div', 1, f32.fromSigned(count)));
  }
}

/** max(x, 0) for signed x, by its sign bit. */
function maxZero(x: Value<'i32'>): Value<'i32'> {
  return i32.op('and', x, i32.op('xor', i32.op('shr_s', x, 31), -1));
}
