import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../../base/random.ts';
import { type Graph, inputNode } from '../../../../graph/node.ts';
import { build } from '../../../../ops/index.ts';
import type { Session } from '../../../backend.ts';
import { referenceBackend } from '../../../reference/index.ts';
import { wasmBackend } from '../../index.ts';

/** Two whole groups of channels, a vector and a half. */
const SHAPE = [2, 7, 10, 38] as const;

function graphOf(op: string, padded: boolean, window = [3, 3]): Graph {
  const side = padded ? [2, 1] : [0, 0];
  const attrs = { window, strides: [2, 2], pads: [side, side] };
  return { outputs: { y: build(op, [inputNode('x', SHAPE)], attrs) }, updates: [] };
}

/** Mostly zeros of either sign, then the kinds that win over them; none: a normal distribution. */
const KINDS = [[], [-1], [1], [-Infinity], [Infinity], [Number.NaN], [-1, 1, Number.NaN]];

function pixels(kinds: readonly number[]): Float32Array {
  const random = new RandomStream(7, 'pixels');
  const drawn = [-0, 0, -0, 0, -0, -0, ...kinds];
  return Float32Array.from({ length: SHAPE.reduce((a, b) => a * b, 1) }, () =>
    kinds.length === 0
      ? random.normal()
      : (drawn[Math.floor(random.uniform(0, drawn.length))] ?? 0),
  );
}

async function answer(session: Session, graph: Graph, x: Float32Array): Promise<number[]> {
  const program = session.compile(graph);
  program.input('x').set(x);
  program.run();
  return [...(await program.output('y'))];
}

describe.each(['auto', 'off'] as const)('pooling with fused pairs: %s', (revectorize) => {
  it.each([
    ['maxPool2d', false],
    ['maxPool2d', true],
    ['minPool2d', false],
    ['minPool2d', true],
  ] as const)('%s, padded %s: the plain loops to the sign of a zero', async (op, padded) => {
    await using session = await wasmBackend.open({ threads: 1, revectorize });
    await using plain = await referenceBackend.open({});
    const graph = graphOf(op, padded);
    for (const kinds of KINDS) {
      const x = pixels(kinds);
      const expected = await answer(plain, graph, x);
      const found = await answer(session, graph, x);
      const wrong = found.findIndex((value, i) => !Object.is(value, expected[i]));
      expect(wrong, `${found[wrong]} for ${expected[wrong]}, among ${kinds}`).toBe(-1);
    }
  });

  it.each([
    ['padded', true, [3, 3]],
    ['written out', false, [7, 9]],
    ['of more pixels than are written out', false, [7, 10]],
  ] as const)('an average: to the last digits, %s', async (_, padded, window) => {
    await using session = await wasmBackend.open({ threads: 1, revectorize });
    await using plain = await referenceBackend.open({});
    const graph = graphOf('averagePool2d', padded, [...window]);
    const expected = await answer(plain, graph, pixels([]));
    (await answer(session, graph, pixels([]))).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 6);
    });
  });
});
