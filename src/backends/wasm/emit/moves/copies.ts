/**
 * @file The layouts that `lowering/lower.ts` asks for and the ops that only move numbers, as strided copies.
 *
 * Previous stop: `families.ts`. Next stop: `stridedCopy.ts`.
 */
import { sizeOf, stridesOf } from '../../../../base/shape.ts';
import type { Pads } from '../../../../base/window.ts';
import type { Node } from '../../../../graph/node.ts';
import { attrsOf } from '../../../../ops/op.ts';
import { transpose } from '../../../../ops/transpose.ts';
import { type Kernel, type PlanContext, tileColumns } from '../../kernel.ts';
import { scatterLayout } from '../conv2d/scatter.ts';
import { type Copy, type CopyLevel, stridedCopyKernel } from './stridedCopy.ts';

const level = (extent: number, from: number, to: number): CopyLevel => ({ extent, from, to });

/** The batch extent if the copy can be cut along it. */
function imagesOf(node: Node, context: PlanContext): number | undefined {
  return context.isBatched(node) ? node.shape[0] : undefined;
}

/** Axes in another order, written from the first number on. */
export function transposeKernel(node: Node, context: PlanContext): Kernel {
  const { axes } = attrsOf(node, transpose);
  const from = stridesOf(node.inputs[0].shape);
  const to = stridesOf(node.shape);
  const levels = node.shape.map((extent, k) => level(extent, from[axes[k]], to[k]));
  return stridedCopyKernel('transpose', node, [[{ from: 0, to: 0, levels }]], {
    images: imagesOf(node, context),
  });
}

/** Zero or constant padding; a negative amount crops. */
export function padKernel(node: Node, context: PlanContext): Kernel {
  const [x] = node.inputs;
  const { pads, value = 0 } = node.attrs as unknown as { pads: Pads; value?: number };
  const [N, H, W, C] = x.shape;
  const [, OH, OW] = node.shape;
  const [[top, bottom], [left, right]] = pads;
  const skip = (before: number): number => Math.max(0, -before);
  const rows = H - skip(top) - skip(bottom);
  const columns = W - skip(left) - skip(right);
  const copy: Copy = {
    from: (skip(top) * W + skip(left)) * C,
    to: (Math.max(0, top) * OW + Math.max(0, left)) * C,
    levels: [
      level(N, H * W * C, OH * OW * C),
      level(rows, W * C, OW * C),
      level(columns * C, 1, 1),
    ],
  };
  const covered = rows === OH && columns === OW;
  return stridedCopyKernel('pad2d', node, [[copy]], {
    images: imagesOf(node, context),
    fill: covered ? undefined : value,
  });
}

/** (KH, KW, C/G, O) to panels of one tile's width, taps inside: conv2d reads them in order. */
export function packKernelKernel(node: Node, context: PlanContext): Kernel {
  const [w] = node.inputs;
  const { groups } = node.attrs as { groups: number };
  const [KH, KW, CG, O] = w.shape;
  const taps = KH * KW * CG;
  const { full, vectors, rest, restVectors } = tileColumns(O / groups, context.target);
  const panelSize = taps * 4 * (full * vectors + restVectors);
  const copies: Copy[] = [];
  for (let g = 0; g < groups; g++) {
    const from = (g * O) / groups;
    const width = 4 * vectors;
    if (full > 0) {
      copies.push({
        from,
        to: g * panelSize,
        levels: [level(full, width, taps * width), level(taps, O, width), level(width, 1, 1)],
      });
    }
    if (rest > 0) {
      copies.push({
        from: from + full * width,
        to: g * panelSize + full * taps * width,
        levels: [level(taps, O, 4 * restVectors), level(rest, 1, 1)],
      });
    }
  }
  return stridedCopyKernel('packKernel', node, [copies], {
    fill: rest > 0 && rest < 4 * restVectors ? 0 : undefined,
  });
}

/** w'[kh,kw,o,g*CG+c] = w[KH-1-kh, KW-1-kw, c, g*OG+o]: the kernel of the input gradient. */
export function flipKernelKernel(node: Node): Kernel {
  const [w] = node.inputs;
  const { groups } = node.attrs as { groups: number };
  const [KH, KW, CG, O] = w.shape;
  const [, , OG, C] = node.shape;
  const copies = Array.from(
    { length: groups },
    (_, g): Copy => ({
      from: (KH * KW - 1) * CG * O + g * OG,
      to: g * CG,
      levels: [level(KH * KW, -CG * O, OG * C), level(OG, 1, C), level(CG, O, 1)],
    }),
  );
  return stridedCopyKernel('flipKernel', node, [copies]);
}

/** w'[g, kh, (kw), o, taps of one run] padded to whole lanes: what `../conv2d/scatter.ts` reads. */
export function scatterKernelKernel(node: Node, context: PlanContext): Kernel {
  const [w] = node.inputs;
  const { groups, dilationW } = node.attrs as { groups: number; dilationW: number };
  const [KH, KW, CG, O] = w.shape;
  const { run, padded, runsPerRow, filters } = scatterLayout(
    w.shape,
    groups,
    dilationW,
    context.target,
  );
  const rows = KH * runsPerRow;
  const tapsPerRow = (KW * CG) / runsPerRow;
  const copies = Array.from(
    { length: groups },
    (_, g): Copy => ({
      from: g * filters,
      to: g * rows * filters * padded,
      levels: [
        level(rows, tapsPerRow * O, filters * padded),
        level(filters, 1, padded),
        level(run, O, 1),
      ],
    }),
  );
  return stridedCopyKernel('scatterKernel', node, [copies], { fill: run < padded ? 0 : undefined });
}

export function broadcastKernel(node: Node, context: PlanContext): Kernel {
  const [x] = node.inputs;
  const from = stridesOf(x.shape);
  const to = stridesOf(node.shape);
  const lead = node.shape.length - x.shape.length;
  const levels = node.shape.map((extent, axis) => {
    const own = axis - lead;
    return level(extent, own < 0 || x.shape[own] === 1 ? 0 : from[own], to[axis]);
  });
  return stridedCopyKernel('broadcastTo', node, [[{ from: 0, to: 0, levels }]], {
    images: imagesOf(node, context),
  });
}

/** Identity: a state shown as an output, a new state that no kernel could write in place. */
export function copyKernel(node: Node): Kernel {
  return stridedCopyKernel('copy', node, [
    [{ from: 0, to: 0, levels: [level(sizeOf(node.shape), 1, 1)] }],
  ]);
}
