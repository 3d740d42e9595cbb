import { expect, it } from 'vitest';
import { inputNode } from '../../../../graph/node.ts';
import { build } from '../../../../ops/index.ts';
import { wasmBackend } from '../../index.ts';

/** Whole numbers, so that sums are exact in any order. */
const whole = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => ((i * 7 + seed * (i % 13)) % 11) - 5);

it.each([
  [70, 513, 300],
  [70, 1030, 150],
])('a packed product of %i x %i and %i columns goes through all its blocks', async (M, K, N) => {
  await using session = await wasmBackend.open({ threads: 1 });
  const [a, b] = [inputNode('a', [M, K]), inputNode('b', [K, N])];
  const program = session.compile({ outputs: { y: build('matmul', [a, b]) }, updates: [] });
  const [x, w] = [whole(M * K, 3), whole(K * N, 5)];
  program.input('a').set(x);
  program.input('b').set(w);
  program.run();
  const expected = Array.from({ length: M * N }, (_, i) => {
    const [row, column] = [Math.floor(i / N), i % N];
    let sum = 0;
    for (let k = 0; k < K; k++) sum += x[row * K + k] * w[k * N + column];
    return sum;
  });
  expect(Array.from(await program.output('y'))).toEqual(expected);
});
