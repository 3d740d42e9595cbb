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
import type { Local } from '../../assembler/function.ts';
import { f32x4, i32, memory, type Pointer } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import { type KernelContext, mostRows, type PlanContext } from '../../kernel.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { evenTiles, tileLocals, tileLoop } from '../language/tile.ts';
import { partialSize } from './layouts.ts';
import { type KernelGradientPartialsAttrs, kernelGradientPartials } from './ops.ts';

export interface KernelGradientPlan extends KernelGradientPartialsAttrs {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Images, handed over slice by slice; slices, where they are not those of the program's batch. */
  readonly unit: 'image' | 'slice';
  /** Tiles of taps: each tap's offset in elements of x from the window's first pixel. */
  readonly tapTiles: readonly (readonly number[])[];
}

export function planKernelGradient(
  node: Node,
  attrs: KernelGradientPartialsAttrs,
  { target, slicing }: PlanContext,
): KernelGradientPlan {
  const [x, dy] = node.inputs;
  const { dilation, kernelShape, columns } = attrs;
  const unit = slicing?.images === attrs.slicing.images ? 'image' : 'slice';
  const [KH, KW, CG] = kernelShape;
  const widest = columns.full > 0 ? columns.vectors : columns.restVectors;
  const [, , W, C] = x.shape;
  const most = mostRows(widest, target);
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
  return { ...attrs, x: x.shape, y: dy.shape, unit, tapTiles };
}

export const kernelGradientPartialsKernel = defineKernel({
  op: kernelGradientPartials,
  plan: (node, attrs, context) => {
    const plan = planKernelGradient(node, attrs, context);
    const [N, OH, OW, O] = plan.y;
    const [KH, KW, CG] = plan.kernelShape;
    const { tapTiles } = plan;
    return {
      partition: plan.unit === 'image' ? { units: N, images: N } : { units: plan.slicing.slices },
      multiplyAdds: N * OH * OW * O * KH * KW * CG,
      plan,
      shown: {
        ...plan,
        tapTiles: `${tapTiles.length} tiles of up to ${tapTiles[0].length} taps`,
      },
    };
  },
  emit: emitKernelGradient,
});

function emitKernelGradient(c: KernelContext, node: Node, plan: KernelGradientPlan): void {
  if (plan.unit === 'image') {
    emitSlice(c, node, plan);
    return;
  }
  const { f } = c;
  const { images, imagesPerSlice } = plan.slicing;
  const slice = f.local('i32', 'slice');
  const begin = f.local('i32', 'firstImage');
  const end = f.local('i32', 'lastImage');
  f.set(slice, c.begin);
  forRange(f, slice, c.end, 1, () => {
    f.set(begin, i32.mul(slice, imagesPerSlice));
    f.set(end, i32.min(i32.add(begin, imagesPerSlice), images));
    emitSlice({ ...c, begin, end }, node, plan);
  });
}

/** The partial sums of the images of one slice. */
function emitSlice(c: KernelContext, node: Node, plan: KernelGradientPlan): void {
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
  const [, , CG, O] = plan.kernelShape;
  const perGroup = O / plan.groups;
  for (let group = 0; group < plan.groups; group++) {
    const columnOffset = f.reuse('i32', 'columnOffset');
    const at: Place = { partial, columnOffset };
    f.set(columnOffset, i32.const(group * perGroup * 4));
    times(f, plan.columns.full, () => {
      emitColumn(c, node, plan, at, group * CG, plan.columns.vectors);
      advance(f, columnOffset, 16 * plan.columns.vectors);
    });
    if (plan.columns.rest > 0) emitColumn(c, node, plan, at, group * CG, plan.columns.restVectors);
  }
}

/** Where a tile of filters is: address of its sums, bytes from a pixel of dy to its first filter. */
interface Place {
  readonly partial: Pointer;
  readonly columnOffset: Local<'i32'>;
}

/** All taps of the slice's images for one tile of filters; moves `partial` past the tile's column. */
function emitColumn(
  c: KernelContext,
  node: Node,
  plan: KernelGradientPlan,
  { partial, columnOffset }: Place,
  firstChannel: number,
  vectors: number,
): void {
  const { f } = c;
  const [, H, W, C] = plan.x;
  const [, OH, OW, O] = plan.y;
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
        emitTapTile(c, plan, { imageX, imageY, tile }, run.taps, vectors);
        advance(f, tile, 16 * vectors * run.taps.length);
        advance(f, imageX, 4 * run.step);
      });
    }
  });
  const [KH, KW, CG] = plan.kernelShape;
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

/** Addresses of an image of x, at the tile's first tap, of its dy, and of the tile's sums. */
interface ImagePlace {
  readonly imageX: Pointer;
  readonly imageY: Pointer;
  readonly tile: Pointer;
}

/** One tile over all output pixels of one image: load the sums so far, add, store. */
function emitTapTile(
  c: KernelContext,
  plan: KernelGradientPlan,
  { imageX, imageY, tile }: ImagePlace,
  taps: readonly number[],
  vectors: number,
): void {
  const { f, m } = c;
  const [, , W, C] = plan.x;
  const [, OH, OW, O] = plan.y;
  const acc = tileLocals(f, { rows: taps.length, vectors });
  acc.forEach((row, r) => {
    row.forEach((sum, v) => {
      f.set(sum, f32x4.load(tile, 16 * (r * vectors + v)));
    });
  });
  const ptrA = f.reuse('i32', 'ptrX');
  const ptrB = f.reuse('i32', 'ptrDy');
  f.set(ptrA, imageX);
  f.set(ptrB, imageY);
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
