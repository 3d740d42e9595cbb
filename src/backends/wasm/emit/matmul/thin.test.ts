import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../../base/random.ts';
import { inputNode } from '../../../../graph/node.ts';
import { build } from '../../../../ops/index.ts';
import { wasmBackend } from '../../index.ts';

/** A (M, K), B (K, N) and a bias (N). */
interface Layer {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly bias: Float32Array;
}

function drawn(M: number, K: number, N: number): Layer {
  const random = new RandomStream(3, 'layer');
  const numbers = (length: number) =>
    Float32Array.from({ length }, () => random.uniform(-0.5, 0.5));
  return { a: numbers(M * K), b: numbers(K * N), bias: numbers(N) };
}

/** The same of the first columns. */
function narrowed({ a, b, bias }: Layer, columns: number): Layer {
  const N = bias.length;
  const B = new Float32Array((b.length / N) * columns);
  for (let k = 0; k < b.length / N; k++) B.set(b.subarray(k * N, k * N + columns), k * columns);
  return { a, b: B, bias: bias.slice(0, columns) };
}

/** max(A B + bias, 0). */
async function answer({ a, b, bias }: Layer, threads: number) {
  const N = bias.length;
  const K = b.length / N;
  await using session = await wasmBackend.open({ threads });
  const inputs = [inputNode('a', [a.length / K, K]), inputNode('b', [K, N])];
  const sum = build('add', [build('matmul', inputs), inputNode('bias', [N])]);
  const program = session.compile({ outputs: { y: build('relu', [sum]) }, updates: [] });
  program.input('a').set(a);
  program.input('b').set(b);
  program.input('bias').set(bias);
  program.run();
  const kernels = program.profile?.().kernels ?? [];
  return { kernels, y: Float32Array.from(await program.output('y')) };
}

/** Columns of a B that caches hold. */
const NARROW = 9001;

describe('a product of few rows by a matrix that caches do not hold', () => {
  // Whole strips and tiles, and columns left over of both; whole groups of rows of B, and rows left over.
  it.each([
    [1, 72, 20_000],
    [2, 37, 30_011],
    [3, 11, 100_003],
  ])(
    '%i rows, %i steps, %i columns: the bits of a narrow product, on any number of threads',
    async (M, K, N) => {
      const layer = drawn(M, K, N);
      const narrow = await answer(narrowed(layer, NARROW), 1);
      const wide = await answer(layer, 1);
      expect(narrow.kernels.map(({ family }) => family)).toEqual(['matmulThin']);
      expect(wide.kernels.map(({ family }) => family)).toEqual(['matmulThin']);
      expect(narrow.kernels[0]?.plan).toMatchObject({ tiles: 1, steps: K });
      expect(wide.kernels[0]?.plan).toMatchObject({
        tiles: expect.toSatisfy((n) => n > 1),
        steps: Math.min(K, 32),
      });
      for (let row = 0; row < M; row++) {
        const of = (y: Float32Array, columns: number) =>
          y.subarray(row * columns, row * columns + NARROW);
        expect(of(wide.y, N)).toEqual(of(narrow.y, NARROW));
      }
      const last = layer.a
        .subarray(0, K)
        .reduce((sum, x, k) => sum + x * (layer.b[k * N + N - 1] ?? 0), layer.bias[N - 1] ?? 0);
      expect(wide.y[N - 1]).toBeCloseTo(Math.max(0, last), 4);
      expect((await answer(layer, 2)).y).toEqual(wide.y);
    },
  );
});
