/**
 * @file The weights of a Winograd convolution, transformed once per step: G w G^T, in panels.
 *
 *   (KH, KW, C/G, O) -> [group][a^2][panel of filters][channel][lanes of the panel]
 *
 * A panel is one register tile wide; a product (i, j) then reads its panels from front to back. Lanes past the
 * last filter hold whatever stood there: they end in columns nobody stores. One unit is one panel of a group.
 * Next stop: `conv2d.ts`.
 */
import { sizeOf } from '../../../../base/shape.ts';
import {
  tileSide,
  transformsOf,
  type VariantName,
  variantOf,
} from '../../../../compile/winograd/variants.ts';
import type { Node } from '../../../../graph/node.ts';
import { i32 } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import type { KernelContext } from '../../kernel.ts';
import { advance, forRange, times, withinTurn } from '../language/loops.ts';
import { emitTransform, squareBytes, storeVectors } from './linear.ts';
import { winogradWeights } from './ops.ts';
import { fusedVectors, type PanelLayout } from './panels.ts';

export const winogradWeightsKernel = defineKernel({
  op: winogradWeights,
  plan: (node, { variant, groups, layout }, { target }) => {
    const [w] = node.inputs;
    const side = tileSide(variantOf(variant));
    const width = fusedVectors(target);
    return {
      partition: { units: groups * layout.panels },
      scratchBytes: squareBytes(side, width),
      multiplyAdds: sizeOf(w.shape) * side,
      plan: { variant, groups, ...layout, width },
    };
  },
  emit: emitWeights,
});

interface WeightsPlan extends PanelLayout {
  readonly variant: VariantName;
  readonly groups: number;
  /** Vectors side by side in a transform. */
  readonly width: number;
}

function emitWeights(c: KernelContext, node: Node, layout: WeightsPlan): void {
  const { f } = c;
  const [w] = node.inputs;
  const { variant, groups, width } = layout;
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
    const groupU = i32.mul(group, layout.groupBytes);
    f.set(to, i32.add(i32.add(i32.mul(panel, layout.panelBytes), groupU), c.address(node)));
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
