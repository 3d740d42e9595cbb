/** @file Pairs run where they are right and faster; where not, a session keeps to 128-bit lanes and says why. */
import { spawnSync } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import v8 from 'node:v8';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inputNode } from '../../../graph/node.ts';
import { build } from '../../../ops/index.ts';
import type { TileLoop } from '../emit/language/tile.ts';
import type { Target } from '../kernel.ts';

beforeEach(() => vi.resetModules());
afterEach(() => {
  vi.doUnmock('../emit/language/tile.ts');
  vi.doUnmock('../emit/language/math.ts');
  vi.doUnmock('./peak.ts');
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

/** What a session says of itself, after it has computed a product. */
async function planOf(revectorize: 'auto' | 'off'): Promise<{ plan: string; pairs: boolean }> {
  const { wasmBackend } = await import('../index.ts');
  const session = await wasmBackend.open({ threads: 1, revectorize });
  const product = build('matmul', [inputNode('a', [8, 8]), inputNode('b', [8, 32])]);
  const program = session.compile({ outputs: { product }, updates: [] });
  program.input('a').fill(2);
  program.input('b').fill(3);
  program.run();
  expect([...new Set(await program.output('product'))]).toEqual([48]);
  await session.close();
  return { plan: session.plan, pairs: (session as unknown as { target: Target }).target.pairs };
}

/** The calls that set V8's flags from here on. */
function watchFlags() {
  const flags = vi.spyOn(v8, 'setFlagsFromString');
  syncBuiltinESMExports();
  return flags;
}

/** A tile loop that forgets its last step, as a wrong fusion might. */
function breakTiles(): void {
  vi.doMock('../emit/language/tile.ts', async (original) => {
    const real = await original<typeof import('../emit/language/tile.ts')>();
    return {
      ...real,
      tileLoop: (f: never, m: never, acc: never, loop: TileLoop) =>
        real.tileLoop(f, m, acc, { ...loop, steps: Math.min(36, loop.steps) }),
    };
  });
}

/** Loops that take so many milliseconds: one compiled before the flag is set, one after. */
function timeLoops(...milliseconds: readonly number[]): void {
  const left = [...milliseconds];
  vi.doMock('./peak.ts', () => ({
    peakLoop: () => {
      const wait = left.shift() ?? 0;
      const run = () => {
        for (const end = performance.now() + wait; performance.now() < end; );
      };
      return { flops: 0, run };
    },
  }));
}

describe('pairs', () => {
  it('passes here, and pairs are used', async ({ skip }) => {
    const { probeFeatures } = await import('./features.ts');
    if (!probeFeatures().relaxedMadd) skip('this runtime has no relaxed SIMD');
    const { plan, pairs } = await planOf('auto');
    if (plan.includes('no faster')) skip('this processor has no pairs');
    expect(plan).toContain('256-bit pairs');
    expect(plan).toContain('self-check passed');
    expect(pairs).toBe(true);
  });

  it('sees a wrong sum: 128-bit lanes run, the flag is off again', async () => {
    breakTiles();
    timeLoops(1, 0.5);
    const flags = watchFlags();
    const { selfCheck } = await import('./selfCheck.ts');
    expect(selfCheck()).toBe(false);
    const { plan, pairs } = await planOf('auto');
    expect(plan).toContain('128-bit lanes');
    expect(plan).toContain('self-check of pairs failed');
    expect(pairs).toBe(false);
    expect(flags.mock.calls.at(-1)?.[0]).toMatch(/^--no-(experimental-)?wasm-revectorize$/);
  });

  it('sees lanes that differ between pairs and single vectors', async () => {
    let emitted = 0;
    vi.doMock('../emit/language/math.ts', async (original) => {
      const real = await original<typeof import('../emit/language/math.ts')>();
      const tanh: typeof real.tanh = (f, m, x) => {
        const y = real.tanh(f, m, x);
        // The second vector of the pair comes out as its input.
        return emitted++ === 1 ? x : y;
      };
      return { ...real, tanh };
    });
    const { selfCheck } = await import('./selfCheck.ts');
    expect(selfCheck()).toBe(false);
  });

  it('sees a module that does not compile', async () => {
    const { selfCheck } = await import('./selfCheck.ts');
    vi.spyOn(WebAssembly, 'Module').mockImplementation(function refuse() {
      throw new WebAssembly.CompileError('no such opcode');
    });
    expect(selfCheck()).toBe(false);
  });

  it('that are right and no faster are not used: the flag is off again', async ({ skip }) => {
    const { probeFeatures } = await import('./features.ts');
    if (!probeFeatures().relaxedMadd) skip('this runtime has no relaxed SIMD');
    timeLoops(1, 0.95);
    const flags = watchFlags();
    const { plan, pairs } = await planOf('auto');
    expect(plan).toContain('128-bit lanes');
    expect(plan).toContain('pairs are no faster here');
    expect(pairs).toBe(false);
    expect(flags.mock.calls.at(-1)?.[0]).toMatch(/^--no-(experimental-)?wasm-revectorize$/);
  });

  it('that are slower by the clock and faster at their best are used', async () => {
    const { gainOf } = await import('./pairs.ts');
    let calls = 0;
    const busy = (milliseconds: number) => {
      for (const end = performance.now() + milliseconds; performance.now() < end; );
    };
    // Every other fast run is held up by something else.
    const gain = gainOf(
      () => busy(1),
      () => busy(calls++ % 2 === 0 ? 3 : 0.5),
    );
    expect(gain).toBeGreaterThan(1.15);
  });

  it('is not asked when pairs are turned off', async () => {
    breakTiles();
    const flags = watchFlags();
    const { plan, pairs } = await planOf('off');
    expect(plan).toContain('128-bit lanes');
    expect(plan).toContain('pairs turned off');
    expect(pairs).toBe(false);
    expect(flags).not.toHaveBeenCalled();
  });
});

describe("the flag's name", () => {
  it('is the one that this V8 has', async () => {
    const { pairsFlag } = await import('../host.node.ts');
    expect(pairsFlag('11.3.244.8-node.30')).toBe('experimental-wasm-revectorize');
    expect(pairsFlag('14.6.202.34-node.34')).toBe('experimental-wasm-revectorize');
    expect(pairsFlag('15.6.3')).toBe('wasm-revectorize');
    expect(pairsFlag('16.0')).toBe('wasm-revectorize');
  });

  it('is asked of the runtime where no version tells it', async () => {
    const { pairsFlag } = await import('../host.node.ts');
    const { stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
    const own = /--((?:experimental-)?wasm-revectorize) /.exec(stdout)?.[1];
    expect(own).toBeDefined();
    for (const version of ['15.0.1', '']) expect(pairsFlag(version)).toBe(own);
  });
});
