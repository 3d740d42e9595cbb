/**
 * @file From nothing to a device: where WebGPU comes from here, which adapter, and what it is asked for.
 *
 * A page and its workers have `navigator.gpu`, and so have some runtimes; Node has the package `webgpu`. An adapter
 * that is software is said to be one. Every limit that plans go by is asked for as high as the adapter has it.
 * Next stop: `device.ts`.
 */
import type { FoveaError } from '../../../base/errors.ts';
import { inNode } from '../../../base/host.ts';
import { Absent } from '../../absent.ts';
import type { Target } from '../kernel.ts';
import type { WebgpuOptions } from '../options.ts';

export interface OpenedAdapter {
  readonly device: GPUDevice;
  readonly target: Target;
  /** For people: "NVIDIA H100", "SwiftShader (software)". */
  readonly name: string;
  readonly isSoftware: boolean;
  /** Lets go of what had to outlive the device. */
  release(): void;
}

/** What is asked for beyond the defaults, where the adapter has more. */
const LIMITS = [
  'maxStorageBuffersPerShaderStage',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupsPerDimension',
] as const;

const FEATURES = ['timestamp-query'] as const;

export async function openAdapter(options: WebgpuOptions): Promise<OpenedAdapter> {
  const gpu = options.gpu ?? (await findGpu());
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw noAdapter();
  const { features, limits, info } = adapter;
  const wanted = Object.fromEntries(LIMITS.map((name) => [name, limits[name]]));
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((name) => features.has(name)),
    requiredLimits: wanted,
  });
  const isSoftware = isSoftwareAdapter(info);
  // The package for Node ends the process if what it made is collected before the device.
  const kept = { gpu, adapter };
  keptAlive.add(kept);
  return {
    device,
    isSoftware,
    name: nameOf(info, isSoftware),
    target: targetOf(device, isSoftware, options),
    release: () => keptAlive.delete(kept),
  };
}

const keptAlive = new Set<object>();

async function findGpu(): Promise<GPU> {
  const { gpu } = globalThis.navigator ?? {};
  if (gpu !== undefined) return gpu;
  if (!inNode) {
    throw new Absent({
      problem: 'this browser has no WebGPU',
      expected: 'a page over https or from this machine, in a current browser',
      fix: 'use the wasm backend',
    });
  }
  return (await import('./host.node.ts')).loadGpu();
}

/** What plans may ask of a device; software takes long to compile and gains nothing by wide groups. */
export function targetOf(
  { limits }: GPUDevice,
  isSoftware: boolean,
  { winograd = 'auto', limits: kept = {} }: WebgpuOptions = {},
): Target {
  const least = (has: number, wanted = has): number => Math.min(has, wanted);
  const has = isSoftware ? 64 : limits.maxComputeInvocationsPerWorkgroup;
  const most = least(has, kept.maxWorkgroupSize);
  return {
    workgroupSize: Math.min(256, most),
    maxWorkgroupSize: most,
    workgroupMemory: least(limits.maxComputeWorkgroupStorageSize, kept.workgroupMemory),
    maxGroups: least(limits.maxComputeWorkgroupsPerDimension, kept.maxGroups),
    maxBuffers: least(limits.maxStorageBuffersPerShaderStage, kept.maxBuffers),
    maxBinding: least(
      Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
      kept.maxBinding,
    ),
    winograd,
  };
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render|\bcpu\b/i;

function isSoftwareAdapter(info: GPUAdapterInfo): boolean {
  const { vendor, architecture, device, description } = info;
  return (
    info.isFallbackAdapter === true ||
    [vendor, architecture, device, description].some((text) => SOFTWARE.test(text))
  );
}

function nameOf(
  { vendor, architecture, device, description }: GPUAdapterInfo,
  isSoftware: boolean,
): string {
  const words = description || device || [vendor, architecture].filter(Boolean).join(' ');
  return `${words || 'an adapter without a name'}${isSoftware ? ' (software)' : ''}`;
}

function noAdapter(): FoveaError {
  return new Absent({
    problem: 'WebGPU finds no graphics adapter here',
    expected: 'a graphics card with a driver for Vulkan, Metal or Direct3D 12',
    fix: 'use the wasm backend',
  });
}
