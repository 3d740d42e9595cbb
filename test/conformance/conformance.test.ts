/**
 * @file The conformance suite: every op of the table, on every backend, forward and all gradients.
 *
 * The cases are in `cases.ts`. A skip is a reason in `test/backends.ts`.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { planProgram } from '../../src/backends/wasm/program/plan.ts';
import { type OpName, ops } from '../../src/ops/index.ts';
import { backends } from '../backends.ts';
import { expectClose } from '../support/compare.ts';
import { cases } from './cases.ts';
import { caseNumbers, finiteDifferences, graphOf, judged, opsOf, runOn } from './judge.ts';

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
            const actual = await runOn(await session, graph, numbers);
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
