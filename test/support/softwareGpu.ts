/**
 * @file SwiftShader, as Chromium brings it, by the package `webgpu`: where tests of WebGPU run.
 *
 * The package is large and no dependency: it is looked for behind FOVEA_WEBGPU, then among the modules.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** One for all tests of a process; it must outlive every device. */
let found: Promise<GPU | string> | undefined;

/** Where adapters come from, or why there are none. */
export function softwareGpu(): Promise<GPU | string> {
  found ??= load();
  return found;
}

async function load(): Promise<GPU | string> {
  if (!existsSync(DRIVER)) return `there is no ${DRIVER}`;
  const folder = process.env.FOVEA_WEBGPU;
  const name: string = folder ? pathToFileURL(resolve(folder, 'index.js')).href : 'webgpu';
  let create: (options: string[]) => GPU;
  try {
    ({ create } = await import(name));
  } catch (error) {
    if (folder) throw error;
    return 'the package webgpu is not installed, and FOVEA_WEBGPU is not set';
  }
  const before = process.env.VK_ICD_FILENAMES;
  process.env.VK_ICD_FILENAMES = DRIVER;
  try {
    const gpu = create(['backend=vulkan']);
    return (await gpu.requestAdapter()) === null ? 'WebGPU finds no adapter' : gpu;
  } finally {
    if (before === undefined) delete process.env.VK_ICD_FILENAMES;
    else process.env.VK_ICD_FILENAMES = before;
  }
}
