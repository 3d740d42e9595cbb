/**
 * @file The conformance suite: every op of the table, on every backend, forward and all gradients.
 *
 * A new op fails the types until it has cases here. A skip is a reason in `test/backends.ts`.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { planProgram } from '../../src/backends/wasm/plan.ts';
import { type OpName, ops } from '../../src/ops/index.ts';
import { backends } from '../backends.ts';
import { expectClose } from '../support/compare.ts';
import type { ConformanceCase } from './case.ts';
import { caseNumbers, finiteDifferences, graphOf, judged, opsOf, runOn } from './judge.ts';
import * as other from './otherCases.ts';
import * as window from './windowCases.ts';

/** Gradient ops have no line of their own: the gradients of their forward op run them. */
type ForwardOp = Exclude<OpName, `${string}Gradient`> | 'conv2dInputGradient';

const cases: Readonly<Record<ForwardOp, readonly ConformanceCase[]>> = {
  add: [...other.binaryCases('add'), ...other.chainCases],
  sub: other.binaryCases('sub'),
  mul: other.binaryCases('mul'),
  div: other.binaryCases('div', 'normal', 'positive', ['special']),
  maximum: other.binaryCases('maximum'),
  minimum: other.binaryCases('minimum'),
  pow: other.binaryCases('pow', 'positive', 'normal', []),
  neg: other.unaryCases('neg'),
  abs: other.unaryCases('abs'),
  square: other.unaryCases('square'),
  sqrt: other.unaryCases('sqrt', ['positive', 'special']),
  exp: other.unaryCases('exp'),
  log: other.unaryCases('log', ['positive', 'special']),
  relu: other.unaryCases('relu'),
  tanh: other.unaryCases('tanh'),
  sigmoid: other.unaryCases('sigmoid'),
  scaledTanh: other.unaryCases('scaledTanh'),
  leakyRelu: other.unaryCases('leakyRelu', ['normal', 'negative', 'special'], { alpha: 0.1 }),
  elu: other.unaryCases('elu', ['normal', 'negative', 'special'], { alpha: 1.5 }),
  softplus: other.unaryCases('softplus'),
  elementwise: other.elementwiseCases,
  sumTo: other.sumToCases,
  broadcastTo: other.broadcastToCases,
  conv2d: window.conv2dCases,
  conv2dInputGradient: window.conv2dInputGradientCases,
  connectedConv2d: window.connectedConv2dCases,
  matmul: other.matmulCases,
  reshape: other.reshapeCases,
  averagePool2d: window.poolCases('averagePool2d'),
  maxPool2d: window.poolCases('maxPool2d'),
  minPool2d: window.poolCases('minPool2d'),
  softmax: other.softmaxCases,
  softmaxCrossEntropy: other.softmaxCrossEntropyCases,
  categoricalCrossEntropy: other.categoricalCrossEntropyCases,
  inTopK: other.inTopKCases,
  randomUniform: other.randomUniformCases,
  concatenate: other.concatenateCases,
  slice: other.sliceCases,
  pad2d: window.pad2dCases,
  upsample2d: window.upsample2dCases,
  localResponseNormalization: other.localResponseNormalizationCases,
  rbf: other.rbfCases,
};

const graphs = Object.entries(cases).flatMap(([op, list]) =>
  list.map((test) => ({ op, test, graph: graphOf(test) })),
);

describe('the table of ops', () => {
  it('has a case for every op, gradients included', () => {
    const run = new Set(graphs.flatMap(({ graph }) => [...opsOf(graph)]));
    const missing = Object.keys(ops).filter((op) => !run.has(op));
    expect(missing, 'ops that no conformance case runs').toEqual([]);
  });

  it('has no two cases of one name', () => {
    for (const [op, list] of Object.entries(cases)) {
      const names = list.map(({ name }) => name);
      expect(
        names.filter((name, i) => names.indexOf(name) !== i),
        op,
      ).toEqual([]);
    }
  });
});

describe('kernels of the WASM backend', () => {
  /** Ops left to their plain loops, and why: none. */
  const hosted: Readonly<Partial<Record<OpName, string>>> = {};
  const found = new Set<string>();
  for (const { graph } of graphs) {
    const outputs = Object.fromEntries(
      [graph.output, ...graph.gradients].flatMap((node, i) => (node === null ? [] : [[i, node]])),
    );
    const target = { relaxedMadd: true, pairs: true };
    const { schedule } = planProgram({ outputs, updates: [] }, target);
    for (const { node } of schedule.phases) if (node !== undefined) found.add(node.op);
  }

  it('there is one for every op', () => {
    expect([...found].sort()).toEqual(Object.keys(hosted).sort());
  });
});

describe('gradients against finite differences in float64', () => {
  for (const op of Object.keys(cases)) {
    it(op, () => {
      for (const { test, graph } of graphs.filter((g) => g.op === op && g.test.smooth)) {
        const numbers = caseNumbers(test, graph);
        const { gradients } = judged(graph, numbers);
        gradients.forEach((gradient, i) => {
          if (gradient === null) return;
          const probes = finiteDifferences(graph, numbers, i);
          expectClose(
            probes.map(([element]) => gradient[element]),
            probes.map(([, derivative]) => derivative),
            1e-6,
            `${test.name}, gradient of input ${i}`,
            1e-2,
          );
        });
      }
    });
  }
});

for (const backend of backends) {
  describe(`${backend.name} against the float64 loops`, () => {
    const session = backend.open();
    afterAll(async () => (await session).close());
    for (const op of Object.keys(cases)) {
      describe(op, () => {
        for (const { test, graph } of graphs.filter((g) => g.op === op)) {
          it(test.name, async ({ skip }) => {
            for (const [skipped, reason] of Object.entries(backend.skips)) {
              if (opsOf(graph).has(skipped)) skip(`${backend.name}, ${skipped}: ${reason}`);
            }
            const numbers = caseNumbers(test, graph);
            const expected = judged(graph, numbers);
            const actual = runOn(await session, graph, numbers);
            const { tolerance, floor } = test;
            expectClose(actual.output, expected.output, tolerance, 'output', floor);
            expected.gradients.forEach((gradient, i) => {
              if (gradient === null) return;
              const label = `gradient of input ${i}`;
              expectClose(actual.gradients[i]!, gradient, tolerance, label, floor);
            });
          });
        }
      });
    }
  });
}
