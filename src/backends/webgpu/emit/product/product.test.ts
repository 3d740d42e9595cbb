import { describe, expect, it } from 'vitest';
import { NO_PADS, outputExtent, tapsOf } from '../../../../base/window.ts';
import { inputNode } from '../../../../graph/node.ts';
import { build } from '../../../../ops/index.ts';
import { LEAST, type Target } from '../../kernel.ts';
import { inputGradientProducts, kernelGradientProduct } from './convolution.ts';
import { matmulProduct } from './matmul.ts';
import { residuesOf } from './patches.ts';
import { planProduct } from './plan.ts';
import { slabBytes, threadsOf } from './tile.ts';

const LARGE: Target = { ...LEAST, maxWorkgroupSize: 1024, workgroupMemory: 49_152 };
const SMALL: Target = { ...LEAST, maxWorkgroupSize: 64 };

const product = (rows: number, columns: number, depth: number) => {
  const inputs = [inputNode('a', [rows, depth]), inputNode('b', [depth, columns])];
  return matmulProduct(build('matmul', inputs), {});
};

describe('residues of an input gradient', () => {
  it('take each pixel under each tap of each window once, and nothing else', () => {
    for (const [n, kernel, stride, dilation, before] of [
      [9, 3, 1, 1, 1],
      [10, 3, 2, 1, 0],
      [11, 5, 4, 1, 2],
      [12, 3, 2, 2, 3],
      [13, 3, 4, 2, 1],
      [14, 2, 3, 1, 0],
      [15, 4, 6, 4, 5],
    ] as const) {
      const outputs = outputExtent(n, kernel, stride, [before, 1], dilation);
      const wanted = Array.from({ length: outputs }, (_, o) =>
        tapsOf(o, n, kernel, stride, before, dilation).map(({ tap, pixel }) => [pixel, tap, o]),
      ).flat();
      const taken: number[][] = [];
      for (const { axis, pixel, firstTap, everyTap } of residuesOf(
        n,
        outputs,
        kernel,
        stride,
        dilation,
        before,
      ))
        for (let line = 0; line < axis.lines; line++)
          for (let tap = 0; tap < axis.taps; tap++) {
            const o = line * axis.lineStep + tap * axis.tapStep + axis.offset;
            if (o >= 0 && o < axis.extent)
              taken.push([pixel + line * stride, firstTap + tap * everyTap, o]);
          }
      expect(taken.sort()).toEqual(wanted.sort());
    }
  });

  it('make as many products as the strides have, each of its own taps alone', () => {
    const shapes = { x: [1, 8, 8, 4], w: [3, 3, 4, 8], y: [1, 3, 3, 8] };
    const attrs = { strides: [2, 2], dilation: [1, 1], pads: NO_PADS, groups: 1 } as const;
    expect(inputGradientProducts(shapes, attrs).map(({ depth }) => depth / 8)).toEqual([
      4, 2, 2, 1,
    ]);
  });
});

describe('plans of products', () => {
  it('give a large product the largest tile, in one part', () => {
    expect(planProduct([product(4096, 4096, 4096)], LARGE)).toMatchObject({
      way: 'tiles',
      tile: { rows: 128, columns: 128, threadRows: 8, threadColumns: 8 },
      splits: 1,
    });
  });

  it('split the depth where results are few', () => {
    const shapes = { x: [64, 13, 13, 192], w: [3, 3, 192, 128], y: [64, 13, 13, 128] };
    const pads = [
      [1, 1],
      [1, 1],
    ] as const;
    const attrs = { strides: [1, 1], dilation: [1, 1], pads, groups: 1 } as const;
    expect(planProduct([kernelGradientProduct(shapes, attrs)], LARGE).splits).toBeGreaterThan(2);
    expect(planProduct([product(1, 1000, 4096)], LARGE).splits).toBeGreaterThan(8);
  });

  it('walk what has one column a group without tiles', () => {
    const depthwise = { ...product(1000, 1, 9), groups: 64 };
    expect(planProduct([depthwise], LARGE).way).toBe('direct');
  });

  it('keep within the workgroups and the memory of a target', () => {
    for (const target of [LEAST, LARGE, SMALL, { ...LARGE, workgroupMemory: 8192 }])
      for (const [rows, columns, depth] of [
        [4096, 4096, 4096],
        [128, 10, 84],
        [7, 300, 5],
      ] as const) {
        const wanted = product(rows, columns, depth);
        const plan = planProduct([wanted], target);
        if (plan.way === 'direct') continue;
        expect(threadsOf(plan.tile)).toBeLessThanOrEqual(target.maxWorkgroupSize);
        expect(slabBytes(wanted, plan.tile)).toBeLessThanOrEqual(target.workgroupMemory);
      }
  });
});
