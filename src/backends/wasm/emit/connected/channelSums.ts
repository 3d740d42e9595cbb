/**
 * @file Moves and sums numbers along the last axis by a list: y[..., j] = sum of x[..., i] for i in sources[j].
 *
 * Gathering (one source each), packing and folding back (several) are the same kernel. Four neighbours with
 * one source each are one shuffle of the row where the row has 4 to 8 numbers.
 * Previous stop: `lowering/connected.ts`.
 */
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import type { Value } from '../../assembler/function.ts';
import { f32, f32x4, i32 } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import { imagesOf, type KernelContext } from '../../kernel.ts';
import { advance, forRange } from '../language/loops.ts';
import { type ChannelSumsAttrs, channelSums } from './ops.ts';

type Sources = ChannelSumsAttrs['sources'];

export const channelSumsKernel = defineKernel({
  op: channelSums,
  plan: (node, { sources }, context) => {
    const [x] = node.inputs;
    const inWidth = x.shape[x.shape.length - 1];
    const rows = sizeOf(x.shape) / inWidth;
    return {
      partition: { units: rows, ...imagesOf(node, context) },
      multiplyAdds: rows * sources.flat().length,
      plan: { sources, inWidth },
      shown: { rows, from: inWidth, to: sources.length },
    };
  },
  emit: emitRows,
});

interface ChannelSumsPlan {
  readonly sources: Sources;
  /** Numbers of a row of x. */
  readonly inWidth: number;
}

function emitRows(c: KernelContext, node: Node, { sources, inWidth }: ChannelSumsPlan): void {
  const { f } = c;
  const row = f.reuse('i32', 'row');
  const from = f.reuse('i32', 'from');
  const to = f.reuse('i32', 'to');
  f.set(row, c.begin);
  f.set(from, i32.add(i32.mul(c.begin, inWidth * 4), c.address(node.inputs[0])));
  f.set(to, i32.add(i32.mul(c.begin, sources.length * 4), c.address(node)));
  const shuffles = inWidth >= 4 && inWidth <= 8;
  forRange(f, row, c.end, 1, () => {
    const low = f.reuse('f32x4', 'low');
    const high = f.reuse('f32x4', 'high');
    if (shuffles) {
      f.set(low, f32x4.load(from));
      f.set(high, f32x4.load(from, 4 * (inWidth - 4)));
    }
    for (let j = 0; j < sources.length; ) {
      const four = sources.slice(j, j + 4);
      if (shuffles && four.length === 4 && four.every((s) => s.length === 1)) {
        const lanes = four.map(([i]) => (i < 4 ? i : 4 + i - (inWidth - 4)));
        f.run(f32x4.store(to, 4 * j, f32x4.shuffle(low, high, lanes)));
        j += 4;
      } else {
        f.run(f32.store(to, 4 * j, sumOf(sources[j].map((i) => f32.load(from, 4 * i)))));
        j += 1;
      }
    }
    advance(f, from, inWidth * 4);
    advance(f, to, sources.length * 4);
  });
}

function sumOf(terms: readonly Value<'f32'>[]): Value<'f32'> {
  return terms.length === 0 ? f32.const(0) : terms.reduce((a, b) => f32.op('add', a, b));
}
