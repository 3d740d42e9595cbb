/**
 * @file What a WebGPU session can be opened with. Next stop: `index.ts`.
 */
import type { WinogradUse } from '../../compile/winograd/variants.ts';
import type { Target } from './kernel.ts';

/** Of an adapter. */
export type Limits = Pick<
  Target,
  'maxWorkgroupSize' | 'workgroupMemory' | 'maxGroups' | 'maxBuffers' | 'maxBinding'
>;

export interface WebgpuOptions {
  /** Where adapters come from; default: `navigator.gpu`, in Node the package `webgpu`. */
  readonly gpu?: GPU;
  /** 'auto' takes Winograd's convolution where the plan counts a gain. */
  readonly winograd?: WinogradUse;
  /** What kernels keep to where the adapter has more: how another adapter would be served. */
  readonly limits?: Partial<Limits>;
}
