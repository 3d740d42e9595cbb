import { afterAll, describe, expect, it } from 'vitest';
import { skipped } from '../../../test/support/doors.ts';
import { softwareGpu } from '../../../test/support/softwareGpu.ts';
import { inputNode, stateNode } from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import { webgpuBackend } from './index.ts';

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
  });
