import { afterAll, describe, it } from 'vitest';
import { cases } from '../../../../test/conformance/cases.ts';
import { caseNumbers, graphOf, judged, runOn } from '../../../../test/conformance/judge.ts';
import { expectClose } from '../../../../test/support/compare.ts';
import { skipped } from '../../../../test/support/doors.ts';
import { softwareGpu } from '../../../../test/support/softwareGpu.ts';
import { webgpuBackend } from '../index.ts';

/** One case of each family that holds what the family gets wrong first: edges, groups, strides, ties, NaN. */
const CHOSEN = [
  ['matmul', /^5x7, 7x3; normal$|fused/],
  ['conv2d', /^uneven pads; /],
  ['conv2d', /^two groups, bias and tanh fused/],
  ['conv2d', /^stride 2 dilation 2; /],
  ['conv2d', /^depthwise, two filters each; /],
  ['connectedConv2d', /^ragged, batch 1/],
  ['maxPool2d', /^overlapping 3x3\/1 same; 2x4x5x5; nan/],
  ['averagePool2d', /^far into padding; 2x3x4x5; ties/],
  ['upsample2d', /^by 1,3; 2x3x4x5/],
  ['localResponseNormalization', /./],
  ['softmax', /./],
  ['softmaxCrossEntropy', /./],
  ['categoricalCrossEntropy', /./],
  ['inTopK', /./],
  ['rbf', /./],
] as const;

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

    for (const [op, name, session = opened] of [
      ...CHOSEN,
      ['conv2d', /^two groups; /, byWinograd] as const,
    ]) {
      const way = session === opened ? '' : ', by Winograd';
      it(`${op} ${name.source}${way}`, async () => {
        const test = cases[op].find((c) => name.test(c.name));
        if (test === undefined) throw new Error(`no case of ${op} is named so`);
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
  });
