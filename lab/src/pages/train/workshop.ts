/**
 * @file Where a trainer trains: the engine's worker and the pictures that were loaded last. Both are opened once, stay
 * from run to run, and are opened anew after a loss.
 *
 * `prepare` does ahead of time what a start would wait for. Next stop: `trainer.ts`.
 */
import type { WorkerSession } from 'fovea/web';
import type { PageData } from './networks.ts';
import type { WantedData } from './wantedData.ts';

export interface WorkshopParts {
  readonly openEngine: () => Promise<WorkerSession>;
  /** `say` is told how far it is, in words. */
  readonly loadData: (
    session: WorkerSession,
    wanted: WantedData,
    how: { readonly say: (words: string) => void; readonly signal: AbortSignal },
  ) => Promise<PageData>;
  /** Of the same key the same pictures. */
  readonly dataKey: (wanted: WantedData) => string;
}

interface Listeners {
  readonly onOpen: (session: WorkerSession) => void;
  readonly onLost: (why: Error) => void;
}

interface Loading {
  readonly key: string;
  readonly data: Promise<PageData>;
  readonly stop: AbortController;
  /** Of whoever asked last. */
  say: (words: string) => void;
}

export class Workshop {
  readonly #parts: WorkshopParts;
  readonly #listeners: Listeners;
  #opening: Promise<WorkerSession> | undefined;
  #loading: Loading | undefined;

  constructor(parts: WorkshopParts, listeners: Listeners) {
    this.#parts = parts;
    this.#listeners = listeners;
  }

  /** One worker for all who ask; where it could not be opened, the next one tries again. */
  open(): Promise<WorkerSession> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#parts.openEngine();
    this.#opening = opening;
    const isCurrent = () => this.#opening === opening;
    opening.then(
      (session) => {
        if (!isCurrent()) return;
        this.#listeners.onOpen(session);
        void session.lost.then((why) => {
          if (!isCurrent()) return;
          this.#forget();
          this.#listeners.onLost(why);
        });
      },
      () => isCurrent() && this.#forget(),
    );
    return opening;
  }

  /** The pictures; of the same ones that are there or on their way no second ones. Others are given back. */
  async load(wanted: WantedData, say: (words: string) => void = () => {}): Promise<PageData> {
    const session = await this.open();
    const key = this.#parts.dataKey(wanted);
    if (this.#loading?.key === key) this.#loading.say = say;
    else {
      this.#giveBack(session);
      this.#loading = this.#load(session, wanted, key, say);
    }
    return this.#loading.data;
  }

  #load(
    session: WorkerSession,
    wanted: WantedData,
    key: string,
    say: (words: string) => void,
  ): Loading {
    const stop = new AbortController();
    const how = { say: (words: string) => loading.say(words), signal: stop.signal };
    const data = this.#parts.loadData(session, wanted, how);
    const loading: Loading = { key, data, stop, say };
    data.catch(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    return loading;
  }

  #giveBack(session: WorkerSession): void {
    const { data, stop } = this.#loading ?? {};
    stop?.abort();
    data
      ?.then(({ train, test }) => Promise.all([train, test].map((one) => session.release(one))))
      .catch(() => {});
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#loading?.stop.abort();
    this.#forget();
    await opening?.then((session) => session.close()).catch(() => {});
  }

  #forget(): void {
    this.#opening = undefined;
    this.#loading = undefined;
  }
}
