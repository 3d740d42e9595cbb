/**
 * @file WebGPU in Node: the package `webgpu`, if it is installed. Before: `adapter.ts`.
 */
import { messageOf } from '../../../base/errors.ts';
import { Absent } from '../../absent.ts';

interface WebgpuPackage {
  /** Options as the package has them; an empty list chooses by itself. */
  create(options: string[]): GPU;
}

/** By a variable, so that nobody bundles it or asks for its types. */
const PACKAGE: string = 'webgpu';

export async function loadGpu(): Promise<GPU> {
  let loaded: WebgpuPackage;
  try {
    loaded = await import(PACKAGE);
  } catch (error) {
    throw new Absent(
      {
        problem: `Node has no WebGPU without the package webgpu (${messageOf(error).split('\n')[0]})`,
        fix: 'npm install webgpu, or use the wasm backend',
      },
      { cause: error },
    );
  }
  return loaded.create([]);
}
