/**
 * @file What a WebGPU session can be opened with. Next stop: `index.ts`.
 */

export interface WebgpuOptions {
  /** Where adapters come from; default: `navigator.gpu`, in Node the package `webgpu`. */
  readonly gpu?: GPU;
}
