/**
 * @file `node tools/webgpuTiles.ts [SIZE] [--software]`: what each tile of a matrix product reaches on an adapter.
 *
 * Times products of SIZE x SIZE x SIZE (4096) with the tiles that `emit/product/plan.ts` chooses from, and prints
 * what it knows of them beside: the speeds of its table. One number of each result is checked in float64. An adapter
 * that was idle runs slowly at first, so each tile is run for a while before it is timed.
 */
import { openAdapter } from '../src/backends/webgpu/device/adapter.ts';
import { dispatchesOf } from '../src/backends/webgpu/emit/product/kernel.ts';
import { matmulProduct } from '../src/backends/webgpu/emit/product/matmul.ts';
import { type RatedTile, TILES } from '../src/backends/webgpu/emit/product/plan.ts';
import { slabBytes, threadsOf } from '../src/backends/webgpu/emit/product/tile.ts';
import { bytesOf } from '../src/backends/webgpu/kernel.ts';
import { whole } from '../src/backends/webgpu/language/indexing.ts';
import { moduleOf } from '../src/backends/webgpu/program/bindings.ts';
import { at, first, range } from '../src/base/lists.ts';
import { RandomStream } from '../src/base/random.ts';
import { inputNode, type Node } from '../src/graph/node.ts';
import { build } from '../src/ops/index.ts';
import { softwareGpu } from '../test/support/softwareGpu.ts';

const STORAGE = 128 | 4 | 8;
const STAGING = 1 | 8;
const WARM_MS = 60;
const TIMED_MS = 30;

const words = process.argv.slice(2);
const size = Number(words.find((word) => /^\d+$/.test(word)) ?? 4096);
const gpu = words.includes('--software') ? await softwareGpu() : undefined;
if (typeof gpu === 'string') throw new Error(gpu);
const { device, name, target } = await openAdapter(gpu === undefined ? {} : { gpu });
console.log(`${name}: products of ${size} x ${size} x ${size}`);

const a = inputNode('a', [size, size]);
const b = inputNode('b', [size, size]);
const y = build('matmul', [a, b]);
const product = matmulProduct(y, {});

const bufferFor = (node: Node): GPUBuffer =>
  device.createBuffer({ size: bytesOf(node), usage: STORAGE });
const result = bufferFor(y);
const [left, right] = [drawn(a), drawn(b)];

function drawn(node: Node): { readonly data: Float32Array; readonly buffer: GPUBuffer } {
  const random = new RandomStream(1, node.name);
  const data = Float32Array.from({ length: size * size }, () => random.uniform(-1, 1));
  const buffer = bufferFor(node);
  device.queue.writeBuffer(buffer, 0, data);
  return { data, buffer };
}

/** Milliseconds that a tile takes. */
async function timeOf(tile: RatedTile): Promise<number> {
  const operands = { left: a, right: b, to: y };
  const plan = { way: 'tiles', tile, splits: 1 } as const;
  const dispatch = first(dispatchesOf([product], operands, plan, target), 'dispatch');
  const items = whole(dispatch.work);
  const { bound, code } = moduleOf(
    { dispatch, items },
    { storageOf: (node) => node, context: { target } },
  );
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
  const bindings = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: bound.map(({ owner }, binding) => ({
      binding,
      resource: { buffer: owner === a ? left.buffer : owner === b ? right.buffer : result },
    })),
  });
  const run = async (times: number): Promise<number> => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    for (let i = 0; i < times; i++) pass.dispatchWorkgroups(...dispatch.work.groups(items));
    pass.end();
    const began = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - began) / times;
  };
  const once = await run(1);
  await run(Math.ceil(WARM_MS / once));
  const times = Math.ceil(TIMED_MS / once);
  return Math.min(await run(times), await run(times), await run(times));
}

/** The distance of the last result from float64. */
async function error(): Promise<number> {
  const staging = device.createBuffer({ size: 4, usage: STAGING });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(result, (size * size - 1) * 4, staging, 0, 4);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(1);
  const found = first(new Float32Array(staging.getMappedRange()), 'number');
  const sum = range(size).reduce(
    (total, k) =>
      total +
      at(left.data, (size - 1) * size + k, 'number') *
        at(right.data, k * size + size - 1, 'number'),
    0,
  );
  return Math.abs(found - sum);
}

for (const tile of TILES) {
  const { rows, columns, depth, threadRows, threadColumns, buffers: slabs, speed } = tile;
  const fits =
    threadsOf(tile) <= target.maxWorkgroupSize &&
    slabBytes(product, tile) <= target.workgroupMemory;
  const label = `${rows} x ${columns}, ${depth} deep, ${threadRows} x ${threadColumns} a thread, ${slabs} slabs`;
  if (!fits) {
    console.log(`${label}: does not fit this adapter`);
    continue;
  }
  const ms = await timeOf(tile);
  const rate = (2 * size ** 3) / ms / 1e9;
  console.log(
    `${label}: ${ms.toFixed(3)} ms, ${rate.toPrecision(3)} TFLOP/s (table: ${speed} of the peak), off by ${(await error()).toExponential(1)}`,
  );
}
device.destroy();
process.exit(0);
