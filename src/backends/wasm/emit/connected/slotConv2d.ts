/**
 * @file The three kernels of a convolution by a table of connections, over slots (`lowering/connected.ts`).
 *
 *   y[oh,ow,v]    = sum over kh,kw,t of g[oh+kh, ow+kw, slot(v,t)] * w[kh,kw,slot(v,t)]     v: four maps
 *   dg[h,w,slot]  = sum over kh,kw   of dy[h-kh, w-kw, v] * w[kh,kw,slot]
 *   dw[kh,kw,slot] = sum over oh,ow  of g[oh+kh, ow+kw, slot] * dy[oh,ow,v]
 *
 * All operands are whole vectors: lanes never meet. A tile keeps a row's pixels, or a row of taps, in
 * registers. Next stop: `channelSums.ts`, which gathers slots and folds them back.
 */
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import type { FunctionBuilder, Local } from '../../assembler/function.ts';
import { f32x4, i32 } from '../../assembler/lanes.ts';
import { defineKernel, type Planned } from '../../defineKernel.ts';
import { imagesOf, type KernelContext, type Partition, type PlanContext } from '../../kernel.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { evenTiles } from '../language/tile.ts';
import { type SlotAttrs, slotConv2d, slotConv2dInput, slotConv2dWeights } from './ops.ts';

/** Accumulators beside the operands of one multiply-add, in 16 registers. */
const MOST_ACCUMULATORS = 12;

/** `positions`: how often each real slot is multiplied. */
function planned(
  { layout }: SlotAttrs,
  partition: Partition,
  positions: number,
): Planned<SlotAttrs> {
  const { vectors, connections } = layout;
  return {
    partition,
    multiplyAdds: positions * connections.filter((p) => p >= 0).length,
    plan: { layout },
    shown: { terms: vectors.map(({ terms }) => terms) },
  };
}

function rowsOf(node: Node, context: PlanContext): Partition {
  const [N, H] = node.shape;
  return { units: N * H, ...imagesOf(node, context) };
}

/** Accumulators `count` by `across`, set to zero. */
function zeros(f: FunctionBuilder, count: number, across = 1): Local<'f32x4'>[][] {
  return Array.from({ length: across }, (_, a) =>
    Array.from({ length: count }, (_, r) => {
      const sum = f.reuse('f32x4', `acc${a}_${r}`);
      f.set(sum, f32x4.splat(0));
      return sum;
    }),
  );
}

/** One unit is one output row. */
export const slotConv2dKernel = defineKernel({
  op: slotConv2d,
  plan: (node, attrs, context) => {
    const [KH, KW] = node.inputs[1].shape;
    const pixels = sizeOf(node.shape) / attrs.layout.maps;
    return planned(attrs, rowsOf(node, context), pixels * KH * KW);
  },
  emit: emitForward,
});

function emitForward(c: KernelContext, node: Node, { layout }: SlotAttrs): void {
  const [g, w] = node.inputs;
  const { f, m } = c;
  const [, H, W, S] = g.shape;
  const [KH, KW] = w.shape;
  const [, OH, OW, O] = node.shape;
  const unit = f.reuse('i32', 'unit');
  const row = f.reuse('i32', 'rowOfSlots');
  const ptrG = f.reuse('i32', 'ptrSlots');
  const ptrW = f.reuse('i32', 'ptrW');
  const ptrY = f.reuse('i32', 'ptrY');
  f.set(unit, c.begin);
  forRange(f, unit, c.end, 1, () => {
    const n = i32.op('div_u', unit, i32.const(OH));
    const oh = i32.op('rem_u', unit, i32.const(OH));
    f.set(row, i32.add(i32.mul(i32.add(i32.mul(n, H), oh), W * S * 4), c.address(g)));
    f.set(ptrY, i32.add(i32.mul(unit, OW * O * 4), c.address(node)));
    for (const rows of evenTiles(OW, MOST_ACCUMULATORS)) {
      layout.vectors.forEach(({ first, terms }, v) => {
        const [acc] = zeros(f, rows);
        f.set(ptrG, i32.add(row, 4 * first));
        f.set(ptrW, i32.const(c.address(w) + 4 * first));
        times(f, KH, () => {
          times(f, KW, () => {
            for (let t = 0; t < terms; t++) {
              const weights = f.reuse('f32x4', 'weights');
              f.set(weights, f32x4.load(ptrW, 16 * t));
              acc.forEach((sum, r) => {
                f.set(sum, m.madd(f32x4.load(ptrG, 4 * r * S + 16 * t), weights, sum));
              });
            }
            advance(f, ptrG, 4 * S);
            advance(f, ptrW, 4 * S);
          });
          advance(f, ptrG, 4 * (W - KW) * S);
        });
        const lanes = Math.min(4, O - 4 * v);
        acc.forEach((sum, r) => {
          for (const store of f32x4.storePart(lanes, ptrY, 4 * (r * O + 4 * v), sum)) f.run(store);
        });
      });
      advance(f, row, 4 * rows * S);
      advance(f, ptrY, 4 * rows * O);
    }
  });
}

/** One unit is one row of the gradient; dy is padded at the left and right, rows outside it are passed over. */
export const slotConv2dInputKernel = defineKernel({
  op: slotConv2dInput,
  plan: (node, attrs, context) => {
    const [dy, w] = node.inputs;
    const [KH, KW] = w.shape;
    const [N, OH, paddedW] = dy.shape;
    const pixels = N * OH * (paddedW - 2 * (KW - 1));
    return planned(attrs, rowsOf(node, context), pixels * KH * KW);
  },
  emit: emitInputGradient,
});

function emitInputGradient(c: KernelContext, node: Node, { layout }: SlotAttrs): void {
  const [dy, w] = node.inputs;
  const [KH, KW] = w.shape;
  const [, OH, paddedW, O] = dy.shape;
  const { f, m } = c;
  const [, H, W, S] = node.shape;
  const unit = f.reuse('i32', 'unit');
  const firstTap = f.reuse('i32', 'firstTap');
  const lastTap = f.reuse('i32', 'lastTap');
  const row = f.reuse('i32', 'rowOfDy');
  const tap = f.reuse('i32', 'tap');
  const ptrDy = f.reuse('i32', 'ptrDy');
  const ptrW = f.reuse('i32', 'ptrW');
  const ptrG = f.reuse('i32', 'ptrSlots');
  f.set(unit, c.begin);
  forRange(f, unit, c.end, 1, () => {
    const n = i32.op('div_u', unit, i32.const(H));
    const h = f.reuse('i32', 'h');
    f.set(h, i32.op('rem_u', unit, i32.const(H)));
    // Taps kh with 0 <= h - kh < OH, as [firstTap, lastTap).
    const beyond = i32.sub(h, OH - 1);
    f.set(firstTap, i32.mul(beyond, i32.lessThan(0, beyond)));
    f.set(lastTap, i32.min(i32.add(h, 1), i32.const(KH)));
    // dy's row h - firstTap: each further tap reads the row above.
    const top = i32.add(i32.mul(n, OH), i32.sub(h, firstTap));
    f.set(row, i32.add(i32.mul(top, paddedW * O * 4), c.address(dy)));
    f.set(ptrG, i32.add(i32.mul(unit, W * S * 4), c.address(node)));
    for (const rows of evenTiles(W, MOST_ACCUMULATORS / 2)) {
      layout.vectors.forEach(({ first, terms }, v) => {
        const lanes = Math.min(4, O - 4 * v);
        for (let t = 0; t < terms; t += 2) {
          const acc = zeros(f, rows, Math.min(2, terms - t));
          f.set(ptrDy, row);
          f.set(ptrW, i32.mul(firstTap, KW * S * 4));
          f.set(tap, firstTap);
          forRange(f, tap, lastTap, 1, () => {
            for (let kw = 0; kw < KW; kw++) {
              const weights = acc.map((_, a) => {
                const weight = f.reuse('f32x4', `weight${a}`);
                const offset = c.address(w) + 4 * (kw * S + first) + 16 * (t + a);
                f.set(weight, f32x4.load(ptrW, offset));
                return weight;
              });
              for (let r = 0; r < rows; r++) {
                const loaded = f.reuse('f32x4', 'dy');
                const at = 4 * ((r + KW - 1 - kw) * O + 4 * v);
                f.set(loaded, f32x4.loadPart(lanes, ptrDy, at));
                acc.forEach((sums, a) => {
                  f.set(sums[r], m.madd(loaded, weights[a], sums[r]));
                });
              }
            }
            advance(f, ptrDy, -4 * paddedW * O);
            advance(f, ptrW, 4 * KW * S);
          });
          acc.forEach((sums, a) => {
            sums.forEach((sum, r) => {
              f.run(f32x4.store(ptrG, 4 * (r * S + first) + 16 * (t + a), sum));
            });
          });
        }
      });
      advance(f, row, 4 * rows * O);
      advance(f, ptrG, 4 * rows * S);
    }
  });
}

/** One unit is one row of taps; it sums over the whole batch, so there is nothing to add up afterwards. */
export const slotConv2dWeightsKernel = defineKernel({
  op: slotConv2dWeights,
  plan: (node, attrs) => {
    const [KH, KW] = node.shape;
    const [N, OH, OW] = node.inputs[1].shape;
    return planned(attrs, { units: KH }, N * OH * OW * KH * KW);
  },
  emit: emitWeightsGradient,
});

function emitWeightsGradient(c: KernelContext, node: Node, { layout }: SlotAttrs): void {
  const [g, dy] = node.inputs;
  const [, KW, S] = node.shape;
  const [N, OH, OW, O] = dy.shape;
  const { f, m } = c;
  const [, H, W] = g.shape;
  const kh = f.reuse('i32', 'kh');
  const ptrG = f.reuse('i32', 'ptrSlots');
  const ptrDy = f.reuse('i32', 'ptrDy');
  const ptrW = f.reuse('i32', 'ptrW');
  const tiles = layout.vectors.flatMap(({ first, terms }, v) =>
    tapTiles(KW, terms).map((taps) => ({ v, first, taps })),
  );
  f.set(kh, c.begin);
  forRange(f, kh, c.end, 1, () => {
    f.set(ptrW, i32.add(i32.mul(kh, KW * S * 4), c.address(node)));
    for (const { v, first, taps } of tiles) {
      const lanes = Math.min(4, O - 4 * v);
      const [acc] = zeros(f, taps.length);
      const offset = (i: number) => 4 * (taps[i].kw * S + first) + 16 * taps[i].t;
      f.set(ptrG, i32.add(i32.mul(kh, W * S * 4), c.address(g)));
      f.set(ptrDy, i32.const(c.address(dy) + 16 * v));
      times(f, N, () => {
        times(f, OH, () => {
          times(f, OW, () => {
            const loaded = f.reuse('f32x4', 'dy');
            f.set(loaded, f32x4.loadPart(lanes, ptrDy));
            acc.forEach((sum, i) => {
              f.set(sum, m.madd(f32x4.load(ptrG, offset(i)), loaded, sum));
            });
            advance(f, ptrG, 4 * S);
            advance(f, ptrDy, 4 * O);
          });
          advance(f, ptrG, 4 * (W - OW) * S);
        });
        advance(f, ptrG, 4 * (H - OH) * W * S);
      });
      acc.forEach((sum, i) => {
        f.run(f32x4.store(ptrW, offset(i), sum));
      });
    }
  });
}

/** The taps (kw, t) of one row for four maps, in tiles that fit the registers. */
function tapTiles(KW: number, terms: number): { kw: number; t: number }[][] {
  const all = Array.from({ length: KW * terms }, (_, i) => ({
    kw: Math.floor(i / terms),
    t: i % terms,
  }));
  const sizes = evenTiles(all.length, MOST_ACCUMULATORS);
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  return sizes.map((size, i) => all.slice(starts[i], starts[i] + size));
}
