/**
 * @file The input gradient of a convolution by scattering: each dy adds its share to the window it came from.
 *
 *   dx[n, oh*sh + kh*dh, ow*sw + kw*dw, c] += sum over o of dy[n,oh,ow,o] * w[kh,kw,c,o]
 *
 * For any stride, dilation and padding. With few input channels this wastes least: with one group and no
 * dilation all taps (kw, c) of one kernel row are neighbours in dx, so the lanes run over KW*C numbers, not
 * over C. Each image is summed in the thread's scratch, which has room for the padding, then copied out.
 * The weights come transposed, tap rows by filter (`lowering/lower.ts`). One unit is one image.
 */
import { sizeOf } from '../../../../base/shape.ts';
import { align } from '../../../../compile/memoryPlan.ts';
import type { Node } from '../../../../graph/node.ts';
import type { Local } from '../../assembler/function.ts';
import { f32x4, i32, memory, type Pointer } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import { imagesOf, type KernelContext, mostRows, type PlanContext } from '../../kernel.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { evenTiles, runsOfEqual, tileLocals, tileLoop, zeroTile } from '../language/tile.ts';
import type { ScatterLayout } from './layouts.ts';
import { type Conv2dScatterAttrs, conv2dScatter } from './ops.ts';

export interface ScatterPlan extends ScatterLayout {
  readonly dx: readonly number[];
  readonly dy: readonly number[];
  readonly w: readonly number[];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly pads: Conv2dScatterAttrs['pads'];
  readonly groups: number;
  /** Extents of the scratch image: dx with its padding. */
  readonly height: number;
  readonly width: number;
  /** Column tiles in order: their vectors, and the most pixels that share one. */
  readonly tiles: readonly { readonly vectors: number; readonly rows: number }[];
}

export const conv2dScatterKernel = defineKernel({
  op: conv2dScatter,
  plan: (node, attrs, context) => {
    const [dy] = node.inputs;
    const plan = planScatter(node, attrs, context);
    const [KH, KW, CG] = plan.w;
    return {
      partition: { units: node.shape[0], ...imagesOf(node, context) },
      // The last tap row's padding lanes write past the image.
      scratchBytes: imageBytes(plan) + sharesBytes(plan),
      multiplyAdds: sizeOf(dy.shape) * KH * KW * CG,
      plan,
    };
  },
  emit: emitScatter,
});

export function planScatter(
  node: Node,
  { strides, dilation, pads, groups, kernelShape, layout }: Conv2dScatterAttrs,
  { target }: PlanContext,
): ScatterPlan {
  const [, H, W] = node.shape;
  const most = target.pairs ? 8 : 4;
  const vectors = layout.padded / 4;
  const tiles = Array.from({ length: Math.ceil(vectors / most) }, (_, i) =>
    Math.min(most, vectors - i * most),
  );
  return {
    ...layout,
    dx: node.shape,
    dy: node.inputs[0].shape,
    w: kernelShape,
    strides,
    dilation,
    pads,
    groups,
    height: H + pads[0][0] + pads[0][1],
    width: W + pads[1][0] + pads[1][1],
    tiles: tiles.map((across) => ({ vectors: across, rows: mostRows(across, target) })),
  };
}

function imageBytes({ height, width, dx, padded }: ScatterPlan): number {
  return align((height * width * dx[3] + padded) * 4);
}

/** The shares of one row of dy: (tap row, ow, lanes). */
function sharesBytes({ w, runsPerRow, dy, padded }: ScatterPlan): number {
  return w[0] * runsPerRow * dy[2] * padded * 4;
}

function emitScatter(c: KernelContext, node: Node, plan: ScatterPlan): void {
  const { f } = c;
  const [dy, weights] = node.inputs;
  const [, OH, OW, O] = plan.dy;
  const [, H, W, C] = plan.dx;
  const image = f.local('i32', 'image');
  const imageY = f.local('i32', 'imageY');
  f.set(image, c.begin);
  forRange(f, image, c.end, 1, () => {
    f.run(memory.fill(c.scratch, 0, imageBytes(plan)));
    for (let group = 0; group < plan.groups; group++) {
      const rowX = f.reuse('i32', 'rowX');
      f.set(
        imageY,
        i32.add(i32.mul(image, OH * OW * O * 4), c.address(dy) + group * plan.filters * 4),
      );
      f.set(rowX, i32.add(c.scratch, group * plan.w[2] * 4));
      times(f, OH, () => {
        emitOutputRow(c, plan, imageY, rowX, c.address(weights) + group * panelBytes(plan));
        advance(f, imageY, OW * O * 4);
        advance(f, rowX, plan.strides[0] * plan.width * C * 4);
      });
    }
    // Copy the real pixels out, row by row.
    const from = f.reuse('i32', 'from');
    const to = f.reuse('i32', 'to');
    f.set(from, i32.add(c.scratch, (plan.pads[0][0] * plan.width + plan.pads[1][0]) * C * 4));
    f.set(to, i32.add(i32.mul(image, H * W * C * 4), c.address(node)));
    times(f, H, () => {
      f.run(memory.copy(to, from, W * C * 4));
      advance(f, to, W * C * 4);
      advance(f, from, plan.width * C * 4);
    });
  });
}

/** Bytes of one group's weights: per tap row and filter, `padded` numbers. */
export function panelBytes(plan: ScatterLayout & { w: readonly number[] }): number {
  return plan.w[0] * plan.runsPerRow * plan.filters * plan.padded * 4;
}

/** One row of dy: its shares for every tap row, then their sum into the image. */
function emitOutputRow(
  c: KernelContext,
  plan: ScatterPlan,
  rowY: Local<'i32'>,
  rowX: Local<'i32'>,
  weights: number,
): void {
  const { f } = c;
  const panel = f.reuse('i32', 'panel');
  const shares = f.reuse('i32', 'shares');
  f.set(panel, i32.const(weights));
  f.set(shares, i32.add(c.scratch, imageBytes(plan)));
  times(f, plan.w[0] * plan.runsPerRow, () => {
    let first = 0;
    for (const tile of plan.tiles) {
      emitShares(c, plan, { rowY, panel, shares }, tile, first);
      first += tile.vectors;
    }
    advance(f, panel, plan.filters * plan.padded * 4);
    advance(f, shares, plan.dy[2] * plan.padded * 4);
  });
  addShares(c, plan, rowX);
}

/** Addresses of what one tap row reads and writes: a row of dy, its weights, its shares. */
interface TapRow {
  readonly rowY: Pointer;
  readonly panel: Pointer;
  readonly shares: Pointer;
}

/** The shares of all pixels of a row for one tap row and one tile of lanes. */
function emitShares(
  c: KernelContext,
  plan: ScatterPlan,
  { rowY, panel, shares }: TapRow,
  { vectors, rows: most }: ScatterPlan['tiles'][number],
  firstVector: number,
): void {
  const { f, m } = c;
  const [, , OW, O] = plan.dy;
  const pixelY = f.reuse('i32', 'pixelY');
  const to = f.reuse('i32', 'shareTo');
  const ptrA = f.reuse('i32', 'ptrDy');
  const ptrB = f.reuse('i32', 'ptrW');
  f.set(pixelY, rowY);
  f.set(to, i32.add(shares, 16 * firstVector));
  for (const { rows, count } of runsOfEqual(evenTiles(OW, most))) {
    times(f, count, () => {
      const acc = tileLocals(f, { rows, vectors });
      zeroTile(f, acc);
      f.set(ptrA, pixelY);
      f.set(ptrB, i32.add(panel, 16 * firstVector));
      tileLoop(f, m, acc, {
        ptrA,
        ptrB,
        steps: plan.filters,
        advanceA: 4,
        advanceB: plan.padded * 4,
        offsetA: (r) => r * O * 4,
      });
      acc.forEach((row, r) => {
        row.forEach((sum, v) => {
          f.run(f32x4.store(to, r * plan.padded * 4 + 16 * v, sum));
        });
      });
      advance(f, pixelY, rows * O * 4);
      advance(f, to, rows * plan.padded * 4);
    });
  }
}

/** dx at each window += its shares. Tap rows innermost: they touch different rows of dx. */
function addShares(c: KernelContext, plan: ScatterPlan, rowX: Local<'i32'>): void {
  const { f } = c;
  const [, , OW] = plan.dy;
  const C = plan.dx[3];
  const from = f.reuse('i32', 'shareFrom');
  const to = f.reuse('i32', 'pixelX');
  const pixel = f.reuse('i32', 'pixel');
  const share = f.reuse('i32', 'share');
  f.set(from, i32.add(c.scratch, imageBytes(plan)));
  f.set(pixel, rowX);
  const addRun = (): void => {
    for (let v = 0; v < plan.padded / 4; v += 2) {
      const halves = [v, v + 1].filter((h) => h < plan.padded / 4);
      const sums = halves.map((h) => {
        const sum = f.reuse('f32x4', `sum${h - v}`);
        f.set(sum, f32x4.add(f32x4.load(to, 16 * h), f32x4.load(share, 16 * h)));
        return sum;
      });
      sums.forEach((sum, i) => {
        f.run(f32x4.store(to, 16 * halves[i], sum));
      });
    }
  };
  times(f, OW, () => {
    f.set(to, pixel);
    f.set(share, from);
    times(f, plan.w[0], () => {
      times(f, plan.runsPerRow, () => {
        addRun();
        advance(f, share, OW * plan.padded * 4);
        if (plan.runsPerRow > 1) advance(f, to, plan.dilation[1] * C * 4);
      });
      const passed = plan.runsPerRow > 1 ? plan.runsPerRow * plan.dilation[1] * C : 0;
      advance(f, to, (plan.dilation[0] * plan.width * C - passed) * 4);
    });
    advance(f, from, plan.padded * 4);
    advance(f, pixel, plan.strides[1] * C * 4);
  });
}
