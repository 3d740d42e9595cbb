/**
 * @file How wrong Winograd can be: many channels, inputs made to hurt it, numbers that are none.
 *
 * Judged by the sum itself in float64 at a few hundred places of each tensor. `docs/numerics.md` says what follows.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Session } from '../../src/backends/backend.ts';
import { wasmBackend } from '../../src/backends/wasm/index.ts';
import type { WasmOptions } from '../../src/backends/wasm/options.ts';
import { RandomStream } from '../../src/base/random.ts';
import { batchInput, inputNode } from '../../src/graph/node.ts';
import { build } from '../../src/ops/index.ts';

interface Problem {
  readonly kernel: 3 | 5;
  readonly size: number;
  readonly channels: number;
  readonly filters: number;
}

interface Numbers {
  /** (1, size, size, channels) */
  readonly x: Float32Array;
  /** (kernel, kernel, channels, filters) */
  readonly w: Float32Array;
  /** (1, size, size, filters) */
  readonly dy: Float32Array;
}

const PLACES = 200;

const normals = (length: number, name: string): Float32Array => {
  const random = new RandomStream(7, name);
  return Float32Array.from({ length }, () => random.normal());
};

function numbersOf({ kernel, size, channels, filters }: Problem): Numbers {
  return {
    x: normals(size * size * channels, 'x'),
    w: normals(kernel * kernel * channels * filters, 'w'),
    dy: normals(size * size * filters, 'dy'),
  };
}

/** y and dw of a convolution with padding 'same'. */
async function run(session: Session, problem: Problem, { x, w, dy }: Numbers) {
  const { kernel, size, channels, filters } = problem;
  const half = (kernel - 1) / 2;
  const sides = [half, half];
  const attrs = { strides: [1, 1], dilation: [1, 1], groups: 1, pads: [sides, sides] };
  const kernelShape = [kernel, kernel, channels, filters];
  const nodes = {
    x: batchInput('x', [1, size, size, channels]),
    w: inputNode('w', kernelShape),
    dy: batchInput('dy', [1, size, size, filters]),
  };
  const outputs = {
    y: build('conv2d', [nodes.x, nodes.w], attrs),
    dw: build('conv2dKernelGradient', [nodes.x, nodes.dy], { ...attrs, kernelShape }),
  };
  const program = session.compile({ outputs, updates: [] });
  program.input('x').set(x);
  program.input('w').set(w);
  program.input('dy').set(dy);
  program.run();
  const variants = (program.profile?.().kernels ?? []).flatMap(({ plan }) => plan.variant ?? []);
  const result = {
    y: (await program.output('y')).slice(),
    dw: (await program.output('dw')).slice(),
    variants: variants as string[],
  };
  program.close();
  return result;
}

/** One number of y in float64. */
function exactY(
  { kernel, size, channels, filters }: Problem,
  { x, w }: Numbers,
  at: number,
): number {
  const [o, column, row] = [
    at % filters,
    Math.floor(at / filters) % size,
    Math.floor(at / filters / size),
  ];
  let sum = 0;
  for (let i = 0; i < kernel * kernel; i++) {
    const [y, z] = [
      row + Math.floor(i / kernel) - (kernel - 1) / 2,
      column + (i % kernel) - (kernel - 1) / 2,
    ];
    if (y < 0 || z < 0 || y >= size || z >= size) continue;
    for (let c = 0; c < channels; c++)
      sum += x[(y * size + z) * channels + c] * w[(i * channels + c) * filters + o];
  }
  return sum;
}

/** One number of dw in float64. */
function exactDw(
  { kernel, size, channels, filters }: Problem,
  { x, dy }: Numbers,
  at: number,
): number {
  const [o, c, tap] = [
    at % filters,
    Math.floor(at / filters) % channels,
    Math.floor(at / filters / channels),
  ];
  const [down, across] = [
    Math.floor(tap / kernel) - (kernel - 1) / 2,
    (tap % kernel) - (kernel - 1) / 2,
  ];
  let sum = 0;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const [y, z] = [row + down, column + across];
      if (y < 0 || z < 0 || y >= size || z >= size) continue;
      sum += x[(y * size + z) * channels + c] * dy[(row * size + column) * filters + o];
    }
  return sum;
}

/** The largest error at random places, of the largest magnitude. */
function errorOf(found: ArrayLike<number>, exact: (at: number) => number): number {
  const random = new RandomStream(3, 'places');
  let [scale, worst] = [0, 0];
  for (let i = 0; i < found.length; i++) scale = Math.max(scale, Math.abs(found[i]));
  for (let i = 0; i < PLACES; i++) {
    const at = random.integer(found.length);
    worst = Math.max(worst, Math.abs(found[at] - exact(at)));
  }
  return worst / scale;
}

async function errors(session: Session, problem: Problem, numbers: Numbers) {
  const { y, dw, variants } = await run(session, problem, numbers);
  return {
    variants,
    y: errorOf(y, (at) => exactY(problem, numbers, at)),
    dw: errorOf(dw, (at) => exactDw(problem, numbers, at)),
  };
}

const open = (options: WasmOptions) => wasmBackend.open({ threads: 2, ...options });

describe('Winograd against float64', () => {
  const opened = open({ winograd: 'always' });
  const direct = open({ winograd: 'off' });
  afterAll(async () => {
    await (await opened).close();
    await (await direct).close();
  });

  /** Of the largest number of the tensor; forward and kernel gradient. */
  it.each([
    { kernel: 3, channels: 64, y: 2.5e-6, dw: 1.5e-6 },
    { kernel: 3, channels: 256, y: 5e-6, dw: 1.5e-6 },
    { kernel: 3, channels: 512, y: 8e-6, dw: 1.5e-6 },
    { kernel: 5, channels: 64, y: 7e-6, dw: 4e-6 },
    { kernel: 5, channels: 256, y: 1e-5, dw: 4e-6 },
    { kernel: 5, channels: 512, y: 1.6e-5, dw: 4e-6 },
  ] as const)('$kernel x $kernel, $channels channels: $y and $dw', async (stated) => {
    const { kernel, channels } = stated;
    const problem = { kernel, size: 16, channels, filters: 32 };
    const numbers = numbersOf(problem);
    const found = await errors(await opened, problem, numbers);
    expect(found.variants.filter((name) => name.startsWith('F'))).toHaveLength(3);
    expect(found.y).toBeLessThan(stated.y);
    expect(found.dw).toBeLessThan(stated.dw);
    const plain = await errors(await direct, problem, numbers);
    expect(plain.variants).toEqual([]);
    expect(plain.y).toBeLessThan(stated.y / 2);
  });

  it('is as right for numbers of any size: transforms are linear', async () => {
    const problem = { kernel: 5, size: 16, channels: 64, filters: 16 } as const;
    const numbers = numbersOf(problem);
    const scaled = { ...numbers, x: numbers.x.map((v) => v * 2 ** 20) };
    const session = await opened;
    expect(await errors(session, problem, scaled)).toEqual(await errors(session, problem, numbers));
  });

  it('is hurt most by signs that agree with a row of its transforms, and then within 1e-5', async () => {
    const session = await opened;
    for (const kernel of [3, 5] as const) {
      const problem = { kernel, size: 16, channels: 64, filters: 16 };
      const { x, w, dy } = numbersOf(problem);
      // Alternating along both axes: large in the transform, all but cancelled in the results.
      const { size, channels } = problem;
      const alternating = x.map((v, i) => {
        const pixel = Math.floor(i / channels);
        return Math.abs(v) * ((pixel + Math.floor(pixel / size)) % 2 === 0 ? 1 : -1);
      });
      const smooth = w.map((v) => 1 + v / 1000);
      const found = await errors(session, problem, { x: alternating, w: smooth, dy });
      expect(found.y).toBeLessThan(1e-5);
    }
  });

  /** A pixel K times larger than the rest, seen by no output but through its tile: how far those go, of K. */
  it.each([
    { kernel: 3, most: 1e-6 },
    { kernel: 5, most: 2.5e-6 },
  ] as const)(
    '$kernel x $kernel: a large pixel moves what does not see it by $most of it',
    async ({ kernel, most }) => {
      const session = await opened;
      const problem = { kernel, size: 16, channels: 16, filters: 16 };
      const { size, channels, filters } = problem;
      const numbers = numbersOf(problem);
      const K = 1e6;
      const [row, column] = [7, 6];
      const spiked = numbers.x.slice();
      spiked[(row * size + column) * channels] = K;
      const { y: found } = await run(session, problem, { ...numbers, x: spiked });
      const reach = (kernel - 1) / 2;
      const largestWeight = numbers.w.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      let worst = 0;
      for (let at = 0; at < found.length; at++) {
        const [z, y] = [Math.floor(at / filters) % size, Math.floor(at / filters / size)];
        if (Math.abs(y - row) <= reach && Math.abs(z - column) <= reach) continue;
        worst = Math.max(worst, Math.abs(found[at] - exactY(problem, numbers, at)));
      }
      expect(worst / (K * largestWeight)).toBeLessThan(most);
      // It is felt, so the bound is about something.
      expect(worst).toBeGreaterThan(1e-3);
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    '%d spreads over its tiles and no further',
    async (value) => {
      for (const { kernel, side } of [
        { kernel: 3, side: 6 },
        { kernel: 5, side: 8 },
      ] as const) {
        const problem = { kernel, size: 24, channels: 16, filters: 16 };
        const { size, channels, filters } = problem;
        const numbers = numbersOf(problem);
        const [row, column] = [11, 13];
        numbers.x[(row * size + column) * channels] = value;
        const { y } = await run(await opened, problem, numbers);
        const reach = (kernel - 1) / 2;
        y.forEach((v, at) => {
          const [z, line] = [Math.floor(at / filters) % size, Math.floor(at / filters / size)];
          const away = Math.max(Math.abs(line - row), Math.abs(z - column));
          if (away <= reach) expect(Number.isFinite(v), `seen, ${away} away`).toBe(false);
          // A tile that reads the pixel has outputs less than its side away.
          if (away >= side) expect(Number.isFinite(v), `${away} away`).toBe(true);
        });
      }
    },
  );
});
