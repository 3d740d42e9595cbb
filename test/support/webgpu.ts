/**
 * @file The software adapter that tests of WebGPU run on: SwiftShader, as Chromium brings it, by the package `webgpu`.
 *
 * The package is large and no dependency: it is looked for among the modules, then behind the door FOVEA_WEBGPU.
 * Where it or SwiftShader is missing, tests are skipped by name.
 */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { door } from './doors.ts';

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
  const folder = door('FOVEA_WEBGPU');
  const name: string = folder === undefined ? 'webgpu' : pathToFileURL(`${folder}/index.js`).href;
  let create: (options: string[]) => GPU;
  try {
    ({ create } = await import(name));
  } catch {
    return 'the package webgpu is not installed, and FOVEA_WEBGPU is not set';
  }
  const before = process.env.VK_ICD_FILENAMES;
  process.env.VK_ICD_FILENAMES = DRIVER;
  try {
    const gpu = create(['backend=vulkan']);
    const adapter = await gpu.requestAdapter();
    return adapter === null ? 'WebGPU finds no adapter' : gpu;
  } finally {
    if (before === undefined) delete process.env.VK_ICD_FILENAMES;
    else process.env.VK_ICD_FILENAMES = before;
  }
}
