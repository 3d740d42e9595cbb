/**
 * @file The weights of a Winograd convolution, transformed once per step: G w G^T, in panels.
 *
 *   (KH, KW, C/G, O) -> [group][panel of filters][a^2][channel][lanes of the panel]
 *
 * A panel is one register tile wide; a product (i, j) then reads its panel from front to back. Lanes past the
 * last filter hold whatever stood there: they end in columns nobody stores. One unit is one panel of a group.
 * Next stop: `conv2d.ts`.
 */
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import { i32 } from '../../assembler/lanes.ts';
import type { Kernel, KernelContext, PlanContext, Target } from '../../kernel.ts';
import { advance, forRange, times, withinTurn } from '../language/loops.ts';
import { emitTransform, squareBytes, storeVectors } from './linear.ts';
import { tileSide, transformsOf, type VariantName, variantOf } from './variants.ts';

export interface PanelLayout {
  /** Vectors across a panel: a register tile's width. */
  readonly vectors: number;
  /** Panels per group. */
  readonly panels: number;
  /** Bytes of one panel of one product. */
  readonly productBytes: number;
  readonly panelBytes: number;
  readonly groupBytes: number;
}

/** Vectors that V8 may fuse to one, side by side. */
export const fusedVectors = ({ pairs }: Target): number => (pairs ? 2 : 1);

export function panelLayout(
  [, , CG, O]: readonly number[],
  groups: number,
  side: number,
  target: Target,
): PanelLayout {
  const vectors = target.pairs ? 4 : 2;
  const panels = Math.ceil(O / groups / (4 * vectors));
  // One more line than the channels fill: else all products of a channel would share one set of a cache.
  const productBytes = (CG + 1) * 16 * vectors;
  const panelBytes = side ** 2 * productBytes;
  return { vectors, panels, productBytes, panelBytes, groupBytes: panels * panelBytes };
}

export interface WinogradKernelAttrs {
  readonly variant: VariantName;
  readonly groups: number;
}

export function winogradKernelKernel(node: Node, { target }: PlanContext): Kernel {
  const [w] = node.inputs;
  const { variant, groups } = node.attrs as unknown as WinogradKernelAttrs;
  const side = tileSide(variantOf(variant));
  const layout = panelLayout(w.shape, groups, side, target);
  const width = fusedVectors(target);
  return {
    family: 'winogradKernel',
    name: node.name,
    inputs: [w],
    outputs: [node],
    partition: { units: groups * layout.panels },
    scratchBytes: squareBytes(side, width),
    multiplyAdds: sizeOf(w.shape) * side,
    plan: { variant, groups, ...layout },
    emit: (c) => emitWeights(c, node, layout, width),
  };
}

function emitWeights(c: KernelContext, node: Node, layout: PanelLayout, width: number): void {
  const { f } = c;
  const [w] = node.inputs;
  const { variant, groups } = node.attrs as unknown as WinogradKernelAttrs;
  const { kernel } = transformsOf(variantOf(variant));
  const [r, , CG, O] = w.shape;
  const side = kernel.length;
  const unit = f.local('i32', 'unit');
  const from = f.local('i32', 'from');
  const to = f.local('i32', 'to');
  f.set(unit, c.begin);
  forRange(f, unit, c.end, 1, () => {
    const group = i32.op('div_u', unit, i32.const(layout.panels));
    const panel = i32.op('rem_u', unit, i32.const(layout.panels));
    const column = i32.add(i32.mul(group, O / groups), i32.mul(panel, 4 * layout.vectors));
    f.set(from, i32.add(i32.mul(column, 4), c.address(w)));
    f.set(to, i32.add(i32.mul(unit, layout.panelBytes), c.address(node)));
    times(f, CG, () => {
      for (let first = 0; first < layout.vectors; first += width) {
        const square = {
          rows: r,
          columns: r,
          width,
          pointer: from,
          offset: (kh: number, kw: number) => ((kh * r + kw) * CG * O + 4 * first) * 4,
        };
        withinTurn(f, () =>
          emitTransform(c, kernel, square, c.scratch, (i, j, value) =>
            storeVectors(c, to, (i * side + j) * layout.productBytes + 16 * first, value),
          ),
        );
      }
      advance(f, from, 4 * O);
      advance(f, to, 16 * layout.vectors);
    });
  });
}
