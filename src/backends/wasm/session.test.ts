/**
 * @file What a session promises: the same bits for any number of threads, nothing read that was not
 * written, nothing allocated by a step.
 */
import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import {
  beginTraining,
  lenet5,
  oddNet,
  type Training,
} from '../../../test/support/trainingSteps.ts';
import { align } from '../../compile/memoryPlan.ts';
import { constantNode, inputNode, isSource, stateNode } from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import { wasmBackend } from './index.ts';
import { explain } from './program/explain.ts';
import type { WasmSession } from './session.ts';

const open = (threads: number, revectorize: 'auto' | 'off' = 'auto') =>
  wasmBackend.open({ threads, revectorize });

const NETS = [
  { name: 'lenet5', spec: lenet5, batch: 32, steps: 5, threads: [2, 4] },
  // A batch that no number of slices divides, and one row more than the slices have.
  { name: 'a net of odd sizes', spec: oddNet, batch: 29, steps: 5, threads: [3] },
  { name: 'a batch of 29 slices', spec: oddNet, batch: 259, steps: 2, threads: [2, 3, 4, 8, 16] },
];

describe.each(NETS)('$name', ({ spec, batch, steps, threads: counts }) => {
  const trained = async (threads: number): Promise<Record<string, Uint8Array>> => {
    const session = await open(threads);
    const training = beginTraining(session, spec, batch);
    for (let step = 0; step < steps; step++) training.step(step);
    const bits = await training.bits();
    await session.close();
    return bits;
  };

  it('trains to the same bits with 1 thread and with any number', async () => {
    const one = await trained(1);
    expect(Number.isFinite(new Float32Array(one.loss.buffer)[0])).toBe(true);
    for (const threads of counts) {
      const many = await trained(threads);
      for (const [name, bytes] of Object.entries(one))
        expect(Buffer.compare(many[name], bytes), `${name}, ${threads} threads`).toBe(0);
    }
  });

  it.each(['auto', 'off'] as const)(
    'computes the same from an arena of NaN (pairs: %s)',
    async (revectorize) => {
      const session = await open(2, revectorize);
      const training = beginTraining(session, spec, batch);
      const bits: Record<string, Uint8Array>[] = [];
      for (const poisoned of [false, true]) {
        for (let step = 0; step < 2; step++) {
          if (poisoned) poison(session, training);
          training.step(step);
        }
        bits.push(await training.bits());
        training.restart();
      }
      for (const name of Object.keys(bits[0]))
        expect(Buffer.compare(bits[1][name], bits[0][name]), name).toBe(0);
      await session.close();
    },
  );
});

/** NaN in all of the arena but its inputs and constants, and in the threads' scratch. */
function poison(session: WasmSession, { graph, program }: Training): void {
  const { memory, program: emitted } = explain(graph, session.target);
  const anchor = memory.placements.find(({ key }) => key.op === 'input');
  if (anchor === undefined) throw new Error('a training step without inputs');
  const arena = program.input(anchor.key.name).byteOffset - anchor.offset;
  const words = new Float32Array(session.memory.buffer);
  const kept = memory.placements.filter(({ key }) => isSource(key));
  const end = arena + align(memory.bytes) + emitted.scratchBytes * session.threads;
  let poisoned = 0;
  for (let at = arena; at < end; at += 4) {
    const offset = at - arena;
    const isKept = kept.some((p) => p.offset <= offset && offset < p.offset + align(p.bytes));
    if (isKept) continue;
    words[at / 4] = Number.NaN;
    poisoned++;
  }
  expect(poisoned * 4).toBeGreaterThan(memory.bytes / 2);
}

describe('a training step after the first ones', () => {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;

  it.each([1, 2])('leaves memory as it was for 1,000 steps, threads: %i', async (threads) => {
    const session = await open(threads);
    const { program, step } = beginTraining(session, lenet5, 16);
    step(0);
    const used = (): number => process.memoryUsage().heapUsed;
    const steps = (count: number): void => {
      for (let i = 0; i < count; i++) program.run();
    };
    // The engine has compiled what it compiles by then.
    steps(1300);
    collect();
    const bytes = session.memory.buffer.byteLength;
    const first = used();
    const made = (): number => {
      const start = used();
      const before = used();
      steps(1000);
      return used() - before - (before - start);
    };
    // The engine that runs the tests makes objects too, now and then; ours would be made every time.
    const rounds = [made(), made(), made()];
    collect();
    expect(session.memory.buffer.byteLength).toBe(bytes);
    // One object a step would be 16,000 bytes. A thread that sleeps makes one in the engine, for the timeout.
    if (threads === 1)
      expect(Math.min(...rounds), `bytes of objects made by 1,000 steps: ${rounds}`).toBeLessThan(
        8000,
      );
    expect(used() - first, 'bytes kept after a collection').toBeLessThan(8000);
    await session.close();
  });
});

describe('a program that changes no state', () => {
  const x = inputNode('x', [1, 24, 24, 32]);
  const kernel = stateNode('kernel', [3, 3, 32, 32]);
  const pads = [
    [1, 1],
    [1, 1],
  ];
  const attrs = { strides: [1, 1], dilation: [1, 1], pads, groups: 1 };
  const y = build('conv2d', [x, kernel], attrs);

  it('prepares its weights again when they were written to, or updated, and only then', async () => {
    const session = await wasmBackend.open({ threads: 2, winograd: 'always' });
    const infer = session.compile({ outputs: { y }, updates: [] });
    const doubled = build('mul', [kernel, constantNode(2)]);
    const update = session.compile({ outputs: {}, updates: [{ state: kernel, value: doubled }] });
    const calls = vi.spyOn(session.pool, 'run');
    const first = async (): Promise<number> => {
      calls.mockClear();
      infer.run();
      return (await infer.output('y'))[0];
    };
    infer.input('x').fill(1);
    session.writeState('kernel', new Float32Array(9 * 32 * 32).fill(0.5));
    const sum = await first();
    expect(sum).toBeCloseTo(4 * 32 * 0.5, 3);
    const whole = calls.mock.calls.length;
    expect([await first(), calls.mock.calls.length]).toEqual([sum, whole - 1]);
    session.writeState('kernel', new Float32Array(9 * 32 * 32).fill(1));
    expect([await first(), calls.mock.calls.length]).toEqual([2 * sum, whole]);
    update.run();
    expect([await first(), calls.mock.calls.length]).toEqual([4 * sum, whole]);
    expect([await first(), calls.mock.calls.length]).toEqual([4 * sum, whole - 1]);
    await session.close();
  });

  it('prepares nothing from its inputs, in whatever shape they are read', async () => {
    const session = await wasmBackend.open({ threads: 1 });
    const numbers = inputNode('numbers', [2, 3]);
    const row = build('reshape', [numbers], { shape: [6] });
    const outputs = {
      doubled: build('mul', [row, constantNode(2)]),
      sum: build('sumTo', [build('square', [row])], { shape: [] }),
    };
    const program = session.compile({ outputs, updates: [] });
    for (const value of [1, 3]) {
      program.input('numbers').fill(value);
      program.run();
      expect([...(await program.output('doubled'))]).toEqual(new Array(6).fill(2 * value));
      expect((await program.output('sum'))[0]).toBe(6 * value * value);
    }
    await session.close();
  });
});
