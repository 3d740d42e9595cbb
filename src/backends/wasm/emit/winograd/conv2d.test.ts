import { afterAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../../base/random.ts';
import { inputNode, stateNode } from '../../../../graph/node.ts';
import { build } from '../../../../ops/index.ts';
import { wasmBackend } from '../../index.ts';
import type { WasmOptions } from '../../options.ts';

const CHANNELS = 137;
/** So many filters that caches do not hold their transformed weights, and filters whose weights they do. */
const FILTERS = 530;
const NARROW = 70;

function numbers(length: number, name: string): Float32Array {
  const random = new RandomStream(3, name);
  return Float32Array.from({ length }, () => random.uniform(-0.5, 0.5));
}

/** The first filters of each row. */
function narrowed(wide: Float32Array): Float32Array {
  const narrow = new Float32Array((wide.length / FILTERS) * NARROW);
  for (let row = 0; row < narrow.length / NARROW; row++)
    narrow.set(wide.subarray(row * FILTERS, row * FILTERS + NARROW), row * NARROW);
  return narrow;
}

const OPTIONS = {
  alone: { threads: 1, winograd: 'always' },
  shared: { threads: 2, winograd: 'always' },
  plain: { threads: 1, winograd: 'off' },
} as const satisfies Readonly<Record<string, WasmOptions>>;

describe('a Winograd convolution of few tiles', () => {
  const weights = numbers(9 * CHANNELS * FILTERS, 'weights');
  const sessions = {
    alone: wasmBackend.open(OPTIONS.alone),
    shared: wasmBackend.open(OPTIONS.shared),
    plain: wasmBackend.open(OPTIONS.plain),
  };
  afterAll(async () => {
    for (const session of Object.values(sessions)) await (await session).close();
  });

  /** Of a few pictures of `side` x `side`, by weights that are prepared for many runs. */
  async function answer(
    w: Float32Array,
    [count, side]: readonly [number, number],
    name: keyof typeof sessions,
  ) {
    const scope = (await sessions[name]).scopeOf();
    const x = inputNode('x', [count, side, side, CHANNELS]);
    const kernel = stateNode('w', [3, 3, CHANNELS, w.length / (9 * CHANNELS)]);
    const sides = [1, 1];
    const attrs = { strides: [1, 1], dilation: [1, 1], pads: [sides, sides], groups: 1 };
    const node = build('conv2d', [x, kernel], attrs);
    const program = scope.compile({ outputs: { y: node }, updates: [] });
    scope.writeState('w', w);
    program.input('x').set(numbers(count * side * side * CHANNELS, 'pictures'));
    program.run();
    const kernels = program.profile?.().kernels ?? [];
    const plan = kernels.find(({ family }) => /conv2d$/i.test(family))?.plan;
    return { plan, y: Float32Array.from(await program.output('y')) };
  }

  it.each([
    { size: [1, 7] as const, rowTiles: [6, 5, 5] },
    { size: [1, 4] as const, rowTiles: [4] },
    { size: [2, 5] as const, rowTiles: [6, 6, 6] },
  ])(
    'fetches weights that caches do not hold, and gives the same bits: $size',
    async ({ size, rowTiles }) => {
      const wide = await answer(weights, size, 'alone');
      const narrow = await answer(narrowed(weights), size, 'alone');
      expect(wide.plan).toMatchObject({ variant: 'F(2x2,3x3)', fetches: true, rowTiles });
      expect(narrow.plan).toMatchObject({ fetches: false, rowTiles });
      expect(narrowed(wide.y)).toEqual(narrow.y);
      expect((await answer(weights, size, 'shared')).y).toEqual(wide.y);
      const plain = await answer(weights, size, 'plain');
      expect(plain.plan).toMatchObject({ winograd: 'turned off' });
      const apart = wide.y.map((value, i) => Math.abs(value - (plain.y[i] ?? Number.NaN)));
      expect(Math.max(...apart)).toBeLessThan(2e-4);
    },
  );

  it('and of more tiles does neither', async () => {
    const { plan } = await answer(weights, [1, 9], 'alone');
    expect(plan).toMatchObject({ variant: 'F(2x2,3x3)', fetches: false });
    expect(plan).not.toHaveProperty('rowTiles');
  });
});
