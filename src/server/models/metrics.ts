/** @file What a model server counts, for Prometheus: requests, how long they took, how large batches were. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Workers } from './workers.ts';

export interface ServerMetrics {
  readonly requests: Counter<'model' | 'route' | 'status'>;
  readonly seconds: Histogram<'model' | 'route'>;
  readonly batchRows: Histogram<'model'>;
  readonly inHand: Gauge;
  text(): Promise<string>;
  readonly contentType: string;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

export function serverMetrics(workers: Workers): ServerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'fovea_worker_restarts',
    help: 'workers that ended by themselves and were started again',
    registers,
    collect() {
      this.set(workers.restarts);
    },
  });
  return {
    requests: new Counter({
      name: 'fovea_requests_total',
      help: 'requests answered',
      labelNames: ['model', 'route', 'status'],
      registers,
    }),
    seconds: new Histogram({
      name: 'fovea_request_seconds',
      help: 'from the first byte of a request to its answer',
      labelNames: ['model', 'route'],
      buckets: SECONDS,
      registers,
    }),
    batchRows: new Histogram({
      name: 'fovea_batch_rows',
      help: 'rows that the network was asked together',
      labelNames: ['model'],
      buckets: ROWS,
      registers,
    }),
    inHand: new Gauge({
      name: 'fovea_requests_in_hand',
      help: 'requests that are read, wait or are answered',
      registers,
    }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
