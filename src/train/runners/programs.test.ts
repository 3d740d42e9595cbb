import { describe, expect, it } from 'vitest';
import type { Executable, Scope } from '../../backends/backend.ts';
import { OutOfMemory } from '../../backends/outOfMemory.ts';
import type { Graph } from '../../graph/node.ts';
import { Programs } from './programs.ts';

/** A step of that many rows needs ten bytes a row and five more. */
function sized(limit: number, compile?: Scope['compile']) {
  const graphs = new Map<Graph, number>();
  const scope = {
    memoryFor: (graph) => ({ bytes: 10 * (graphs.get(graph) ?? 0) + 5, limit }),
    compile,
  } as Scope;
  const graphFor = (count: number): Graph => {
    const graph: Graph = { outputs: {}, updates: [] };
    graphs.set(graph, count);
    return graph;
  };
  return { programs: new Programs(scope), graphFor };
}

const bytesOf = (rows: number, limit: number): number | undefined => {
  const { programs, graphFor } = sized(limit);
  return programs.stepBytes(rows, graphFor);
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
    const graphFor = () => ({ outputs: {}, updates: [] });
    expect(new Programs(scope).stepBytes(5, graphFor)).toBe(undefined);
  });
});

describe('programs that a device makes ready', () => {
  const NO_GRAPH: Graph = { outputs: {}, updates: [] };

  /** Two programs, of which one says this when it is asked. */
  function opened(answer: () => Promise<void>) {
    const asked: string[] = [];
    const named = (name: string, ready: () => Promise<void>): Partial<Executable> => ({
      newKernels: 4,
      ready: () => {
        asked.push(name);
        return ready();
      },
      close: () => void asked.push(`${name} closed`),
    });
    const made = [named('step', answer), named('evaluation', async () => undefined)];
    const taken = new Set<object>();
    const { programs, graphFor } = sized(
      Number.POSITIVE_INFINITY,
      () => made.find((program) => !taken.has(program) && taken.add(program)) as Executable,
    );
    programs.stepBytes(10, graphFor);
    programs.compile(NO_GRAPH);
    programs.compile(NO_GRAPH);
    return { programs, asked };
  }

  it('are all asked, and counted by their kernels', async () => {
    const { programs, asked } = opened(async () => undefined);
    expect(programs.newKernels).toBe(8);
    await programs.prepared();
    expect(asked).toEqual(['step', 'evaluation']);
  });

  it('are given back where there is no memory for them, and what would fit is said', async () => {
    const { programs, asked } = opened(async () => {
      throw new OutOfMemory({ problem: 'full' }, 47);
    });
    await expect(programs.prepared()).rejects.toThrow(
      /^a step of 10 rows needs .*\n.*at most .*, which is what the device gave\n.*a batch size of 4 fits/,
    );
    expect(asked).toEqual(['step', 'evaluation', 'step closed', 'evaluation closed']);
  });

  it('say what was refused, where it was not the step or not for memory', async () => {
    for (const error of [new OutOfMemory({ problem: 'full' }, 105), new Error('other')]) {
      const { programs } = opened(async () => {
        throw error;
      });
      await expect(programs.prepared()).rejects.toBe(error);
    }
  });
});
