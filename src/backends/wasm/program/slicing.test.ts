/** @file A batch is cut evenly, by its size and its price alone. */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random.ts';
import { NO_PADS } from '../../../base/window.ts';
import { batchInput, inputNode, topologicalOrder } from '../../../graph/node.ts';
import { modelOf } from '../../../models/index.ts';
import { sgd } from '../../../nn/optimizers/sgd.ts';
import { trainingGraph } from '../../../nn/programs/programs.ts';
import { build } from '../../../ops/index.ts';
import { allocate, runNodes } from '../../reference/interpreter.ts';
import { wasmBackend } from '../index.ts';
import { planProgram } from './plan.ts';
import { sliceBatch, suitedSlicing } from './slicing.ts';

const BATCHES = [1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 1000];
const free = (images: number) => suitedSlicing({ images, multiplyAdds: 1e9, partialNumbers: 0 });

describe('slices of a batch', () => {
  it('hold every image once, none of them empty', () => {
    for (const images of BATCHES) {
      for (const { imagesPerSlice, slices } of [sliceBatch(images), free(images)]) {
        expect(slices * imagesPerSlice, `${images}`).toBeGreaterThanOrEqual(images);
        expect((slices - 1) * imagesPerSlice, `${images}`).toBeLessThan(images);
      }
    }
  });

  it('are 8 at most up to 127 images, then so many that 8 images stay in each, up to 32', () => {
    const slices = (images: number) => free(images).slices;
    expect([7, 64, 127].map(slices)).toEqual([7, 8, 8]);
    expect([128, 255].map(slices)).toEqual([16, 16]);
    expect([256, 1024, 100_000].map(slices)).toEqual([32, 32, 32]);
    for (const images of BATCHES.filter((n) => n >= 128))
      expect(free(images).imagesPerSlice, `${images}`).toBeGreaterThanOrEqual(8);
  });

  it('become no more where their partial sums would cost what they gain', () => {
    const images = 256;
    const multiplyAdds = 1e6;
    const slices = [0, 30, 60, 1e4].map(
      (partialNumbers) => suitedSlicing({ images, multiplyAdds, partialNumbers }).slices,
    );
    expect(slices[0]).toBe(32);
    expect(slices.at(-1)).toBe(8);
    expect([...slices].sort((a, b) => b - a)).toEqual(slices);
    // All partial sums at most a 32nd of the work, a number worth 50 multiply-adds.
    slices.slice(0, -1).forEach((n, i) => {
      expect(n * [0, 30, 60][i] * 50).toBeLessThanOrEqual(multiplyAdds / 32);
    });
  });

  it('are counted on the plan itself', () => {
    const target = { relaxedMadd: true, pairs: true };
    const graph = (batch: number) => trainingGraph(modelOf('lenet5'), { optimizer: sgd() }, batch);
    const slices = (batch: number) => planProgram(graph(batch), target).context.slicing?.slices;
    expect([64, 128, 256].map(slices)).toEqual([8, 16, 32]);
    // One dense layer of few inputs and a large bias: all of its work is in the sum over the batch.
    const x = batchInput('x', [256, 4]);
    const dy = batchInput('dy', [256, 4, 4096]);
    const outputs = {
      y: build('matmul', [x, inputNode('w', [4, 4])]),
      db: build('sumTo', [build('relu', [dy])], { shape: [4096] }),
    };
    expect(planProgram({ outputs, updates: [] }, target).context.slicing?.slices).toBe(8);
  });
});

describe('a convolution of more rows than the batch has', () => {
  const rows = 9;
  const x = batchInput('x', [rows, 5, 5, 3]);
  const dy = inputNode('dy', [2 * rows, 4, 4, 6]);
  const both = build('concatenate', [x, build('relu', [x])], { axis: 0 });
  const attrs = { strides: [1, 1], dilation: [1, 1], pads: NO_PADS, groups: 1 };
  const kernelShape = [2, 2, 3, 6];
  const dw = build('conv2dKernelGradient', [both, dy], { ...attrs, kernelShape });

  it('has slices of its own', async () => {
    const random = new RandomStream(1);
    const numbers = [x, dy].map(({ shape }) =>
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    );
    const order = topologicalOrder([dw]);
    const values = new Map(order.map((node) => [node, allocate(node)]));
    [x, dy].forEach((node, i) => {
      values.get(node)!.set(numbers[i]);
    });
    runNodes(order, values);
    const session = await wasmBackend.open({ threads: 1, winograd: 'off' });
    const program = session.compile({ outputs: { dw }, updates: [] });
    program.input('x').set(numbers[0]);
    program.input('dy').set(numbers[1]);
    program.run();
    const found = await program.output('dw');
    found.forEach((number, i) => {
      expect(number, `weight ${i}`).toBeCloseTo(values.get(dw)![i], 3);
    });
    await session.close();
  });
});
