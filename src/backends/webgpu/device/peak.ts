/**
 * @file The most arithmetic and the most memory traffic that a device gives: what kernels are judged by.
 *
 * Arithmetic: multiply-adds of float32 on registers alone. Memory: a copy of more than caches hold.
 */
import type { Target } from '../kernel.ts';
import { flat, whole } from '../language/indexing.ts';
import { type Device, encoded } from './device.ts';
import { medianMs } from './timing.ts';

const TURNS = 256;
/** Independent sums of four lanes. */
const SUMS = 8;
const INVOCATIONS = 2 ** 20;
/** On software, which is slow at everything. */
const FEW_INVOCATIONS = 64;

/** Multiply-adds per millisecond. */
export async function peakArithmetic(
  device: Device,
  target: Target,
  budgetMs: number,
): Promise<number> {
  const count = device.isSoftware ? FEW_INVOCATIONS : INVOCATIONS;
  const work = flat(count, target);
  const workgroups = work.groups(whole(work));
  const sums = Array.from({ length: SUMS }, (_, i) => `s${i}`);
  const code = `@group(0) @binding(0) var<storage, read_write> b0: array<vec4<f32>>;
${work.open(whole(work))}
  let factor = b0[i];
${sums.map((s, k) => `  var ${s} = factor + ${k}f;`).join('\n')}
  for (var turn = 0u; turn < ${TURNS}u; turn++) {
${sums.map((s) => `    ${s} = fma(${s}, factor, factor);`).join('\n')}
  }
  b0[i] = ${sums.join(' + ')};
}
`;
  const buffer = device.createBuffer(16 * count);
  const step = device.bind(device.pipeline(code, ['read_write']), [buffer]);
  const ms = await medianMs(device, encoded([{ ...step, workgroups }]), budgetMs);
  buffer.destroy();
  return (count * SUMS * 4 * TURNS) / ms;
}

/** Bytes per millisecond, read and written. */
export async function peakMemory(
  device: Device,
  target: Target,
  budgetMs: number,
): Promise<number> {
  const bytes = Math.min(device.isSoftware ? 2 ** 21 : 2 ** 28, target.maxBinding);
  const work = flat(bytes / 16, target);
  const workgroups = work.groups(whole(work));
  const code = `@group(0) @binding(0) var<storage, read> b0: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> b1: array<vec4<f32>>;
${work.open(whole(work))}
  b1[i] = b0[i];
}
`;
  const buffers = [device.createBuffer(bytes), device.createBuffer(bytes)];
  const step = device.bind(device.pipeline(code, ['read', 'read_write']), buffers);
  const ms = await medianMs(device, encoded([{ ...step, workgroups }]), budgetMs);
  for (const buffer of buffers) buffer.destroy();
  return (2 * bytes) / ms;
}
