import { describe, expect, it } from 'vitest';
import type { Scope } from '../../backends/backend.ts';
import type { Graph } from '../../graph/node.ts';
import { checkedBytes } from './fused.ts';
import { Programs } from './programs.ts';

/** A step of that many rows needs ten bytes a row and five more. */
const bytesOf = (rows: number, limit: number): number | undefined => {
  const graphs = new Map<Graph, number>();
  const scope = {
    memoryFor: (graph) => ({ bytes: 10 * (graphs.get(graph) ?? 0) + 5, limit }),
  } as Scope;
  return checkedBytes(new Programs(scope), rows, (count) => {
    const graph: Graph = { outputs: {}, updates: [] };
    graphs.set(graph, count);
    return graph;
  });
};

describe('memory for a step', () => {
  it('is as much as its rows need, up to the limit', () => {
    expect(bytesOf(9, 95)).toBe(95);
    expect(bytesOf(1, 1000)).toBe(15);
  });

  it.each([
    [10, 95, 9],
    [10, 94, 8],
    [1000, 95, 9],
    [2, 15, 1],
    [4096, 20_485, 2048],
  ])('for %i rows in %i bytes is too much; %i fit', (rows, limit, fitting) => {
    expect(() => bytesOf(rows, limit)).toThrow(`a batch size of at most ${fitting} fits`);
  });

  it('may be too much for a single row', () => {
    expect(() => bytesOf(16, 14)).toThrow('use a smaller model');
    expect(() => bytesOf(1, 14)).toThrow('use a smaller model');
  });

  it('is not known where a backend does not plan it', () => {
    const scope = { memoryFor: () => undefined } as Pick<Scope, 'memoryFor'> as Scope;
    expect(checkedBytes(new Programs(scope), 5, () => ({ outputs: {}, updates: [] }))).toBe(
      undefined,
    );
  });
});
