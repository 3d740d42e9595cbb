import { afterAll, describe, expect, it } from 'vitest';
import { skipped } from '../../../test/support/doors.ts';
import { softwareGpu } from '../../../test/support/softwareGpu.ts';
import { unreachable } from '../../base/errors.ts';
import { deviceKernelShares } from '../../bench/kernels.ts';
import { constantNode, inputNode, stateNode } from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import { webgpuBackend } from './index.ts';
import { planProgram } from './program/plan.ts';
import { Program } from './program/program.ts';

const gpu = await softwareGpu();

if (typeof gpu === 'string') skipped('WebGPU sessions', gpu);
else
  describe('a WebGPU session', () => {
    const opened = webgpuBackend.open({ gpu });
    afterAll(async () => (await opened).close());

    it('names its adapter, and that it is software', async () => {
      expect((await opened).plan).toMatch(/^webgpu, SwiftShader .*\(software\)$/);
    });

    it('is passed over where the best backend is looked for', async () => {
      await expect(webgpuBackend.open({ gpu }, [])).rejects.toThrow(/SwiftShader/);
    });

    it('steps a state in place, and shows what it was', async () => {
      const session = await opened;
      const x = inputNode('x', [2, 3]);
      const w = stateNode('w', [3]);
      const sum = build('sumTo', [x], { shape: [3] });
      const next = build('add', [w, sum]);
      const program = session.compile({
        outputs: { before: w, total: build('sumTo', [next], { shape: [] }) },
        updates: [{ state: w, value: next }],
      });
      session.writeState('w', [10, 20, 30]);
      program.input('x').set([1, 2, 3, 4, 5, 6]);
      program.run();
      expect([...(await program.output('before'))]).toEqual([10, 20, 30]);
      expect([...(await program.output('total'))]).toEqual([81]);
      program.input('x').fill(1);
      program.run();
      expect([...(await session.readState('w'))]).toEqual([17, 29, 41]);
      program.close();
    });

    it('times each kernel beside what the adapter reaches', async () => {
      const session = await opened;
      const [a, b] = [inputNode('a', [64, 64]), inputNode('b', [64, 64])];
      const product = build('matmul', [a, b], {}, 'product');
      const total = build('sumTo', [product], { shape: [] });
      const program = session.compile({ outputs: { total }, updates: [] });
      const { kernels, peakMultiplyAdds, peakBytes } = await program.profileOnDevice!(50);
      expect(kernels.map(({ family }) => family)).toEqual(['matmul', 'sumTo']);
      expect(kernels[0]).toMatchObject({ multiplyAdds: 64 ** 3, bytes: 3 * 4 * 64 ** 2 });
      for (const { medianMs } of kernels) expect(medianMs).toBeGreaterThan(0);
      for (const peak of [peakMultiplyAdds, peakBytes]) expect(peak).toBeGreaterThan(1000);
      program.close();
    });

    it('says what share of the peak matrix products reach', async () => {
      const [row] = await deviceKernelShares(await opened, 20, [[32, 32, 32]]);
      expect(row).toMatchObject({ plan: 'webgpu', size: '32x32 by 32x32' });
      expect(row!.share).toBeCloseTo(row!.gflops / row!.peak);
      expect(row!.gflops).toBeGreaterThan(0);
    });

    it('says what the adapter refused, of one program and no other', async () => {
      const session = await opened;
      const x = inputNode('x', [4]);
      const good = session.compile({ outputs: { y: build('neg', [x]) }, updates: [] });
      session.device.check();
      const { refused } = session.device.watched(() => {
        session.device.pipeline('fn main() { nonsense }', []).get();
      });
      expect(String(await refused)).toMatch(/refused a kernel: [\s\S]*nonsense/);
      good.input('x').set([1, -2, 3, 0]);
      good.run();
      await good.finished!();
      expect([...(await good.output('y'))]).toEqual([-1, 2, -3, -0]);
      good.close();
    });

    it('compiles beside one another for those who wait, on the spot for those who do not', async () => {
      const session = await opened;
      const { createComputePipeline } = session.device.device;
      let onTheSpot = 0;
      session.device.device.createComputePipeline = function (descriptor) {
        onTheSpot++;
        return createComputePipeline.call(this, descriptor);
      };
      try {
        const program = (factor: number) => {
          const y = build('mul', [inputNode('x', [4]), constantNode(factor)]);
          return session.compile({ outputs: { y }, updates: [] });
        };
        const [waits, runs] = [program(7), program(8)];
        await waits.ready!();
        waits.run();
        expect(onTheSpot).toBe(0);
        runs.run();
        expect(onTheSpot).toBe(1);
        runs.close();
        waits.close();
      } finally {
        session.device.device.createComputePipeline = createComputePipeline;
      }
    });

    it('asks to wait once a few runs are under way', async () => {
      const session = await opened;
      const x = inputNode('x', [4]);
      const program = session.compile({ outputs: { y: build('neg', [x]) }, updates: [] });
      // Texts are compiled.
      await program.ready!();
      const waits: boolean[] = [];
      for (let i = 0; i < 9; i++) {
        program.run();
        const waiting = program.ready!();
        waits.push(waiting !== undefined);
        await waiting;
      }
      expect(waits).toEqual([false, false, true, false, false, true, false, false, true]);
      program.close();
    });

    it('takes large inputs while runs are under way, each run its own', async () => {
      const session = await opened;
      const x = inputNode('x', [2 ** 17]);
      const sum = stateNode('sum', [2 ** 17]);
      const next = build('add', [sum, x]);
      const program = session.compile({ outputs: {}, updates: [{ state: sum, value: next }] });
      for (let run = 0; run < 8; run++) {
        program.input('x').fill(2 ** run);
        program.run();
        if (run % 3 === 2) await program.finished!();
      }
      expect(new Set(await session.readState('sum'))).toEqual(new Set([255]));
      program.close();
    });

    it('says that the adapter was lost, whatever is asked of it then', async () => {
      const session = await webgpuBackend.open({ gpu });
      const x = inputNode('x', [4]);
      const program = session.compile({ outputs: { y: build('neg', [x]) }, updates: [] });
      program.run();
      await program.output('y');
      session.device.device.destroy();
      await session.device.device.lost;
      expect(() => program.run()).toThrow(/the graphics adapter was lost[\s\S]*checkpoint/);
      await expect(program.output('y')).rejects.toThrow(/was lost/);
      expect(() => session.compile({ outputs: { y: build('neg', [x]) }, updates: [] })).toThrow(
        /was lost/,
      );
      await session.close();
    });

    it('folds long runs over two dimensions of workgroups, the last ones without work', async () => {
      const { device, target } = await opened;
      const x = inputNode('x', [1000]);
      const y = build('add', [x, constantNode(1)]);
      const rows = build('sumTo', [build('reshape', [x], { shape: [20, 50] })], { shape: [20, 1] });
      const folded = { ...target, maxGroups: 5 };
      const plan = planProgram({ outputs: { y, rows }, updates: [] }, folded);
      for (const { workgroups } of plan.dispatches)
        for (const count of workgroups) expect(count).toBeLessThanOrEqual(5);
      const program = new Program(device, plan, () => unreachable('no states'));
      program.input('x').forEach((_, i, to) => {
        to[i] = i;
      });
      program.run();
      expect([...(await program.output('y'))]).toEqual(
        Array.from({ length: 1000 }, (_, i) => i + 1),
      );
      expect([...(await program.output('rows'))]).toEqual(
        Array.from({ length: 20 }, (_, r) => 50 * (50 * r) + 1225),
      );
      program.close();
    });
  });
