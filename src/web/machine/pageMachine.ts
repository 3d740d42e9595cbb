/**
 * @file What this page may use of the machine, and what that means, in words.
 */
import { probeFeatures } from '../../backends/wasm/machine/features.ts';

export interface PageMachine {
  readonly simd: boolean;
  readonly fusedMultiplyAdd: boolean;
  readonly threads: boolean;
  readonly cores: number;
  /** A sentence for each thing that is not as it could be; none where all is. */
  readonly missing: readonly string[];
}

/** Looks, and starts nothing. What a session makes of it is in its plan line. */
export function pageMachine(): PageMachine {
  const { simd, relaxedMadd, threads } = probeFeatures();
  const missing: string[] = [];
  if (!simd)
    missing.push('There is no WebAssembly SIMD: plain loops run, hundreds of times slower.');
  else {
    if (!threads) missing.push(`One thread runs: ${whyOne()}.`);
    if (!relaxedMadd) missing.push('There is no fused multiply-add: kernels multiply, then add.');
  }
  const cores = navigator.hardwareConcurrency ?? 1;
  return { simd, fusedMultiplyAdd: relaxedMadd, threads, cores, missing };
}

const whyOne = (): string =>
  globalThis.crossOriginIsolated === false
    ? 'the page is not cross-origin isolated'
    : 'this browser has no shared memory';
