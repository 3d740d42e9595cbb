/**
 * @file The kernel gradient of a convolution, one partial sum per slice of the batch.
 *
 *   dw[kh,kw,c,o] = sum over n,oh,ow of x[n, oh*sh + kh*dh, ow*sw + kw*dw, c] * dy[n,oh,ow,o]
 *
 * A tile is a few neighbouring taps by a few filters; its accumulators stay in registers for one image and
 * are kept between images in the partial sum, laid out tile by tile. Partials are per slice, never per
 * thread, so the sum is the same for any number of threads. `../rows/sum.ts` adds them up.
 * Previous stop: `lowering/lower.ts`. Next stop: `../language/tile.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import type { Conv2dKernelGradientAttrs } from '../../../../ops/conv2d.ts';
import { f32x4, i32, memory } from '../../assembler/lanes.ts';
import {
  type ColumnTiles,
  type Kernel,
  type KernelContext,
  mostRows,
  type PlanContext,
  type Slicing,
  tileColumns,
} from '../../kernel.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { evenTiles, tileLocals, tileLoop } from '../language/tile.ts';
import type { Conv2dLayer } from './plan.ts';

export interface KernelGradientPlan extends Conv2dLayer {
  readonly slicing: Slicing;
  readonly columns: ColumnTiles;
  /** Tiles of taps: each tap's offset in elements of x from the window's first pixel. */
  readonly tapTiles: readonly (readonly number[])[];
}

/** Floats of one slice's partial sum: all tiles, each rows x lanes. */
export function partialSize(plan: Pick<KernelGradientPlan, 'w' | 'groups' | 'columns'>): number {
  const [KH, KW, CG] = plan.w;
  const { full, vectors, restVectors } = plan.columns;
  return plan.groups * KH * KW * CG * 4 * (full * vectors + restVectors);
}

export function planKernelGradient(node: Node, context: PlanContext): KernelGradientPlan {
  const [x, dy] = node.inputs;
  const attrs = node.attrs as unknown as Conv2dKernelGradientAttrs;
  const { strides, dilation, groups, kernelShape } = attrs;
  const [KH, KW, CG, O] = kernelShape;
  const columns = tileColumns(O / groups, context.target);
  const widest = columns.full > 0 ? columns.vectors : columns.restVectors;
  const [, , W, C] = x.shape;
  const most = mostRows(widest, context.target);
  // Taps in kernel order (kh, kw, c). Tiles keep to whole kernel rows when several fit.
  const row = KW * CG;
  const tap = (i: number): number => {
    const kh = Math.floor(i / row);
    const kw = Math.floor((i % row) / CG);
    return kh * dilation[0] * W * C + kw * dilation[1] * C + (i % CG);
  };
  const rowsPerTile = Math.floor(most / row);
  const sizes =
    rowsPerTile >= 1
      ? evenTiles(KH, rowsPerTile).map((rows) => rows * row)
      : Array.from({ length: KH }, () => evenTiles(row, most)).flat();
  let next = 0;
  const tapTiles = sizes.map((size) => Array.from({ length: size }, () => tap(next++)));
  if (context.slicing === undefined)
    throw new Error('internal error: kernel gradient without a batch');
  return {
    x: x.shape,
    w: kernelShape,
    y: dy.shape,
    strides,
    dilation,
    groups,
    slicing: context.slicing,
    columns,
    tapTiles,
  };
}

export function conv2dKernelGradientKernel(node: Node, context: PlanContext): Kernel {
  const plan = planKernelGradient(node, context);
  const [N, OH, OW, O] = plan.y;
  const [KH, KW, CG] = plan.w;
  return {
    family: 'conv2dKernelGradient',
    name: node.name,
    inputs: node.inputs,
    outputs: [node],
    partition: { units: N, images: N },
    scratchBytes: 0,
    multiplyAdds: N * OH * OW * O * KH * KW * CG,
    plan: {
      ...plan,
      winograd: node.attrs.winograd,
      tapTiles: `${plan.tapTiles.length} tiles of up to ${plan.tapTiles[0].length} taps`,
    },
    emit: (c) => emitKernelGradient(c, node, plan),
  };
}

function emitKernelGradient(c: KernelContext, node: Node, plan: KernelGradientPlan): void {
  const { f } = c;
  const size = partialSize(plan) * 4;
  const partial = f.reuse('i32', 'partial');
  f.set(
    partial,
    i32.add(
      i32.mul(i32.op('div_u', c.begin, i32.const(plan.slicing.imagesPerSlice)), size),
      c.address(node),
    ),
  );
  f.run(memory.fill(partial, 0, size));
  const CG = plan.w[2];
  const perGroup = plan.w[3] / plan.groups;
  for (let group = 0; group < plan.groups; group++) {
    const columnOffset = f.reuse('i32', 'columnOffset');
    f.set(columnOffset, i32.const(group * perGroup * 4));
    times(f, plan.columns.full, () => {
      emitColumn(c, node, plan, group * CG, plan.columns.vectors);
      advance(f, columnOffset, 16 * plan.columns.vectors);
    });
    if (plan.columns.rest > 0) emitColumn(c, node, plan, group * CG, plan.columns.restVectors);
  }
}

/** All taps of the slice's images for one tile of filters; moves `partial` past the tile's column. */
function emitColumn(
  c: KernelContext,
  node: Node,
  plan: KernelGradientPlan,
  firstChannel: number,
  vectors: number,
): void {
  const { f } = c;
  const [, H, W, C] = plan.x;
  const [, OH, OW, O] = plan.y;
  const partial = f.reuse('i32', 'partial');
  const columnOffset = f.reuse('i32', 'columnOffset');
  const image = f.reuse('i32', 'image');
  const imageX = f.reuse('i32', 'imageX');
  const imageY = f.reuse('i32', 'imageY');
  const tile = f.reuse('i32', 'tileAddress');
  f.set(image, c.begin);
  forRange(f, image, c.end, 1, () => {
    f.set(
      imageX,
      i32.add(i32.mul(image, 4 * H * W * C), c.address(node.inputs[0]) + firstChannel * 4),
    );
    f.set(imageY, i32.add(i32.mul(image, 4 * OH * OW * O), c.address(node.inputs[1])));
    f.set(imageY, i32.add(imageY, columnOffset));
    f.set(tile, partial);
    for (const run of tapRuns(plan.tapTiles)) {
      times(f, run.count, () => {
        emitTapTile(c, plan, run.taps, vectors);
        advance(f, tile, 16 * vectors * run.taps.length);
        advance(f, imageX, 4 * run.step);
      });
    }
  });
  const [KH, KW, CG] = plan.w;
  advance(f, partial, KH * KW * CG * 16 * vectors);
}

interface TapRun {
  /** Offsets relative to the tile's first tap. */
  readonly taps: readonly number[];
  readonly count: number;
  /** Elements of x from one tile's first tap to the next tile's. */
  readonly step: number;
}

/** Tiles that look alike and follow at equal distance become one loop. */
export function tapRuns(tiles: readonly (readonly number[])[]): TapRun[] {
  const relative = tiles.map((taps) => taps.map((t) => t - taps[0]));
  const steps = tiles.map((taps, i) => (i + 1 < tiles.length ? tiles[i + 1][0] - taps[0] : 0));
  const runs: { taps: readonly number[]; count: number; step: number }[] = [];
  tiles.forEach((_, i) => {
    const last = runs.at(-1);
    if (last !== undefined && last.step === steps[i] && last.taps.join() === relative[i].join())
      last.count++;
    else runs.push({ taps: relative[i], count: 1, step: steps[i] });
  });
  return runs;
}

/** One tile over all output pixels of one image: load the sums so far, add, store. */
function emitTapTile(
  c: KernelContext,
  plan: KernelGradientPlan,
  taps: readonly number[],
  vectors: number,
): void {
  const { f, m } = c;
  const [, , W, C] = plan.x;
  const [, OH, OW, O] = plan.y;
  const tile = f.reuse('i32', 'tileAddress');
  const acc = tileLocals(f, { rows: taps.length, vectors });
  acc.forEach((row, r) => {
    row.forEach((sum, v) => {
      f.set(sum, f32x4.load(tile, 16 * (r * vectors + v)));
    });
  });
  const ptrA = f.reuse('i32', 'ptrX');
  const ptrB = f.reuse('i32', 'ptrDy');
  f.set(ptrA, f.reuse('i32', 'imageX'));
  f.set(ptrB, f.reuse('i32', 'imageY'));
  times(f, OH, () => {
    tileLoop(f, m, acc, {
      ptrA,
      ptrB,
      steps: OW,
      advanceA: plan.strides[1] * C * 4,
      advanceB: O * 4,
      offsetA: (r) => taps[r] * 4,
    });
    advance(f, ptrA, (plan.strides[0] * W - OW * plan.strides[1]) * C * 4);
  });
  acc.forEach((row, r) => {
    row.forEach((sum, v) => {
      f.run(f32x4.store(tile, 16 * (r * vectors + v), sum));
    });
  });
}

/** For `../rows/sum.ts`: where the partial keeps weight (tap, o), as runs of lanes. */
export function partialPanels(
  plan: KernelGradientPlan,
): { group: number; column: number; count: number; vectors: number; offset: number }[] {
  const { columns, groups, w } = plan;
  const taps = w[0] * w[1] * w[2];
  const perGroup = w[3] / groups;
  const panels = [];
  let offset = 0;
  for (let group = 0; group < groups; group++) {
    for (let t = 0; t < columns.full + (columns.rest > 0 ? 1 : 0); t++) {
      const vectors = t < columns.full ? columns.vectors : columns.restVectors;
      const column = group * perGroup + t * 4 * columns.vectors;
      panels.push({
        group,
        column,
        count: t < columns.full ? 4 * vectors : columns.rest,
        vectors,
        offset,
      });
      offset += taps * 4 * vectors;
    }
  }
  return panels;
}
