/**
 * @file Opens a model server on a port, and stops it so that whoever was let in is answered.
 *
 * Next stops: `modelApp.ts`, what it answers; `batcher.ts` and `workers.ts`, who computes.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { unreachable } from '../../base/errors.ts';
import { ownHosts, urlOf } from '../hosts.ts';
import { listening } from '../listening.ts';
import { Batcher } from './batcher.ts';
import { serverMetrics } from './metrics.ts';
import { modelApp } from './modelApp.ts';
import type { ServedModel } from './served.ts';
import { type Result, rowsOf, type Task } from './tasks.ts';
import { openWorkers } from './workers.ts';

export interface ModelServerOptions {
  readonly models: readonly ServedModel[];
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Further names that the server answers under; "*" for any. */
  readonly allowHosts: readonly string[];
  /** Pages of these origins may ask. */
  readonly allowOrigins: readonly string[];
  readonly token?: string | undefined;
  readonly workers: number;
  /** Of each worker. */
  readonly threads: number;
  /** Rows that are answered together; default: as many as spare work, at most 16. */
  readonly maxBatch?: number | undefined;
  /** Milliseconds. */
  readonly maxDelay: number;
  readonly maxRequests: number;
  readonly maxBody: number;
  readonly maxPixels: number;
  /** Seconds for a request to arrive, and for it to be answered. */
  readonly timeout: number;
  readonly onBug: (error: unknown) => void;
}

export interface ModelServer {
  readonly url: string;
  readonly port: number;
  readonly plan: string;
  /** Of each model, how many rows are answered together. */
  readonly batches: readonly number[];
  /** Takes no new requests and waits for those in hand, for `grace` seconds at most. */
  close(grace?: number): Promise<void>;
}

/** A body that stops coming is noticed within a second of its time. */
const CHECK_EVERY = 1_000;

export async function openModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const { models, host, maxDelay, timeout, onBug } = options;
  const server = createServer({
    requestTimeout: timeout * 1000,
    headersTimeout: Math.min(timeout, 10) * 1000,
    connectionsCheckingInterval: CHECK_EVERY,
  });
  // The port is taken first: whoever starts a second server does not wait for its models to learn that.
  await listening(server, host, options.port);
  const { port } = server.address() as AddressInfo;
  const folders = models.map(({ folder }) => folder);
  const workers = await openWorkers({ ...options, maxBatch: options.maxBatch, folders }).catch(
    (error: unknown) => {
      server.close();
      throw error;
    },
  );
  const metrics = serverMetrics(workers);
  const batchers = new Map(
    models.map((model, i) => {
      const run = async (tasks: readonly Task[]): Promise<readonly Result[]> => {
        metrics.batchRows.observe(
          { model: model.name },
          tasks.reduce((n, t) => n + rowsOf(t), 0),
        );
        return workers.run(i, tasks);
      };
      const { batches, count: lanes } = workers;
      const maxBatch = batches[i] ?? unreachable('a model without a batch');
      return [model, new Batcher<Task, Result>({ maxBatch, maxDelay, lanes, run })];
    }),
  );
  let isStopping = false;
  const app = modelApp({
    ...options,
    token: options.token,
    timeout: timeout * 1000,
    hosts: new Set([
      ...ownHosts(host, port),
      ...options.allowHosts.map((name) => name.toLowerCase()),
    ]),
    origins: new Set(options.allowOrigins),
    metrics,
    isReady: () => !isStopping,
    submit: (model, task, signal) => {
      const batcher = batchers.get(model);
      if (batcher === undefined) throw new Error('internal error: a model without a batcher');
      return batcher.submit(task, rowsOf(task), signal);
    },
    onBug,
  });
  server.on('request', getRequestListener(app.fetch));
  return {
    url: urlOf(host, port),
    port,
    plan: workers.plan,
    batches: workers.batches,
    async close(grace = 30) {
      isStopping = true;
      for (const batcher of batchers.values()) batcher.hasten();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A connection whose request was in hand is idle once that is answered.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const over = new AbortController();
      const late = sleep(grace * 1000, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([closed, late]);
      over.abort();
      clearInterval(idle);
      server.closeAllConnections();
      await workers.close();
    },
  };
}
