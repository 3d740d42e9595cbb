import { describe, expect, it } from 'vitest';
import type { Sum } from '../../test/support/addingProcess.ts';
import { inProcesses, type Outcome, type PoolRequest } from './pool.ts';

const pool = (tasks: Sum[], changes: Partial<PoolRequest<Sum>> = {}) =>
  inProcesses<Sum, string>({
    module: new URL('../../test/support/addingProcess.ts', import.meta.url),
    setup: { plus: 100 },
    jobs: 2,
    next: () => tasks.shift(),
    nameOf: (task) => `sum ${JSON.stringify(task)}`,
    ...changes,
  });

async function all(outcomes: AsyncIterable<Outcome<Sum, string>>) {
  const seen: Outcome<Sum, string>[] = [];
  for await (const outcome of outcomes) seen.push(outcome);
  return seen;
}

describe('a pool of processes', () => {
  it('does all tasks, those that fail among them, and replaces a process that is gone', async () => {
    const tasks: Sum[] = [[1, 2], 'fail', [3], 'exit', [4, 5]];
    const seen = await all(pool(tasks, { jobs: 1 }));
    expect(seen.map((o) => ('result' in o ? o.result.split(' ')[1] : o.error.message))).toEqual([
      '103',
      expect.stringMatching(/sum "fail": as it was told[\s\S]*tell it/),
      '103',
      expect.stringMatching(/the process of sum "exit" is gone \(exit code 7\)/),
      '109',
    ]);
    expect(seen.map((o) => 'isGone' in o && o.isGone)).toEqual([false, false, false, true, false]);
    const pids = seen.flatMap((o) => ('result' in o ? o.result.split(' ')[0] : []));
    expect(new Set(pids.slice(0, 2)).size).toBe(1);
    expect(new Set(pids).size).toBe(2);
  });

  it('asks what is next again after each outcome', async () => {
    const results: number[] = [];
    const tasks: Sum[] = [[1]];
    let isMade = false;
    // The second task is known when the first is done; the other process waits for it.
    const next = (): Sum | undefined => {
      const [first] = results;
      if (first === undefined || isMade) return tasks.shift();
      isMade = true;
      return [first, 1];
    };
    for await (const outcome of pool([], { next })) {
      if ('result' in outcome) results.push(Number(outcome.result.split(' ')[1]));
    }
    expect(results).toEqual([101, 202]);
  });

  it('waits for what is next where others decide, and asks again after an outcome meanwhile', async () => {
    const given: (Sum | undefined)[] = [[1], undefined, [2], undefined];
    let open: (() => void) | undefined;
    const next = async (): Promise<Sum | undefined> => {
      const task = given.shift();
      // The answer to the second question, nothing, comes when the first task is over.
      if (given.length === 2) await new Promise<void>((resolve) => (open = resolve));
      return task;
    };
    const results: string[] = [];
    for await (const outcome of pool([], { next })) {
      results.push('result' in outcome ? (outcome.result.split(' ')[1] ?? '') : 'error');
      open?.();
    }
    expect(results).toEqual(['101', '102']);
    expect(given).toEqual([]);
  });

  it.each([true, false])(
    'stopped (gently: %s), lets what runs answer or kills it',
    async (isGentle) => {
      const stop = new AbortController();
      const news: unknown[] = [];
      const onNews = (task: Sum, words: unknown) => {
        news.push([task, words]);
        if (news.length === 2) stop.abort();
      };
      const tasks: Sum[] = ['wait', 'wait', [1]];
      const seen = await all(pool(tasks, { signal: stop.signal, isGentle, onNews }));
      expect(news).toEqual([
        ['wait', 'waiting'],
        ['wait', 'waiting'],
      ]);
      const answers = seen.map((o) => 'result' in o && o.result);
      expect(answers).toEqual(isGentle ? ['stopped', 'stopped'] : []);
      expect(tasks).toEqual([[1]]);
    },
  );

  it('says with each task that nothing could be made ready', async () => {
    const seen = await all(pool([[1], [2]], { setup: { plus: null }, jobs: 1 }));
    expect(seen.map((o) => 'error' in o && o.error.message)).toEqual([
      'sum [1]: no number to add',
      'sum [2]: no number to add',
    ]);
  });
});
