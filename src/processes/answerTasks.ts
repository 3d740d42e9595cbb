/**
 * @file A process of a pool: told what to do, one task at a time, and gone when its parent is.
 *
 * Ctrl-C reaches every process of a terminal; this one leaves it to its parent, which stops it. Before: `pool.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import type { FromProcess, ToProcess } from './messages.ts';

/** Does one task; `tell` sends news of it, `signal` says that it is to end. */
export type Work<Task, Result, News> = (
  task: Task,
  tell: (news: News) => void,
  signal: AbortSignal,
) => Promise<Result>;

/** Called once by the module of a process: `open` makes ready, and gives what does a task. */
export function answerTasks<Setup, Task, Result, News = never>(
  open: (setup: Setup) => Promise<Work<Task, Result, News>>,
): void {
  let work: Promise<Work<Task, Result, News>> | undefined;
  let stopping = new AbortController();
  const answer = async (message: ToProcess): Promise<void> => {
    if (message.kind === 'stop') stopping.abort();
    else if (message.kind === 'setup') {
      work = open(message.value as Setup);
      work.catch(() => undefined); // the first task says what is wrong
    } else {
      stopping = new AbortController();
      const tell = (news: News): void => say({ kind: 'news', value: news });
      const value = await (await work)?.(message.value as Task, tell, stopping.signal);
      say({ kind: 'done', value });
    }
  };
  process.on('message', (message: ToProcess) => {
    answer(message).catch((error: unknown) => {
      const parts = error instanceof FoveaError ? error.parts : undefined;
      say({ kind: 'failed', parts, message: String(error instanceof Error ? error.stack : error) });
    });
  });
  process.on('disconnect', () => process.exit());
  process.on('SIGINT', () => undefined);
}

function say(message: FromProcess): void {
  process.send?.(message);
}
