/**
 * @file The backends that the conformance suite and the goldens run on: one line each.
 *
 * A skip names the op and says why; it is counted and printed at the end of the run.
 */
import type { Backend, Session } from '../src/backends/backend.ts';
import { referenceBackend } from '../src/backends/reference/index.ts';
import { wasmBackend } from '../src/backends/wasm/index.ts';
import { webgpuBackend } from '../src/backends/webgpu/index.ts';
import type { OpName } from '../src/ops/index.ts';
import { softwareGpu } from './support/softwareGpu.ts';

export interface TestedBackend {
  readonly name: string;
  open(): Promise<Session>;
  /** Reasons by op. */
  readonly skips: Readonly<Partial<Record<OpName, string>>>;
  /** Takes long for every shape that is new: no shapes are drawn for it. */
  readonly isSlow: boolean;
}

function tested<Options extends object>(
  name: string,
  backend: Backend<Options>,
  options?: Options,
  skips: TestedBackend['skips'] = {},
): TestedBackend {
  return { name, open: () => backend.open(options), skips, isSlow: name === 'webgpu' };
}

/** Software takes many minutes for all of it: `webgpu.test.ts` of a room is the short form. */
const gpu = process.env.FOVEA_LARGE === 'all' ? await softwareGpu() : 'FOVEA_LARGE is not all';

export const backends: readonly TestedBackend[] = [
  tested('reference', referenceBackend),
  tested('wasm', wasmBackend, { threads: 2 }),
  tested('wasm, 128-bit lanes', wasmBackend, { threads: 1, revectorize: 'off' }),
  ...(typeof gpu === 'string' ? [] : [tested('webgpu', webgpuBackend, { gpu })]),
];

/** Those that cases are drawn for. */
export const quickBackends = backends.filter(({ isSlow }) => !isSlow);
