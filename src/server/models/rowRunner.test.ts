import { afterAll, beforeAll, expect, it } from 'vitest';
import { named } from '../../../test/support/savedModels.ts';
import type { Session } from '../../backends/backend.ts';
import { openSession } from '../../backends/select.ts';
import { openRows } from './rowRunner.ts';

const model = named('lenet5');
let session: Session;
beforeAll(async () => {
  session = await openSession({ threads: 1 });
});
afterAll(() => session.close());

/** Sizes of the programs that are made. */
function watched(sizes: number[]): Session {
  const scopeOf: Session['scopeOf'] = (...of) => {
    const scope = session.scopeOf(...of);
    const compile: typeof scope.compile = (graph, ...more) => {
      sizes.push(graph.outputs.probabilities?.shape[0] ?? 0);
      return scope.compile(graph, ...more);
    };
    return new Proxy(scope, {
      get: (target, key) => (key === 'compile' ? compile : Reflect.get(target, key).bind(target)),
    });
  };
  return new Proxy(session, {
    get: (target, key) => (key === 'scopeOf' ? scopeOf : Reflect.get(target, key)),
  });
}

it('answers more rows than a program has, in parts, and no row as another', async () => {
  const rows = (first: number, count: number) =>
    Uint8Array.from(
      { length: count * 784 },
      (_, i) => ((i % 784) * (first + Math.floor(i / 784))) & 255,
    );
  const sizes: number[] = [];
  const run = openRows(watched(sizes), model, 3);
  const batches = [1, 8, 4].map((count, i) => ({
    count,
    rows: { input: rows(10 * i + 1, count) },
  }));
  const together = await run(batches);
  expect(together.map(({ probabilities }) => probabilities.shape)).toEqual([
    [1, 10],
    [8, 10],
    [4, 10],
  ]);
  for (const [i, { count }] of batches.entries()) {
    for (let row = 0; row < count; row++) {
      const [alone] = await run([{ count: 1, rows: { input: rows(10 * i + 1 + row, 1) } }]);
      const given = together[i].probabilities.data.subarray(10 * row, 10 * row + 10);
      expect([...given]).toEqual([...alone.probabilities.data]);
    }
  }
  // 13 rows are 3 + 3 + 3 + 3 + 1.
  expect(sizes).toEqual([3, 1]);
  expect(await run([])).toEqual([]);
});
