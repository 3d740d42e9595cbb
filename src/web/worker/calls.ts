/**
 * @file Calls over a message port: one side asks by name, the other answers, fails in words, or tells how far it is.
 *
 * `ask` gives every function of a table as one that returns a promise; `serve` answers from such a table. Errors of
 * ours cross with their parts, so that a page words them as a program would. Next stop: `protocol.ts`, the table.
 */
import {
  type ErrorParts,
  FoveaError,
  messageOf,
  UsageError,
  unreachable,
} from '../../base/errors.ts';

/** What a `Worker`, a worker's own scope and a `MessagePort` have in common. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** What a function of the table gets beside its argument. */
export interface CallContext {
  /** Aborted when the asking side gave up. */
  readonly signal: AbortSignal;
  /** Told to whoever asked, before the answer. */
  tell(news: unknown): void;
}

/** Functions of one argument by name: argument and answer are plain data. */
export type CallTable = Record<string, (argument: never, context: CallContext) => unknown>;

export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** Gets what the other side tells before it answers. */
  readonly onNews?: ((news: never) => void) | undefined;
}

/** The table as the asking side sees it. */
export type Asked<T> = {
  readonly [K in keyof T]: T[K] extends (argument: infer A, ...rest: never[]) => infer R
    ? (argument: A, options?: AskOptions) => Promise<Awaited<R>>
    : never;
};

type Question =
  | {
      readonly type: 'ask';
      readonly call: number;
      readonly name: string;
      readonly argument: unknown;
    }
  | { readonly type: 'giveUp'; readonly call: number };

type Reply =
  | { readonly type: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly call: number; readonly failure: Failure }
  | { readonly type: 'news'; readonly call: number; readonly news: unknown };

/** An error as plain data. */
interface Failure {
  readonly kind: 'usage' | 'fovea' | 'abort' | 'bug';
  readonly parts: ErrorParts;
}

interface Open {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly options: AskOptions;
}

export class Asking<T> {
  readonly calls: Asked<T>;
  /** Tells why the other side was lost, before what is open fails. */
  readonly lost: Promise<FoveaError>;
  readonly #port: Port;
  readonly #open = new Map<number, Open>();
  #count = 0;
  #ended: FoveaError | undefined;
  #tellLoss: (why: FoveaError) => void = () => {};

  constructor(port: Port) {
    this.#port = port;
    this.lost = new Promise((resolve) => {
      this.#tellLoss = resolve;
    });
    port.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#hear(data));
    const known = new Map<PropertyKey, unknown>();
    this.calls = new Proxy({} as Asked<T>, {
      get: (_, name) => {
        const call =
          known.get(name) ??
          ((argument: unknown, options: AskOptions = {}) =>
            this.#ask(String(name), argument, options));
        known.set(name, call);
        return call;
      },
    });
  }

  /** The other side is gone, and nobody asked it to go. */
  lose(why: FoveaError): void {
    if (this.#ended === undefined) this.#tellLoss(why);
    this.end(why);
  }

  /** Fails what is open and whatever is asked from now on. */
  end(why: FoveaError): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    for (const { reject } of this.#open.values()) reject(why);
    this.#open.clear();
  }

  #ask(name: string, argument: unknown, options: AskOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) throw this.#ended;
      options.signal?.throwIfAborted();
      const call = this.#count++;
      const question: Question = { type: 'ask', call, name, argument };
      post(this.#port, question, name);
      this.#open.set(call, { resolve, reject, options });
      options.signal?.addEventListener('abort', () => {
        if (this.#open.has(call)) this.#port.postMessage({ type: 'giveUp', call });
      });
    });
  }

  #hear(reply: Reply): void {
    const open = this.#open.get(reply.call);
    if (open === undefined) return;
    if (reply.type === 'news') {
      open.options.onNews?.(reply.news as never);
      return;
    }
    this.#open.delete(reply.call);
    if (reply.type === 'answer') open.resolve(reply.value);
    else open.reject(errorOf(reply.failure, open.options.signal));
  }
}

/** Answers what comes through the port from the table. */
export function serve(port: Port, table: CallTable): void {
  const running = new Map<number, AbortController>();
  const answer = async (question: Question & { type: 'ask' }): Promise<void> => {
    const { call, name, argument } = question;
    const controller = new AbortController();
    running.set(call, controller);
    const reply = (said: Reply) => port.postMessage(said);
    try {
      const context: CallContext = {
        signal: controller.signal,
        tell: (news) => reply({ type: 'news', call, news }),
      };
      const answered = table[name] ?? unreachable(`no call ${name}`);
      const value = await answered(argument as never, context);
      reply({ type: 'answer', call, value });
    } catch (error) {
      reply({ type: 'failure', call, failure: failureOf(error) });
    } finally {
      running.delete(call);
    }
  };
  port.addEventListener('message', ({ data }: MessageEvent<Question>) => {
    if (data.type === 'ask') void answer(data);
    else running.get(data.call)?.abort();
  });
}

/** Sends plain data; functions among it are refused in words. */
export function post(port: Port, message: unknown, what: string): void {
  try {
    port.postMessage(message);
  } catch (error) {
    throw new UsageError(
      {
        where: what,
        problem: `this cannot be sent to the engine's worker: ${messageOf(error)}`,
        expected: 'plain data: names and numbers instead of functions of your own',
        fix: 'give functions to fit() in a worker of your own, with openSession() there',
      },
      { cause: error },
    );
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof UsageError) return { kind: 'usage', parts: error.parts };
  if (error instanceof FoveaError) return { kind: 'fovea', parts: error.parts };
  const isAbort = error instanceof Error && error.name === 'AbortError';
  const stack = error instanceof Error ? error.stack : undefined;
  return { kind: isAbort ? 'abort' : 'bug', parts: { problem: stack ?? messageOf(error) } };
}

function errorOf({ kind, parts }: Failure, signal: AbortSignal | undefined): unknown {
  if (kind === 'usage') return new UsageError(parts);
  if (kind === 'fovea') return new FoveaError(parts);
  if (kind === 'abort') return signal?.reason ?? new DOMException('aborted', 'AbortError');
  return new Error(`in the engine's worker: ${String(parts.problem)}`);
}
