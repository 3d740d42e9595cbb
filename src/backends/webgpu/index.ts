/**
 * @file The WebGPU backend: opens a session on the best adapter there is.
 *
 * Where the best backend is looked for, an adapter that is software is passed over. Kernels are loaded once there is
 * an adapter for them. Next stop: `session.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { Graph } from '../../graph/node.ts';
import { Absent } from '../absent.ts';
import type { Backend, Explanation } from '../backend.ts';
import { openAdapter } from './device/adapter.ts';
import { LEAST, type Target } from './kernel.ts';
import type { WebgpuOptions } from './options.ts';
import type { WebgpuSession } from './session.ts';

export const webgpuBackend = {
  name: 'webgpu',
  async open(options: WebgpuOptions = {}, passedOver?: readonly string[]): Promise<WebgpuSession> {
    const opened = await openAdapter(options);
    if (passedOver !== undefined && opened.isSoftware) {
      opened.device.destroy();
      opened.release();
      throw new FoveaError(`the only adapter is ${opened.name}`);
    }
    const { WebgpuSession } = await import('./session.ts');
    return new WebgpuSession(opened, `webgpu, ${opened.name}`, passedOver);
  },
  /** For the adapter that a session would get; without one for the least that every adapter gives. */
  async explain(graph: Graph, options: WebgpuOptions = {}): Promise<Explanation> {
    const { planProgram } = await import('./program/plan.ts');
    const { viewsOf } = await import('./program/listing.ts');
    const { name, target } = await describedTarget(options);
    return viewsOf(planProgram(graph, target), name);
  },
} satisfies Backend<WebgpuOptions>;

async function describedTarget(
  options: WebgpuOptions,
): Promise<{ readonly name: string; readonly target: Target }> {
  try {
    const { device, name, target, release } = await openAdapter(options);
    device.destroy();
    release();
    return { name, target };
  } catch (error) {
    if (!(error instanceof Absent)) throw error;
    const { winograd = LEAST.winograd } = options;
    const name = 'no adapter here: the least that every one gives';
    return { name, target: { ...LEAST, winograd } };
  }
}
