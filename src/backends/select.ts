/**
 * @file The table of backends, best first, and the one way to open a session.
 *
 * A backend is loaded only when it is tried, so that a program pays for the one it uses. With 'auto' a
 * backend that cannot open here (a graphics adapter that is software, no WebAssembly threads) is passed over and
 * the session's plan line says why. The reference comes last: it is slow and runs everywhere.
 * Next stop: `backend.ts`, what a session is.
 */
import { FoveaError, messageOf, UsageError, unknownName } from '../base/errors.ts';
import type { Graph } from '../graph/node.ts';
import { Absent } from './absent.ts';
import type { Backend, Explanation, Session } from './backend.ts';
import { type WasmOptions, wasmSwitches } from './wasm/options.ts';
import type { WebgpuOptions } from './webgpu/options.ts';

const BACKENDS = {
  webgpu: async () => (await import('./webgpu/index.ts')).webgpuBackend,
  wasm: async () => (await import('./wasm/index.ts')).wasmBackend,
  reference: async () => (await import('./reference/index.ts')).referenceBackend,
} as const satisfies Record<string, () => Promise<Backend>>;

/** Options of all backends that can be turned off, and what that means. */
export const backendSwitches: Readonly<Record<string, string>> = { ...wasmSwitches };

export type BackendName = keyof typeof BACKENDS;

export const backendNames = Object.keys(BACKENDS) as readonly BackendName[];

export interface OpenOptions extends WasmOptions, WebgpuOptions {
  /**
   * A name of the table, or 'auto' (the default) for the best that opens. Who says how many threads to use means
   * this machine's: then 'auto' asks for no graphics adapter.
   */
  readonly backend?: BackendName | 'auto';
}

/** Each takes memory of its own, and more than eight find little to do. */
const MOST_THREADS = 64;

/** Opens a session on the backend named, or on the best one that works on this machine. */
export async function openSession(options: OpenOptions = {}): Promise<Session> {
  const { backend = 'auto', ...sessionOptions } = options;
  const { threads } = sessionOptions;
  if (
    threads !== undefined &&
    !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)
  ) {
    throw new UsageError({
      problem: `threads ${threads}`,
      expected: `a whole number from 1 to ${MOST_THREADS}`,
    });
  }
  if (backend !== 'auto') {
    return (await backendOf(backend)).open(sessionOptions);
  }
  const failures: string[] = [];
  for (const name of backendNames) {
    if (name === 'webgpu' && threads !== undefined) continue;
    try {
      return await (await BACKENDS[name]()).open(sessionOptions, failures);
    } catch (error) {
      if (error instanceof Absent) continue;
      failures.push(`${name} did not open: ${messageOf(error)}`);
    }
  }
  throw new FoveaError({ problem: `no backend opens here: ${failures.join('; ')}` });
}

/** The program that the backend named would make of the graph; 'auto': the wasm backend, which runs everywhere. */
export async function explainProgram(
  graph: Graph,
  { backend = 'auto', ...options }: OpenOptions = {},
): Promise<Explanation> {
  const { explain } = await backendOf(backend === 'auto' ? 'wasm' : backend);
  if (explain !== undefined) return explain(graph, options);
  throw new UsageError({
    option: 'backend',
    problem: `the ${backend} backend has no programs to read`,
    expected: 'the wasm or the webgpu backend',
  });
}

async function backendOf(name: BackendName): Promise<Backend> {
  if (Object.hasOwn(BACKENDS, name)) return BACKENDS[name]();
  throw unknownName('backend', name, ['auto', ...backendNames], true);
}
