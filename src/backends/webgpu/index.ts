/**
 * @file The WebGPU backend: opens a session on the best adapter there is.
 *
 * Where the best backend is looked for, an adapter that is software is passed over. Next stop: `session.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { Backend } from '../backend.ts';
import { openAdapter } from './device/adapter.ts';
import type { WebgpuOptions } from './options.ts';
import { WebgpuSession } from './session.ts';

export const webgpuBackend = {
  name: 'webgpu',
  async open(options: WebgpuOptions = {}, passedOver?: readonly string[]): Promise<WebgpuSession> {
    const opened = await openAdapter(options);
    if (passedOver !== undefined && opened.isSoftware) {
      opened.device.destroy();
      opened.release();
      throw new FoveaError(`the only adapter is ${opened.name}`);
    }
    return new WebgpuSession(opened, `webgpu, ${opened.name}`, passedOver);
  },
} satisfies Backend<WebgpuOptions>;
