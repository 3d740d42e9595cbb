/**
 * @file The WASM backend: opens a session with the best plan this runtime takes.
 *
 * Next stop: `session.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import { inNode } from '../../base/host.ts';
import type { Graph } from '../../graph/node.ts';
import type { Backend, Explanation } from '../backend.ts';
import { probeFeatures } from './machine/features.ts';
import { choosePairs } from './machine/selfCheck.ts';
import { MOST_PAGES } from './memory.ts';
import type { WasmOptions } from './options.ts';
import { WasmSession } from './session.ts';
import { ThreadPool } from './threads.ts';

export const wasmBackend = {
  name: 'wasm',
  async open(options: WasmOptions = {}, passedOver?: readonly string[]): Promise<WasmSession> {
    const features = probeFeatures();
    if (!features.simd || !features.threads) {
      throw new FoveaError({
        problem: `this runtime has no WebAssembly ${features.simd ? 'threads' : 'SIMD'}`,
        expected: 'Node 20.19 or newer, or a current browser with cross-origin isolation',
        fix: 'use the reference backend',
      });
    }
    const { pairs, reason } = await choosePairs(options.revectorize ?? 'auto', features);
    const threads = options.threads ?? (await coreCount());
    const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
    const pool = await ThreadPool.start(memory, threads);
    const plan = `wasm, ${threads} thread${threads === 1 ? '' : 's'}, ${pairs ? '256-bit pairs' : '128-bit lanes'}, ${features.relaxedMadd ? 'fused multiply-add' : 'multiply then add'} (${reason})`;
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

async function coreCount(): Promise<number> {
  if (typeof navigator !== 'undefined' && navigator.hardwareConcurrency > 0)
    return navigator.hardwareConcurrency;
  return inNode ? (await import('./host.node.ts')).coreCount() : 1;
}
