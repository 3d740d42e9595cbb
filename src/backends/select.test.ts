/** @file Programs are explained by the backend that is named, or the best that can; the others refuse. */
import { expect, it } from 'vitest';
import { skipped } from '../../test/support/doors.ts';
import { softwareGpu } from '../../test/support/softwareGpu.ts';
import { inputNode } from '../graph/node.ts';
import { build } from '../ops/index.ts';
import { type BackendName, explainProgram, openSession } from './select.ts';

const y = build('tanh', [inputNode('x', [2, 3])], {}, 'y');
const graph = { outputs: { y }, updates: [] };

it('explains a program by the views of the best backend that has any', async () => {
  for (const backend of ['auto', 'wasm'] as const) {
    const views = await explainProgram(graph, { backend, revectorize: 'off' });
    expect(Object.keys(views)).toEqual(['schedule', 'memory', 'wat']);
    expect(views.schedule().text).toContain('elementwise  y');
    expect(views.wat().data).toEqual({ wat: views.wat().text });
  }
});

it('writes WGSL for the adapter there is, or for the least that every one gives', async () => {
  const views = await explainProgram(graph, { backend: 'webgpu' });
  expect(Object.keys(views)).toEqual(['schedule', 'memory', 'wgsl']);
  expect(views.schedule().text).toContain('1 kernel in 1 dispatch,');
  expect(views.wgsl().text).toContain('fn hyperbolicTangent(x: f32) -> f32 {');
  expect(views.wgsl().text).toContain('// b1: y (2, 3)');
});

it('hands the options on', async () => {
  const x = inputNode('x', [1, 24, 24, 32]);
  const kernel = inputNode('kernel', [3, 3, 32, 32]);
  const pads = [
    [1, 1],
    [1, 1],
  ];
  const attrs = { strides: [1, 1], dilation: [1, 1], pads, groups: 1 };
  const conv = { outputs: { y: build('conv2d', [x, kernel], attrs) }, updates: [] };
  const textOf = async (winograd: 'always' | 'off') =>
    (await explainProgram(conv, { winograd })).schedule().text;
  expect(await textOf('always')).not.toBe(await textOf('off'));
});

it('refuses where the backend has no programs to read, and names it does not know', async () => {
  await expect(explainProgram(graph, { backend: 'reference' })).rejects.toThrow(
    /no programs to read/,
  );
  await expect(explainProgram(graph, { backend: 'wsam' as BackendName })).rejects.toThrow(/wasm/);
});

const gpu = await softwareGpu();

if (typeof gpu === 'string') skipped('auto where there is an adapter', gpu);
else
  it('auto passes over an adapter that is software, in words, and asks for none where threads are said', async () => {
    await using session = await openSession({ gpu });
    expect(session.plan).toMatch(/^wasm, .*webgpu did not open: the only adapter is SwiftShader/);
    await using threaded = await openSession({ gpu, threads: 1 });
    expect(threaded.plan).toMatch(/^wasm, 1 thread/);
    expect(threaded.plan).not.toContain('webgpu');
  });

it('auto says nothing of an adapter where there is none at all', async () => {
  const none = { requestAdapter: async () => null } as unknown as GPU;
  await using session = await openSession({ gpu: none });
  expect(session.plan).not.toContain('webgpu');
  await expect(openSession({ backend: 'webgpu', gpu: none })).rejects.toThrow(
    /finds no graphics adapter/,
  );
});
