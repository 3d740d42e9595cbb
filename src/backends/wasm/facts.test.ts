/**
 * @file Kernels read what the op files state: where a test states something else, the kernels do something else.
 *
 * Each fact is changed in the op's own module, or in its data, before kernels are emitted.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Attrs, DType } from '../../graph/node.ts';

beforeEach(() => vi.resetModules());
afterEach(() => vi.resetModules());

interface Given {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly dtype?: DType;
}

/** The op on these inputs, by its kernel and by its plain loops, from modules loaded afresh. */
async function computed(op: string, given: readonly Given[], attrs: Attrs = {}) {
  const { wasmBackend } = await import('./index.ts');
  const { referenceBackend } = await import('../reference/index.ts');
  const { build } = await import('../../ops/index.ts');
  const { inputNode } = await import('../../graph/node.ts');
  const inputs = given.map(({ shape, dtype }, i) => inputNode(`x${i}`, shape, dtype));
  const graph = { outputs: { y: build(op, inputs, attrs) }, updates: [] };
  const results: number[][] = [];
  for (const backend of [wasmBackend, referenceBackend]) {
    const session = await backend.open({ threads: 1, revectorize: 'off' });
    const program = session.compile(graph);
    given.forEach(({ data }, i) => {
      program.input(`x${i}`).set(data);
    });
    program.run();
    results.push([...(await program.output('y'))]);
    await session.close();
  }
  return { kernel: results[0], loops: results[1] };
}

/** One row of pixels under windows of 3, and the arriving gradient of each. */
const WINDOWS = { window: [1, 3], strides: [1, 3], inputShape: [1, 1, 6, 1] };
const pooled = (pads = [0, 0]) => ({ ...WINDOWS, pads: [[0, 0], pads] });
const row = (...data: number[]): Given => ({ shape: [1, 1, data.length, 1], data });

describe('pooling', () => {
  async function withPooling(op: string, change: object) {
    const { opOf } = await import('../../ops/index.ts');
    Object.assign(opOf(op).pooling!, change);
  }

  it('combines pixels as its op says, from the identity that its op says', async () => {
    const x = [row(1, 2, 3, -4, -6, -5)];
    expect((await computed('maxPool2d', x, pooled())).kernel).toEqual([3, -4]);
    await withPooling('maxPool2d', { identity: 0 });
    expect(await computed('maxPool2d', x, pooled())).toEqual({ kernel: [3, 0], loops: [3, 0] });
    await withPooling('maxPool2d', { combine: 'add' });
    expect(await computed('maxPool2d', x, pooled())).toEqual({ kernel: [6, -15], loops: [6, -15] });
    await withPooling('maxPool2d', { mean: true });
    expect((await computed('maxPool2d', x, pooled())).kernel).toEqual([2, -5]);
  });

  it('gives the gradient to the pixel that its op says', async () => {
    const x = row(1, 7, 7, Number.NaN, 2, Number.NaN);
    const inputs = [x, row(7, Number.NaN), row(10, 100)];
    expect((await computed('maxPool2dGradient', inputs, pooled())).kernel).toEqual([
      0, 10, 0, 100, 0, 0,
    ]);
    await withPooling('maxPool2dGradient', { winner: ['equalsResult'] });
    const without = [0, 10, 0, 0, 0, 0];
    expect(await computed('maxPool2dGradient', inputs, pooled())).toEqual({
      kernel: without,
      loops: without,
    });
    await withPooling('maxPool2dGradient', { winner: undefined });
    expect((await computed('maxPool2dGradient', inputs, pooled())).kernel[0]).toBeCloseTo(10 / 3);
  });

  it('divides a mean by what averagePool2d.ts says', async () => {
    vi.doMock('../../ops/windows/averagePool2d.ts', async (original) => ({
      ...(await original<object>()),
      divisorOf: () => 'window',
    }));
    const x = [row(3, 3, 3, 3, 3)];
    const attrs = { ...pooled([1, 0]), countIncludePad: false };
    expect((await computed('averagePool2d', x, attrs)).kernel).toEqual([2, 3]);
    vi.doUnmock('../../ops/windows/averagePool2d.ts');
  });
});

describe('random numbers', () => {
  it('are those of the rounds in base/random.ts', async () => {
    const step: Given = { shape: [], data: [3], dtype: 'i32' };
    const attrs = { shape: [2, 9], seed: 5, stream: 7 };
    const before = await computed('randomUniform', [step], attrs);
    expect(before.kernel).toEqual(before.loops);
    vi.resetModules();
    const { MIX } = await import('../../base/random.ts');
    Object.assign(MIX, { lastShift: 13 });
    Object.assign(MIX.rounds[1], { factor: 0x735a2d99, shift: 14 });
    const after = await computed('randomUniform', [step], attrs);
    expect(after.kernel).toEqual(after.loops);
    expect(after.kernel).not.toEqual(before.kernel);
  });
});

describe('rows', () => {
  it('local response normalisation spans the channels that its op says', async () => {
    vi.doMock('../../ops/windows/localResponseNormalization.ts', async (original) => ({
      ...(await original<object>()),
      channelWindow: () => ({ below: 0, above: 0 }),
    }));
    const attrs = { size: 5, k: 1, alpha: 1, beta: 1 };
    const x = [{ shape: [1, 3], data: [1, 2, 3] }];
    const { kernel } = await computed('localResponseNormalization', x, attrs);
    vi.doUnmock('../../ops/windows/localResponseNormalization.ts');
    [1 / 2, 2 / 5, 3 / 10].forEach((y, i) => {
      expect(kernel[i]).toBeCloseTo(y, 6);
    });
  });

  it('cross-entropy adds up the terms that its op says', async () => {
    const logits: Given = { shape: [1, 2], data: [0, 0] };
    const label: Given = { shape: [1], data: [0], dtype: 'i32' };
    const targets: Given = { shape: [1, 2], data: [0, 1] };
    const dy: Given = { shape: [1], data: [8] };
    vi.doMock('../../ops/scores/crossEntropy.ts', async (original) => ({
      ...(await original<object>()),
      surprise: <N>(t: { mul(a: N, b: N): N }, { logSum }: { logSum: N }): N =>
        t.mul(logSum, logSum),
      logitGradient: <N>(t: { mul(a: N, b: N): N }, { share, dy: d }: { share: N; dy: N }): N =>
        t.mul(d, share),
    }));
    const square = Math.LN2 ** 2;
    const byLabel = await computed('softmaxCrossEntropy', [logits, label]);
    expect(byLabel.kernel[0]).toBeCloseTo(square, 5);
    const byTargets = await computed('categoricalCrossEntropy', [logits, targets]);
    expect(byTargets.kernel[0]).toBeCloseTo(square, 5);
    const gradient = await computed('categoricalCrossEntropyGradient', [logits, targets, dy]);
    expect(gradient.kernel.map((d) => Math.fround(d))).toEqual([4, 4]);
    vi.doUnmock('../../ops/scores/crossEntropy.ts');
  });

  it('top-k counts before the label what its op says', async () => {
    const logits: Given = { shape: [1, 3], data: [7, 7, 7] };
    const label: Given = { shape: [1], data: [1], dtype: 'i32' };
    expect((await computed('inTopK', [logits, label], { k: 1 })).kernel).toEqual([0]);
    vi.resetModules();
    vi.doMock('../../ops/scores/inTopK.ts', async (original) => ({
      ...(await original<object>()),
      rankAdded: <N, T>(r: { greater(a: N, b: N): T }, other: { logit: N }, own: { logit: N }): T =>
        r.greater(other.logit, own.logit),
    }));
    expect((await computed('inTopK', [logits, label], { k: 1 })).kernel).toEqual([1]);
    vi.doUnmock('../../ops/scores/inTopK.ts');
  });
});
