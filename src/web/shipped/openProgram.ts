/**
 * @file Opens the program that a shipped file carries: its weights decoded into a memory of its own, and run.
 *
 * This and what it imports is bundled into the text that every such file begins with (`tools/oneFile.ts`), so it uses
 * nothing but what Node 20, Deno, Bun and browsers share, and needs no eval, no request and no second thread.
 * Previous stop: `interop/oneFile/shippedModel.ts`. Next stop: `shippedReader.ts`.
 */
import { FoveaError, messageOf } from '../../base/errors.ts';
import { type DecoderExports, openDecoder } from '../../interop/oneFile/decoder/decoder.ts';
import type { Layout, Place } from '../../interop/oneFile/plainProgram.ts';
import type { About } from '../../interop/oneFile/shippedModel.ts';
import { unpackWeights } from '../../interop/oneFile/weights.ts';

export interface LoadOptions {
  /**
   * 'auto' takes the module with fused multiply-adds where this runtime knows them; 'off' the other one, whose
   * numbers are the same everywhere.
   */
  readonly relaxedSimd?: 'auto' | 'off';
}

export interface OpenProgram {
  /** "wasm, 1 thread, 128-bit lanes, fused multiply-add" */
  readonly plan: string;
  /** Live numbers: fill them, then run. */
  readonly x: Float32Array;
  run(): void;
  /** Live numbers after the last run; null where the program has no such output. */
  output(name: string): Float32Array | null;
}

export async function openProgram(
  about: About,
  text: readonly string[],
  { relaxedSimd = 'auto' }: LoadOptions = {},
): Promise<OpenProgram> {
  const { fused, plain, deflated, planeBytes } = about;
  const end = fused.bytes + plain.bytes;
  // Not DecompressionStream, with which Node loads all its streams: as long as all else takes together.
  const decoder = await openDecoder({ text, deflated, size: end + planeBytes }, async (memory) => {
    const exports: unknown = await instantiated(fromBase64(about.decoder), memory);
    return exports as DecoderExports;
  });
  const isFused = relaxedSimd === 'auto' && fuses();
  const { layout } = isFused ? fused : plain;
  const { bytes } = decoder;
  const code = isFused ? bytes.subarray(0, fused.bytes) : bytes.subarray(fused.bytes, end);
  const memory = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages });
  const exports = await instantiated(code, memory);
  const numbers = ([address, count]: Place): Float32Array =>
    new Float32Array(memory.buffer, address, count);
  unpackWeights(about, { decoder, from: end }, (i) => numbers(layout.states[i] ?? [0, 0]));
  writeConstants(layout, numbers);
  const call = (name: string): void => {
    const run = exports[name] as (base: number, scratch: number) => void;
    run(0, layout.scratch);
  };
  layout.prepare.forEach(call);
  const outputs = new Map(
    Object.entries(layout.outputs).map(([name, place]) => [name, numbers(place)]),
  );
  return {
    plan: `wasm, 1 thread, 128-bit lanes, ${isFused ? 'fused multiply-add' : 'multiply then add'}`,
    x: numbers(layout.inputs.x ?? [0, 0]),
    run: () => layout.run.forEach(call),
    output: (name) => outputs.get(name) ?? null,
  };
}

function writeConstants({ constants }: Layout, numbers: (place: Place) => Float32Array): void {
  for (const [place, [first = 0, ...rest]] of constants) {
    if (rest.length === 0) numbers(place).fill(Number(first));
    else numbers(place).set([first, ...rest].map(Number));
  }
}

/**
 * (func (export "f") (param f32 f32) (result f32)), lane 0 of f32x4.relaxed_madd(p0, p0, p1): a runtime may take the
 * instruction and round twice all the same (Bun on x86), and bits would not be those of others.
 */
const PROBE = 'AGFzbQEAAAABBwFgAn19AX0DAgEABwUBAWYAAAoWARQAIAD9EyAA/RMgAf0T/YUC/R8ACw==';

function fuses(): boolean {
  const bytes = fromBase64(PROBE);
  if (!WebAssembly.validate(bytes)) return false;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const multiplyAdd = exports.f as (a: number, c: number) => number;
  // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24, of which one rounding between leaves 1 + 2^-11.
  return multiplyAdd(1 + 2 ** -12, -(1 + 2 ** -11)) === 2 ** -24;
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));

async function instantiated(
  code: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
): Promise<WebAssembly.Exports> {
  try {
    return (await instanceOf(code, { env: { memory } })).exports;
  } catch (error) {
    throw new FoveaError(
      {
        problem: `the network cannot be compiled here: ${messageOf(error)}`,
        expected: 'WebAssembly with 128-bit SIMD: Node 20, Deno, Bun or a current browser',
        fix: "a content security policy must allow it: script-src 'wasm-unsafe-eval'",
      },
      { cause: error },
    );
  }
}

/** Made on the spot: to hand so small a module to other threads and wait takes longer than to compile it. */
function instanceOf(code: Uint8Array<ArrayBuffer>, imports: WebAssembly.Imports) {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(code), imports);
  } catch (error) {
    // Pages of older browsers make no more than 4 KB so.
    if (!(error instanceof RangeError)) throw error;
    return WebAssembly.instantiate(code, imports).then(({ instance }) => instance);
  }
}
