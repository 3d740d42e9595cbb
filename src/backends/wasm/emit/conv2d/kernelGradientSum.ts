/**
 * @file The partial sums of a kernel gradient, tile by tile, added up to (KH, KW, C/G, O).
 *
 * In the order of slices, so that the sum is the same for any number of threads. One unit is one tap.
 * Previous stop: `kernelGradient.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import { f32x4, i32 } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import type { KernelContext } from '../../kernel.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { type PartialLayout, partialPanels, partialSize } from './layouts.ts';
import { kernelGradientSum } from './ops.ts';

interface SumPlan extends PartialLayout {
  readonly slices: number;
}

export const kernelGradientSumKernel = defineKernel({
  op: kernelGradientSum,
  plan: (node, layout) => {
    const [slices] = node.inputs[0].shape;
    const [KH, KW, CG, O] = layout.kernelShape;
    const taps = KH * KW * CG;
    return {
      partition: { units: taps },
      multiplyAdds: taps * O * slices,
      plan: { ...layout, slices },
      shown: { slices, taps, filters: O },
    };
  },
  emit: emitSum,
});

function emitSum(c: KernelContext, node: Node, plan: SumPlan): void {
  const [partials] = node.inputs;
  const O = plan.kernelShape[3];
  const stride = partialSize(plan) * 4;
  const { f } = c;
  const tap = f.local('i32', 'tap');
  const to = f.local('i32', 'to');
  const from = f.local('i32', 'from');
  f.set(tap, c.begin);
  forRange(f, tap, c.end, 1, () => {
    for (const panel of partialPanels(plan)) {
      f.set(to, i32.add(i32.mul(tap, O * 4), c.address(node) + panel.column * 4));
      f.set(
        from,
        i32.add(i32.mul(tap, panel.vectors * 16), c.address(partials) + panel.offset * 4),
      );
      const vectors = Math.ceil(panel.count / 4);
      const sums = Array.from({ length: vectors }, (_, v) => f.reuse('f32x4', `sum${v}`));
      sums.forEach((s, v) => {
        f.set(s, f32x4.load(from, 16 * v));
      });
      times(f, plan.slices - 1, () => {
        advance(f, from, stride);
        sums.forEach((s, v) => {
          f.set(s, f32x4.add(s, f32x4.load(from, 16 * v)));
        });
      });
      sums.forEach((s, v) => {
        for (const store of f32x4.storePart(Math.min(4, panel.count - 4 * v), to, 16 * v, s))
          f.run(store);
      });
    }
  });
}
