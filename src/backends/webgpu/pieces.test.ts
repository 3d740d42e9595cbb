/**
 * @file Values that lie in several buffers, on an adapter: the same bits as in one, whatever the kernel.
 *
 * Limits are lowered until tiny values are cut. What takes tiles is long in compiling and runs with the large tests;
 * all cases: `node tools/webgpuConformance.ts --binding=2048`.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { type ConformanceCase, f32, opCase } from '../../../test/conformance/case.ts';
import { caseNumbers, graphOf, runOn } from '../../../test/conformance/judge.ts';
import { large, skipped } from '../../../test/support/doors.ts';
import { softwareGpu } from '../../../test/support/softwareGpu.ts';
import { beginTraining, lenet5, oddNet } from '../../../test/support/trainingSteps.ts';
import { NO_PADS } from '../../base/window.ts';
import { type Graph, inputNode, stateNode } from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import { webgpuBackend } from './index.ts';
import type { WebgpuSession } from './session.ts';

const PADS = [
  [1, 1],
  [1, 1],
];
const SAME_3x3 = { strides: [1, 1], dilation: [1, 1], pads: PADS, groups: 1 };
const RESPONSE = { size: 5, k: 2, alpha: 0.1, beta: 0.75 };
const POOL = { window: [3, 3], strides: [2, 2], pads: NO_PADS };

/** Forward and backward, by one invocation per number or row. */
const SMALL = [
  opCase('conv2d', [f32([5, 5, 4, 3]), f32([3, 3, 1, 3])], { ...SAME_3x3, groups: 3 }),
  opCase('maxPool2d', [f32([6, 6, 6, 3], 'ties')], POOL),
  opCase('localResponseNormalization', [f32([5, 4, 4, 7])], RESPONSE),
  opCase('softmax', [f32([60, 12])]),
  opCase('sumTo', [f32([60, 12])], { shape: [60, 1] }),
  opCase('transpose', [f32([24, 26])], { axes: [1, 0] }),
];

/** By tiles, which reach further, and by many copies. */
const LARGE = [
  opCase('matmul', [f32([200, 8]), f32([8, 12])]),
  opCase('conv2d', [f32([12, 6, 7, 4]), f32([3, 3, 4, 4])], SAME_3x3),
  opCase('pad2d', [f32([20, 6, 5, 2])], { mode: 'reflect', pads: PADS, value: 0 }),
];

const gpu = await softwareGpu();

if (typeof gpu === 'string') skipped('values in several buffers', gpu);
else {
  const sessions: Promise<WebgpuSession>[] = [];
  afterAll(async () => {
    for (const session of sessions) await (await session).close();
  });
  const opened = (maxBinding?: number) => {
    const limits = maxBinding === undefined ? {} : { limits: { maxBinding, maxBuffers: 8 } };
    const session = webgpuBackend.open({ gpu, ...limits });
    sessions.push(session);
    return session;
  };
  const whole = opened();

  function expectSameBits(test: ConformanceCase, cut: Promise<WebgpuSession>): void {
    it(`${graphOf(test).output.op}, ${test.name}: the same bits`, async () => {
      const graph = graphOf(test);
      const numbers = caseNumbers(test, graph);
      const expected = await runOn(await whole, graph, numbers);
      expect(await runOn(await cut, graph, numbers)).toEqual(expected);
    });
  }

  describe('what lies in several buffers', () => {
    const cut = opened(512);
    for (const test of SMALL) expectSameBits(test, cut);

    it('is uploaded, kept, stepped in place, copied and read back piece by piece', async () => {
      const x = inputNode('x', [301]);
      const [w, moved] = [stateNode('w', [301]), stateNode('moved', [301])];
      const sum = stateNode('sum', [301]);
      // What is shown has memory of its own, and is copied to its state.
      const after = build('add', [sum, w], {}, 'after');
      const graph = {
        outputs: { before: w, after },
        updates: [
          { state: w, value: build('add', [w, x], {}, 'next') },
          { state: moved, value: w },
          { state: sum, value: after },
        ],
      };
      const expected = await twoSteps(await whole, graph);
      expect(await twoSteps(await cut, graph)).toEqual(expected);
      expect(expected.w[300]).toBe(300 + 2 * 301);
      expect(expected.sum[300]).toBe(300 + (300 + 301));
    });
  });

  large('what lies in several buffers and is read by tiles', () => {
    for (const test of LARGE) expectSameBits(test, opened(2048));

    it.each([
      ['LeNet-5', lenet5, 49_152],
      ['a network of odd sizes', oddNet, 16_384],
    ] as const)('%s learns the same bits', async (_name, spec, maxBinding) => {
      const [expected, found] = [await opened(), await opened(maxBinding)].map(async (session) => {
        const training = beginTraining(session, spec, 8);
        for (let step = 0; step < 2; step++) training.step(step);
        return training.bits();
      });
      expect(await found).toEqual(await expected);
    });
  });
}

/** What two runs show at last, and the states after. */
async function twoSteps(session: WebgpuSession, graph: Graph) {
  const scope = session.scopeOf();
  const program = scope.compile(graph);
  scope.writeState(
    'w',
    Float32Array.from({ length: 301 }, (_, i) => i),
  );
  for (let run = 0; run < 2; run++) {
    program.input('x').fill(301);
    program.run();
  }
  const shown = await program.output('before');
  const states = {
    w: await scope.readState('w'),
    moved: await scope.readState('moved'),
    sum: await scope.readState('sum'),
  };
  scope.free();
  return { shown, ...states };
}
