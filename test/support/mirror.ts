/**
 * @file A server of files on this machine that answers as a test says: whole, from where it was asked, or broken off.
 *
 *     const mirror = await Mirror.open(whole(bytes));
 *     mirror.handlers = [breakAfter(bytes, 1000), whole(bytes)];   // the first answer, and all after it
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export class Mirror {
  /** What was asked, in order. */
  requests: IncomingMessage[] = [];
  /** The next answers; the last of them stays. */
  handlers: Handler[];
  readonly #server: Server;

  private constructor(handler: Handler) {
    this.handlers = [handler];
    this.#server = createServer((request, response) => {
      this.requests.push(request);
      const handle = this.handlers.length > 1 ? this.handlers.shift() : this.handlers[0];
      handle?.(request, response);
    });
  }

  static async open(handler: Handler): Promise<Mirror> {
    const mirror = new Mirror(handler);
    await new Promise<void>((done) => {
      mirror.#server.listen(0, '127.0.0.1', done);
    });
    return mirror;
  }

  /** "http://127.0.0.1:4711/" */
  get base(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => {
      this.#server.close(done);
    });
  }
}

/** Answers with the file, or with the rest of it that was asked for; without `ranges` always with all. */
export function whole(bytes: Uint8Array, { ranges = true } = {}): Handler {
  return (request, response) => {
    const from = ranges ? firstByteOf(request) : 0;
    begin(response, bytes, from);
    response.end(bytes.subarray(from));
  };
}

/** As `whole`, but breaks the connection after so many bytes where there are more. */
export function breakAfter(bytes: Uint8Array, count: number): Handler {
  return (request, response) => {
    const from = firstByteOf(request);
    begin(response, bytes, from);
    if (bytes.length - from <= count) response.end(bytes.subarray(from));
    else
      response.write(bytes.subarray(from, from + count), () => {
        setTimeout(() => response.destroy(), 20);
      });
  };
}

function firstByteOf({ headers }: IncomingMessage): number {
  return Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
}

function begin(response: ServerResponse, { length }: Uint8Array, from: number): void {
  const range = from > 0 ? { 'content-range': `bytes ${from}-${length - 1}/${length}` } : {};
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': length - from, ...range });
}
