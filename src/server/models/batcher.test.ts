import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { Batcher } from './batcher.ts';

const never = new AbortController().signal;

/** A batcher whose batches are done when they are told to be. */
function controlled({ maxBatch = 4, maxDelay = 0, lanes = 1 } = {}) {
  const batches: { tasks: readonly string[]; done: () => void; fail: (e: Error) => void }[] = [];
  const batcher = new Batcher<string, string>({
    maxBatch,
    maxDelay,
    lanes,
    run: (tasks) =>
      new Promise((resolve, reject) =>
        batches.push({
          tasks,
          done: () => resolve(tasks.map((task) => task.toUpperCase())),
          fail: reject,
        }),
      ),
  });
  return { batches, batcher, seen: () => batches.map(({ tasks }) => tasks.join('')) };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a batcher', () => {
  it('waits for others no longer once it is told to hasten', async () => {
    const { batcher, seen } = controlled({ maxDelay: 600_000 });
    void batcher.submit('x', 1, never);
    await turn();
    expect(seen()).toEqual([]);
    batcher.hasten();
    expect(seen()).toEqual(['x']);
  });

  it('begins at once where nobody works, and gathers while somebody does', async () => {
    const { batcher, batches, seen } = controlled();
    const first = batcher.submit('x', 1, never);
    await turn();
    expect(seen()).toEqual(['x']);
    const all = [...'abcdef'].map((task) => batcher.submit(task, 1, never));
    await turn();
    expect(seen()).toEqual(['x']);
    expect(batcher.waiting).toBe(6);
    batches[0].done();
    await turn();
    expect(seen()).toEqual(['x', 'abcd']);
    batches[1].done();
    await turn();
    batches[2].done();
    expect(await Promise.all([first, ...all])).toEqual([...'XABCDEF']);
  });

  it('takes together what arrives in one turn of the event loop', async () => {
    const { batcher, seen } = controlled({ lanes: 2 });
    for (const task of 'abc') {
      await null;
      void batcher.submit(task, 1, never);
    }
    await turn();
    void batcher.submit('d', 1, never);
    await turn();
    expect(seen()).toEqual(['abc', 'd']);
  });

  it('fills as many lanes as there are', async () => {
    const { batcher, seen } = controlled({ lanes: 2, maxBatch: 1 });
    for (const task of 'abc') void batcher.submit(task, 1, never);
    await turn();
    expect(seen()).toEqual(['a', 'b']);
  });

  it('waits for others for as long as it may, or until a batch is full', () => {
    vi.useFakeTimers();
    try {
      const { batcher, seen } = controlled({ maxDelay: 10, lanes: 9 });
      void batcher.submit('a', 1, never);
      vi.advanceTimersByTime(9);
      void batcher.submit('b', 1, never);
      expect(seen()).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(seen()).toEqual(['ab']);
      for (const task of 'cdef') void batcher.submit(task, 1, never);
      vi.advanceTimersByTime(0);
      expect(seen()).toEqual(['ab', 'cdef']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('counts rows, keeps the order, and lets a task of many rows go alone', async () => {
    const { batcher, batches, seen } = controlled();
    void batcher.submit('x', 1, never);
    await turn();
    for (const [task, rows] of [
      ['a', 3],
      ['b', 2],
      ['c', 9],
      ['d', 1],
    ] as const)
      void batcher.submit(task, rows, never);
    for (let i = 0; i < 4; i++) {
      batches[i].done();
      await turn();
    }
    expect(seen()).toEqual(['x', 'a', 'b', 'c', 'd']);
  });

  it('leaves out what was given up while it waited', async () => {
    const { batcher, batches, seen } = controlled();
    const given = new AbortController();
    void batcher.submit('a', 1, never);
    await turn();
    const b = batcher.submit('b', 1, given.signal);
    const c = batcher.submit('c', 1, never);
    await turn();
    given.abort(new Error('gone'));
    await expect(b).rejects.toThrow('gone');
    batches[0].done();
    await turn();
    expect(seen()).toEqual(['a', 'c']);
    batches[1].done();
    expect(await c).toBe('C');
    await expect(batcher.submit('d', 1, AbortSignal.abort(new Error('late')))).rejects.toThrow(
      'late',
    );
    expect(batcher.waiting).toBe(0);
  });

  it('lets go of a signal once the task is done', async () => {
    const { batcher, batches } = controlled();
    const { signal } = new AbortController();
    const task = batcher.submit('a', 1, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await turn();
    batches[0].done();
    await task;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('gives nobody the result of another where one is missing', async () => {
    const batcher = new Batcher<string, string>({
      ...{ maxBatch: 4, maxDelay: 0, lanes: 1 },
      run: async (tasks) => tasks.slice(1),
    });
    for (const task of [...'ab'].map((one) => batcher.submit(one, 1, never)))
      await expect(task).rejects.toThrow(/a batch lost results/);
  });

  it('tells everyone of a batch that failed, and goes on', async () => {
    const { batcher, batches } = controlled();
    const failed = [...'ab'].map((task) => batcher.submit(task, 1, never));
    await turn();
    const second = batcher.submit('b', 1, never);
    batches[0].fail(new Error('broken'));
    for (const one of failed) await expect(one).rejects.toThrow('broken');
    await turn();
    batches[1].done();
    expect(await second).toBe('B');
  });
});
