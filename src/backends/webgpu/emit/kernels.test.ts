import { afterAll, describe, expect, it } from 'vitest';
import { type ConformanceCase, f32, i32, opCase } from '../../../../test/conformance/case.ts';
import { cases } from '../../../../test/conformance/cases.ts';
import { caseNumbers, graphOf, judged, runOn } from '../../../../test/conformance/judge.ts';
import { expectClose } from '../../../../test/support/compare.ts';
import { skipped } from '../../../../test/support/doors.ts';
import { softwareGpu } from '../../../../test/support/softwareGpu.ts';
import { range } from '../../../base/lists.ts';
import { RandomStream } from '../../../base/random.ts';
import { inputNode, type Node } from '../../../graph/node.ts';
import { add, input } from '../../../ops/expression.ts';
import { build, type OpName } from '../../../ops/index.ts';
import { webgpuBackend } from '../index.ts';
import { LEAST } from '../kernel.ts';
import { matmulProduct } from './product/matmul.ts';
import { planProduct } from './product/plan.ts';

/** One case of each family that holds what the family gets wrong first: edges, groups, strides, ties, NaN. */
const NAMED = [
  ['matmul', /^a b\^T; 7x17/],
  ['matmul', /^bias, relu and a mask fused; 33x40/],
  ['conv2d', /^uneven pads; /],
  ['conv2d', /^two groups, bias and tanh fused/],
  ['conv2d', /^stride 2 dilation 2; /],
  ['conv2d', /^depthwise, two filters each; /],
  ['connectedConv2d', /^ragged, batch 1/],
  ['maxPool2d', /^overlapping 3x3\/1 same; 2x4x5x5; nan/],
  ['averagePool2d', /^far into padding; 2x3x4x5; ties/],
  ['upsample2d', /^by 1,3; 2x3x4x5/],
  ['localResponseNormalization', /^size 4; 2x2x3x5/],
  ['localResponseNormalization', /^size 12; 2x2x3x33/],
  ['softmaxCrossEntropy', /^5x3/],
  ['rbf', /^5x84/],
] as const;

const UNEVEN = {
  strides: [2, 1],
  dilation: [1, 2],
  pads: [
    [2, 1],
    [0, 3],
  ],
} as const;

/** What takes tiles, that reach over every edge; and rows so long that a workgroup walks each. */
const LARGE: readonly (readonly [OpName, ConformanceCase])[] = [
  ['matmul', opCase('matmul', [f32([70, 37]), f32([45, 37])], { transposeB: true })],
  ['conv2d', opCase('conv2d', [f32([2, 15, 14, 6]), f32([3, 3, 6, 37])], { ...UNEVEN, groups: 1 })],
  [
    'conv2d',
    opCase('conv2d', [f32([2, 15, 14, 16]), f32([3, 3, 8, 40])], { ...UNEVEN, groups: 2 }),
  ],
  ['softmax', opCase('softmax', [f32([3, 150])])],
  [
    'categoricalCrossEntropy',
    opCase('categoricalCrossEntropy', [f32([3, 150]), f32([3, 150], 'positive')]),
  ],
  ['inTopK', opCase('inTopK', [f32([9, 150], 'ties'), i32([9], 150)], { k: 40 })],
];

function named(op: keyof typeof cases, name: RegExp): ConformanceCase {
  const test = cases[op].find((c) => name.test(c.name));
  if (test === undefined) throw new Error(`no case of ${op} is named so`);
  return test;
}

const gpu = await softwareGpu();

if (typeof gpu === 'string') skipped('kernels of WebGPU', gpu);
else
  describe('kernels of WebGPU against the float64 loops, forward and backward', () => {
    const opened = webgpuBackend.open({ gpu });
    const byWinograd = webgpuBackend.open({ gpu, winograd: 'always' });
    afterAll(async () => {
      await (await opened).close();
      await (await byWinograd).close();
    });

    for (const [op, test, session = opened] of [
      ...NAMED.map(([op, name]) => [op, named(op, name)] as const),
      ...LARGE,
      ['conv2d', named('conv2d', /^two groups; /), byWinograd] as const,
    ]) {
      it(`${op}: ${test.name}${session === opened ? '' : ', by Winograd'}`, async () => {
        const graph = graphOf(test);
        const numbers = caseNumbers(test, graph);
        const expected = judged(graph, numbers);
        const actual = await runOn(await session, graph, numbers);
        expectClose(actual.output, expected.output, test.tolerance, 'output', test.floor);
        expected.gradients.forEach((gradient, i) => {
          if (gradient === null) return;
          const label = `gradient of input ${i}`;
          expectClose(actual.gradients[i]!, gradient, test.tolerance, label, test.floor);
        });
      });
    }

    it('adds up the parts of a deep product, and finishes it', async () => {
      const [rows, columns, depth] = [3, 5, 1600];
      const a = inputNode('a', [rows, depth]);
      const b = inputNode('b', [depth, columns]);
      const bias = inputNode('bias', [columns]);
      const epilogue = add(input(0), input(1));
      const y = build('matmul', [a, b, bias], { epilogue });
      const { splits } = planProduct([matmulProduct(y, {})], {
        ...LEAST,
        workgroupSize: 64,
        maxWorkgroupSize: 64,
      });
      expect(splits).toBeGreaterThan(16);
      const program = (await opened).compile({ outputs: { y }, updates: [] });
      const numbers = (node: Node) => {
        const random = new RandomStream(1, node.name);
        const data = program.input(node.name);
        return data.map((_, i) => {
          data[i] = random.normal();
          return data[i]!;
        });
      };
      const [av, bv, biases] = [numbers(a), numbers(b), numbers(bias)];
      program.run();
      const expected = range(rows * columns).map((i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        return range(depth).reduce(
          (sum, k) => sum + av[row * depth + k]! * bv[k * columns + column]!,
          biases[column]!,
        );
      });
      expectClose(await program.output('y'), expected, 1e-5, 'y', 1e-30);
      program.close();
    });
  });
