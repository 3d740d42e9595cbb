/**
 * @file Winograd's convolutions against the float64 loops, taken wherever a variant fits: forward, with an
 * epilogue, and both gradients; lane tails, tiles cut off at the border, groups, one image and three.
 *
 * The plan would take most of these small layers as the plain sum; here it may not.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Session } from '../../src/backends/backend.ts';
import { wasmBackend } from '../../src/backends/wasm/index.ts';
import type { WasmOptions } from '../../src/backends/wasm/options.ts';
import { type Pads, type Pair, resolvePads } from '../../src/base/window.ts';
import { build } from '../../src/ops/index.ts';
import { expectClose } from '../support/compare.ts';
import { type ConformanceCase, f32, opCase } from './case.ts';
import { type CaseGraph, caseNumbers, graphOf, judged, runOn } from './judge.ts';

interface Layer {
  readonly kernel: 3 | 5;
  readonly size: readonly [N: number, H: number, W: number];
  readonly channels: number;
  readonly filters: number;
  readonly padding: 'same' | 'valid' | Pads;
  readonly groups?: number;
}

const LAYERS: readonly Layer[] = [
  { kernel: 3, size: [1, 7, 7], channels: 16, filters: 16, padding: 'same' },
  { kernel: 3, size: [3, 7, 13], channels: 17, filters: 48, padding: 'same' },
  { kernel: 3, size: [1, 15, 13], channels: 48, filters: 17, padding: 'valid' },
  {
    kernel: 3,
    size: [1, 9, 8],
    channels: 16,
    filters: 20,
    padding: [
      [2, 0],
      [0, 1],
    ],
  },
  {
    kernel: 3,
    size: [3, 13, 7],
    channels: 34,
    filters: 36,
    padding: 'same',
    groups: 2,
  },
  // More tiles than one block takes, and no whole number of blocks.
  { kernel: 3, size: [3, 25, 30], channels: 16, filters: 17, padding: 'same' },
  // 75 tiles: two chunks of the kernel gradient, the second one tile short.
  { kernel: 3, size: [3, 25, 25], channels: 16, filters: 17, padding: 'same' },
  { kernel: 5, size: [3, 20, 20], channels: 16, filters: 17, padding: 'same' },
  // 128 tiles: two blocks, each in parts, which share the tiles that went in.
  { kernel: 3, size: [2, 40, 40], channels: 16, filters: 48, padding: 'same' },
  { kernel: 3, size: [3, 6, 6], channels: 17, filters: 16, padding: 'same' },
  { kernel: 3, size: [1, 2, 3], channels: 16, filters: 48, padding: 'same' },
  { kernel: 5, size: [3, 7, 7], channels: 16, filters: 17, padding: 'same' },
  { kernel: 5, size: [1, 15, 13], channels: 17, filters: 48, padding: 'same' },
  { kernel: 5, size: [3, 9, 7], channels: 48, filters: 16, padding: 'valid' },
  {
    kernel: 5,
    size: [1, 13, 15],
    channels: 32,
    filters: 34,
    padding: 'same',
    groups: 2,
  },
];

function attrsOf({ kernel: side, size: [, H, W], padding, groups = 1 }: Layer) {
  const kernel: Pair = [side, side];
  const pads =
    typeof padding === 'string' ? resolvePads(padding, [H, W], kernel, [1, 1], [1, 1]) : padding;
  return { kernel, attrs: { strides: [1, 1], dilation: [1, 1], pads, groups } };
}

/** The errors stated below, with room for unlucky numbers. */
const TOLERANCE = 2e-5;

function caseOf(layer: Layer, options: { bias?: boolean } = {}): ConformanceCase {
  const { size, channels, filters, groups = 1 } = layer;
  const { kernel, attrs } = attrsOf(layer);
  const inputs = [f32([...size, channels]), f32([...kernel, channels / groups, filters])];
  const label = `${layer.kernel}x${layer.kernel}, ${options.bias ? 'bias and relu' : 'plain'}, ${JSON.stringify(layer.padding)}`;
  const test = opCase('conv2d', inputs, attrs, { label, tolerance: TOLERANCE });
  if (options.bias !== true) return test;
  // Each pixel its own number beside the bias of its filter: an epilogue of both kinds.
  const withBias = (nodes: Parameters<ConformanceCase['build']>[0]) => {
    const sum = build('conv2d', [nodes[0], nodes[1]], attrs);
    return build('relu', [build('add', [sum, nodes[2]])]);
  };
  return { ...test, inputs: [...inputs, f32([filters])], build: withBias };
}

const cases = LAYERS.flatMap((layer) =>
  [false, true].map((bias) => ({ layer, test: caseOf(layer, { bias }) })),
);

const open = (options: WasmOptions): Promise<Session> =>
  wasmBackend.open({ winograd: 'always', ...options });

/** Family and variant of every convolution of a program. */
function convolutionsOf(session: Session, graph: CaseGraph): string[] {
  const outputs = { output: graph.output };
  const present = graph.gradients.flatMap((g, i) => (g === null ? [] : [[`gradient${i}`, g]]));
  const program = session.compile({
    outputs: { ...outputs, ...Object.fromEntries(present) },
    updates: [],
  });
  return (program.profile?.().kernels ?? [])
    .filter(({ family }) => /conv2d|winograd/i.test(family))
    .map(({ family, plan }) => `${family} ${plan.variant ?? ''}`.trim());
}

const SESSIONS = {
  '2 threads': { threads: 2 },
  '128-bit lanes': { threads: 1, revectorize: 'off' },
} as const satisfies Readonly<Record<string, WasmOptions>>;

describe('Winograd against the float64 loops', () => {
  const opened = new Map(Object.entries(SESSIONS).map(([name, options]) => [name, open(options)]));
  afterAll(async () => {
    for (const session of opened.values()) await (await session).close();
  });
  for (const { layer, test } of cases) {
    it(test.name, async () => {
      const graph = graphOf(test);
      const numbers = caseNumbers(test, graph);
      const expected = judged(graph, numbers);
      const kernels = ['winogradConv2d', 'winogradKernelGradient'];
      for (const [name, session] of opened) {
        const families = convolutionsOf(await session, graph);
        for (const family of kernels)
          expect(families.join(), `${family}, ${name}`).toMatch(
            new RegExp(`${family} F.*${layer.kernel}x${layer.kernel}`),
          );
        expect(families, name).not.toContain('directConv2d');
        const actual = await runOn(await session, graph, numbers);
        expectClose(actual.output, expected.output, test.tolerance, `output, ${name}`);
        expected.gradients.forEach((gradient, i) => {
          const label = `gradient of input ${i}, ${name}`;
          if (gradient !== null) expectClose(actual.gradients[i]!, gradient, test.tolerance, label);
        });
      }
    });
  }
});

describe('Winograd', () => {
  it('is tried with a short last chunk, and with several blocks in parts', async () => {
    const session = await open({ threads: 1 });
    const plans = LAYERS.flatMap((layer) => {
      const graph = graphOf(caseOf(layer));
      const present = graph.gradients.flatMap((g, i) => (g === null ? [] : [[`g${i}`, g]]));
      const outputs = { y: graph.output, ...Object.fromEntries(present) };
      const program = session.compile({ outputs, updates: [] });
      return (program.profile?.().kernels ?? []).map(({ family, plan }) => ({ family, plan }));
    });
    await session.close();
    const short = plans.filter(({ family, plan }) => {
      const [chunks, tiles] = [plan.chunks as number, plan.tiles as number];
      const { perImage } = (plan.tiling ?? {}) as { perImage: number };
      const total = ((plan.y ?? []) as number[])[0] * perImage;
      return family === 'winogradKernelGradient' && chunks > 1 && total < chunks * tiles;
    });
    expect(short.length).toBeGreaterThan(0);
    const parted = plans.filter(({ family, plan }) => {
      const { perImage } = (plan.tiling ?? {}) as { perImage: number };
      const total = ((plan.y ?? []) as number[])[0] * perImage;
      return (
        family === 'winogradConv2d' && (plan.parts as number) > 1 && total > (plan.block as number)
      );
    });
    expect(parted.length).toBeGreaterThan(0);
  });

  it('gives the same bits for any number of threads', async () => {
    const layer = LAYERS[5];
    const graph = graphOf(caseOf(layer));
    const numbers = caseNumbers(caseOf(layer), graph);
    const results = [];
    for (const threads of [1, 2, 3]) {
      const session = await open({ threads });
      results.push(await runOn(session, graph, numbers));
      await session.close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('can be turned off, and says in the plan why it was not taken', async () => {
    const graph = graphOf(caseOf(LAYERS[2]));
    const session = await wasmBackend.open({ threads: 1, winograd: 'off' });
    const program = session.compile({ outputs: { y: graph.output }, updates: [] });
    const [kernel] = (program.profile?.().kernels ?? []).filter(
      ({ family }) => family === 'directConv2d',
    );
    expect(kernel.plan.winograd).toBe('turned off');
    await session.close();
  });
});

/**
 * Of the largest magnitude of each tensor; 64 channels and filters, 3 images, numbers of mean 0 and variance 1.
 * Measured (y, dx, dw): 3.3e-7, 4.0e-7, 2.6e-7; 1.8e-6, 2.2e-6, 1.4e-6; 6.8e-6, 8.3e-6, 3.6e-6; 1.5e-6, 1.8e-6,
 * 0.9e-6; 5.6e-6, 6.7e-6, 7.8e-6.
 */
const ERRORS = [
  { variant: 'F(2x2,3x3)', kernel: 3, size: 6, y: 5e-7, dx: 5e-7, dw: 6e-7 },
  { variant: 'F(4x4,3x3)', kernel: 3, size: 16, y: 4e-6, dx: 4e-6, dw: 3e-6 },
  { variant: 'F(5x5,3x3)', kernel: 3, size: 15, y: 1e-5, dx: 1e-5, dw: 8e-6 },
  { variant: 'F(2x2,5x5)', kernel: 5, size: 2, y: 4e-6, dx: 4e-6, dw: 1e-5 },
  { variant: 'F(4x4,5x5)', kernel: 5, size: 16, y: 1e-5, dx: 1e-5, dw: 2e-5 },
] as const;

describe('error against float64', () => {
  it.each(ERRORS)('$variant: $y forward, $dx and $dw of the gradients', async (stated) => {
    const { variant, kernel, size } = stated;
    const layer: Layer = {
      kernel,
      size: [3, size, size],
      channels: 64,
      filters: 64,
      padding: 'same',
    };
    const test = caseOf(layer);
    const graph = graphOf(test);
    const numbers = caseNumbers(test, graph);
    const expected = judged(graph, numbers);
    const session = await open({ threads: 2 });
    const families = convolutionsOf(session, graph);
    expect(families).toContain(`winogradConv2d ${variant}`);
    expect(families).toContain(`winogradKernelGradient ${variant}`);
    const actual = await runOn(session, graph, numbers);
    await session.close();
    const [dx, dw] = actual.gradients;
    expectClose(actual.output, expected.output, stated.y, 'y');
    expectClose(dx!, expected.gradients[0]!, stated.dx, 'dx');
    expectClose(dw!, expected.gradients[1]!, stated.dw, 'dw');
  });
});
