/**
 * @file The WGSL of every op, as two compilers that share no code see it: Tint in Chromium, Naga in Firefox.
 *
 * Modules are checked and never run: of a few conformance cases per op, forward and backward, for the least that every
 * adapter gives, with convolutions as sums and by Winograd; and of large convolutions, which take the large tiles.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planKernel, recordOf } from '../../../src/backends/webgpu/families.ts';
import { LEAST, type Target } from '../../../src/backends/webgpu/kernel.ts';
import { whole } from '../../../src/backends/webgpu/language/indexing.ts';
import { moduleOf } from '../../../src/backends/webgpu/program/bindings.ts';
import { inputNode, isSource, type Node, topologicalOrder } from '../../../src/graph/node.ts';
import { build } from '../../../src/ops/index.ts';
import { cases } from '../../conformance/cases.ts';
import { graphOf } from '../../conformance/judge.ts';
import { inBrowsers, type Served, serveFolder } from '../browser.ts';

const EACH = 12;
const AT_ONCE = 20;

/** What each distinct text belongs to. */
const modules = new Map<string, string>();

function add(node: Node, target: Target): void {
  const layout = { storageOf: (n: Node) => n, context: { target } };
  for (const dispatch of planKernel(node, layout.context).dispatches) {
    const { code } = moduleOf({ dispatch, items: whole(dispatch.work) }, layout);
    modules.set(code, `${node.op} ${node.shape.join('x')}`);
  }
}

for (const list of Object.values(cases))
  for (const test of list.filter((_, i) => i % EACH === 0)) {
    const { output, gradients } = graphOf(test);
    const roots = [output, ...gradients.filter((node) => node !== null)];
    for (const node of topologicalOrder(roots)) {
      if (isSource(node) || recordOf(node.op)?.plan === undefined) continue;
      for (const winograd of ['off', 'always'] as const) add(node, { ...LEAST, winograd });
    }
  }

const large = { ...LEAST, workgroupMemory: 32_768, maxBinding: 2 ** 31 };
const [x, w, y] = [
  [128, 27, 27, 96],
  [5, 5, 48, 256],
  [128, 27, 27, 256],
] as const;
const sides = [2, 2];
const attrs = { strides: [1, 1], dilation: [1, 1], pads: [sides, sides], groups: 2 };
for (const winograd of ['auto', 'off'] as const) {
  const target = { ...large, winograd };
  const [xNode, wNode, yNode] = [inputNode('x', x), inputNode('w', w), inputNode('y', y)];
  add(build('conv2d', [xNode, wNode], attrs), target);
  add(build('conv2dInputGradient', [yNode, wNode], { ...attrs, inputShape: x }), target);
  add(build('conv2dKernelGradient', [xNode, yNode], { ...attrs, kernelShape: w }), target);
}

let folder: string | undefined;
let served: Served;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-wgsl-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><link rel="icon" href="data:,">');
  served = await serveFolder(folder);
});
afterAll(async () => {
  await served?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** In the page: what is wrong with each text, or nothing. */
const CHECK = `async (texts) => {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter.requestDevice();
  const wrong = [];
  for (const code of texts) {
    device.pushErrorScope('validation');
    device.createShaderModule({ code });
    wrong.push((await device.popErrorScope())?.message ?? '');
  }
  device.destroy();
  return wrong;
}`;

inBrowsers(
  'the WGSL of every op',
  (open) => {
    it(`is taken: ${modules.size} modules`, async () => {
      const page = await open(served.url);
      const texts = [...modules.keys()];
      const wrong: string[] = [];
      for (let i = 0; i < texts.length; i += AT_ONCE) {
        const some = texts.slice(i, i + AT_ONCE);
        const found = await page.evaluate<string[]>(`(${CHECK})(${JSON.stringify(some)})`);
        found.forEach((message, k) => {
          if (message !== '') wrong.push(`${modules.get(some[k]!)}: ${message}`);
        });
      }
      expect(wrong).toEqual([]);
      await page.close();
    });
  },
  { webgpu: true },
);
