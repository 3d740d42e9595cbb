/**
 * @file What a WebGPU session can be opened with. Next stop: `index.ts`.
 */
import type { WinogradUse } from '../../compile/winograd/variants.ts';

export interface WebgpuOptions {
  /** Where adapters come from; default: `navigator.gpu`, in Node the package `webgpu`. */
  readonly gpu?: GPU;
  /** 'auto' takes Winograd's convolution where the plan counts a gain. */
  readonly winograd?: WinogradUse;
}
