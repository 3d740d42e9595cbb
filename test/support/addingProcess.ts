/**
 * @file What the tests of `processes/pool.ts` run in processes: adds, waits, fails, or ends, as it is told.
 */
import { setTimeout } from 'node:timers/promises';
import { FoveaError } from '../../src/base/errors.ts';
import { answerTasks } from '../../src/processes/answerTasks.ts';

export type Sum = readonly number[] | 'fail' | 'exit' | 'wait';

answerTasks<{ readonly plus: number }, Sum, string, string>(async ({ plus }) => {
  if (Number.isNaN(plus) || plus === null) throw new FoveaError('no number to add');
  return async (task, tell, signal) => {
    if (task === 'exit') process.exit(7);
    if (task === 'fail') throw new FoveaError({ problem: 'as it was told', fix: 'tell it' });
    if (task === 'wait') {
      tell('waiting');
      await setTimeout(60_000, undefined, { signal }).catch(() => undefined);
      return 'stopped';
    }
    return `${process.pid} ${task.reduce((sum, n) => sum + n, plus)}`;
  };
});
