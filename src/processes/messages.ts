/**
 * @file What a pool and its processes say to one another. All values are plain JSON.
 *
 * Next stops: `pool.ts`, `answerTasks.ts`.
 */
import type { ErrorParts } from '../base/errors.ts';

export type ToProcess =
  /** Before the first task. */
  | { readonly kind: 'setup'; readonly value: unknown }
  | { readonly kind: 'task'; readonly value: unknown }
  /** Ends the task that runs, whose answer is still given. */
  | { readonly kind: 'stop' };

export type FromProcess =
  | { readonly kind: 'done'; readonly value: unknown }
  /** In the middle of a task. */
  | { readonly kind: 'news'; readonly value: unknown }
  /** `parts`: where it was a mistake of the user's. */
  | { readonly kind: 'failed'; readonly parts: ErrorParts | undefined; readonly message: string };
