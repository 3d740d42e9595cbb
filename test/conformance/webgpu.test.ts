/**
 * @file The WebGPU backend: a kernel for every op, and on software one case of each forward op with its gradients.
 *
 * All cases run with FOVEA_LARGE=all, and on any adapter by `node tools/webgpuConformance.ts`.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { webgpuBackend } from '../../src/backends/webgpu/index.ts';
import { LEAST } from '../../src/backends/webgpu/kernel.ts';
import { moduleOf } from '../../src/backends/webgpu/program/bindings.ts';
import { planProgram } from '../../src/backends/webgpu/program/plan.ts';
import type { Node } from '../../src/graph/node.ts';
import { expectClose } from '../support/compare.ts';
import { skipped } from '../support/doors.ts';
import { softwareGpu } from '../support/softwareGpu.ts';
import { cases } from './cases.ts';
import { type CaseGraph, caseNumbers, graphOf, judged, runOn } from './judge.ts';

const outputsOf = ({ output, gradients }: CaseGraph): Record<string, Node> =>
  Object.fromEntries(
    [output, ...gradients].flatMap((node, i) => (node === null ? [] : [[i, node]])),
  );

describe('programs for the least that every adapter gives', () => {
  it.each(Object.entries(cases))('%s', (_op, list) => {
    for (const test of list) {
      const program = planProgram({ outputs: outputsOf(graphOf(test)), updates: [] }, LEAST);
      for (const dispatch of program.dispatches) {
        const { bound, code } = moduleOf(dispatch, program);
        expect(bound.length, test.name).toBeLessThanOrEqual(LEAST.maxBuffers);
        expect(code, test.name).not.toMatch(/undefined|\bNaN\b|\bInfinity\b|\[object/);
      }
    }
  });
});

const gpu = await softwareGpu();

if (typeof gpu === 'string') skipped('ops by WebGPU', gpu);
else
  describe('ops by WebGPU against the float64 loops', () => {
    const session = webgpuBackend.open({ gpu });
    afterAll(async () => (await session).close());

    it.each(Object.entries(cases))('%s', async (_op, [test]) => {
      const graph = graphOf(test!);
      const numbers = caseNumbers(test!, graph);
      const expected = judged(graph, numbers);
      const actual = await runOn(await session, graph, numbers);
      const { tolerance, floor } = test!;
      expectClose(actual.output, expected.output, tolerance, 'output', floor);
      expected.gradients.forEach((gradient, i) => {
        if (gradient === null) return;
        expectClose(actual.gradients[i]!, gradient, tolerance, `gradient of input ${i}`, floor);
      });
    });
  });
