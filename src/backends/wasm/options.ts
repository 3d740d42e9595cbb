/**
 * @file What a WASM session can be opened with. Next stop: `index.ts`.
 */
import type { WinogradUse } from '../../compile/winograd/variants.ts';

export interface WasmOptions {
  /** Worker threads including the caller's; default: all cores. */
  readonly threads?: number;
  /** 'auto' probes for fused pairs and falls back; 'off' keeps to 128-bit operations. */
  readonly revectorize?: 'auto' | 'off';
  /** 'auto' takes Winograd's convolution where the plan counts a gain. */
  readonly winograd?: WinogradUse;
}

/** Options that are 'auto' or 'off', and what it means to turn each off. */
export const wasmSwitches = {
  revectorize: 'keep to 128-bit operations, without the probe for fused pairs',
  winograd: 'compute every convolution as the plain sum',
} as const satisfies Partial<Record<keyof WasmOptions, string>>;
