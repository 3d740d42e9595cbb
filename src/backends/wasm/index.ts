/**
 * @file The WASM backend: opens a session with the best plan this runtime takes.
 *
 * Next stop: `session.ts`.
 */
import { FoveaError, messageOf } from '../../base/errors.ts';
import { inNode } from '../../base/host.ts';
import type { Graph } from '../../graph/node.ts';
import type { Backend, Explanation } from '../backend.ts';
import { type Features, probeFeatures } from './machine/features.ts';
import { choosePairs } from './machine/pairs.ts';
import { MOST_PAGES } from './memory.ts';
import type { WasmOptions } from './options.ts';
import { WasmSession } from './session.ts';
import { ThreadPool } from './threads.ts';

export const wasmBackend = {
  name: 'wasm',
  async open(options: WasmOptions = {}, passedOver?: readonly string[]): Promise<WasmSession> {
    const features = probeFeatures();
    if (!features.simd) {
      throw new FoveaError({
        problem: 'this runtime has no WebAssembly SIMD',
        expected: 'Node 20.19 or newer, or a current browser',
        fix: 'use the reference backend',
      });
    }
    const { pairs, reason } = await choosePairs(options.revectorize ?? 'auto', features);
    const { memory, pool, alone } = await startThreads(options.threads, features);
    const { threads } = pool;
    const why = [reason, alone].filter((words) => words !== undefined).join(', ');
    const plan = `wasm, ${threads} thread${threads === 1 ? '' : 's'}, ${pairs ? '256-bit pairs' : '128-bit lanes'}, ${features.relaxedMadd ? 'fused multiply-add' : 'multiply then add'} (${why})`;
    const { winograd } = options;
    const target = { relaxedMadd: features.relaxedMadd, pairs, winograd };
    return new WasmSession(memory, pool, target, plan, passedOver);
  },
  async explain(graph: Graph, options: WasmOptions = {}): Promise<Explanation> {
    const { explain, targetOf } = await import('./program/explain.ts');
    const { viewsOf } = await import('./program/listing.ts');
    return viewsOf(explain(graph, await targetOf(options)));
  },
} satisfies Backend<WasmOptions>;

interface Started {
  readonly memory: WebAssembly.Memory;
  readonly pool: ThreadPool;
  /** Why there is one thread where none was asked for, or more were. */
  readonly alone?: string;
}

/** Threads over one shared memory; where there is no such thing, one thread and a memory of its own. */
async function startThreads(wanted: number | undefined, { threads }: Features): Promise<Started> {
  if (!threads) {
    const alone = wanted === 1 ? {} : { alone: `one thread: ${whyNotShared()}` };
    const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES });
    return { memory, pool: await ThreadPool.start(memory, 1), ...alone };
  }
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  try {
    return { memory, pool: await ThreadPool.start(memory, wanted ?? (await coreCount())) };
  } catch (error) {
    if (wanted !== undefined) throw error;
    const alone = `one thread: ${messageOf(error).split('\n')[0]}`;
    return { memory, pool: await ThreadPool.start(memory, 1), alone };
  }
}

function whyNotShared(): string {
  return globalThis.crossOriginIsolated === false
    ? 'the page is not cross-origin isolated'
    : 'this runtime has no shared memory';
}

async function coreCount(): Promise<number> {
  if (typeof navigator !== 'undefined' && navigator.hardwareConcurrency > 0)
    return navigator.hardwareConcurrency;
  return inNode ? (await import('./host.node.ts')).coreCount() : 1;
}
