/** @file An adapter that has too little memory says so before anything runs, and what would fit. */
import { describe, expect, it } from 'vitest';
import { skipped } from '../../../test/support/doors.ts';
import { softwareGpu } from '../../../test/support/softwareGpu.ts';
import { inputNode, stateNode } from '../../graph/node.ts';
import { dense } from '../../nn/layers/dense.ts';
import { flatten } from '../../nn/layers/shapes/flatten.ts';
import { sequential } from '../../nn/sequential.ts';
import { build } from '../../ops/index.ts';
import { fit } from '../../train/fit.ts';
import { OutOfMemory } from '../outOfMemory.ts';
import { webgpuBackend } from './index.ts';

const STORAGE = 128;

class GPUOutOfMemoryError {
  readonly message = 'no memory of the test';
}

/** Has the device give so many bytes of storage at once and no more: a buffer beyond is none, and its scope hears it. */
function giveNoMoreThan(device: GPUDevice, most: number): void {
  const { createBuffer, pushErrorScope, popErrorScope } = device;
  const scopes: { readonly kind: string; error?: GPUOutOfMemoryError }[] = [];
  let given = 0;
  device.pushErrorScope = function (kind) {
    scopes.push({ kind });
    return pushErrorScope.call(this, kind);
  };
  device.popErrorScope = async function () {
    const error = scopes.pop()?.error;
    const real = await popErrorScope.call(this);
    return (error as GPUError | undefined) ?? real;
  };
  device.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    if ((descriptor.usage & STORAGE) === 0) return buffer;
    if (given + descriptor.size > most) {
      const scope = scopes.findLast(({ kind }) => kind === 'out-of-memory');
      scope!.error ??= new GPUOutOfMemoryError();
      return buffer;
    }
    given += descriptor.size;
    const { destroy } = buffer;
    buffer.destroy = function () {
      given -= descriptor.size;
      buffer.destroy = destroy;
      return destroy.call(this);
    };
    return buffer;
  };
}

const adding = (size: number) => {
  const state = stateNode('sum', [size]);
  const value = build('add', [state, inputNode('x', [size])]);
  return { outputs: {}, updates: [{ state, value }] };
};

const spec = sequential({ inputShape: [6, 6, 1] }, [
  flatten(),
  dense({ units: 40, activation: 'tanh' }),
  dense({ units: 2, activation: 'softmax' }),
]);

const rows = {
  count: 64,
  images: new Uint8Array(64 * 36).fill(7),
  labels: Uint8Array.from({ length: 64 }, (_, i) => i % 2),
};

const gpu = await softwareGpu();

if (typeof gpu === 'string') skipped('the memory of an adapter', gpu);
else
  describe('an adapter with too little memory', () => {
    it('is told of by the first wait, with what it gave; other programs stay as they are', async () => {
      await using session = await webgpuBackend.open({ gpu });
      giveNoMoreThan(session.device.device, 10_000);
      const large = session.scopeOf().compile(adding(2000));
      const small = session.scopeOf().compile(adding(100));
      const refused = large.ready!();
      await expect(refused).rejects.toBeInstanceOf(OutOfMemory);
      await expect(refused).rejects.toThrow(/^a program takes 15\.6 KiB .*, which gave 8\.9 KiB\n/);
      await expect(refused).rejects.toMatchObject({ limit: 9104 });
      expect(() => large.run()).toThrow(/which gave 8\.9 KiB/);
      await small.ready!();
      small.run();
      await small.finished!();
    });

    it('refuses training before a state is written, and the batch that is said to fit does', async () => {
      await using session = await webgpuBackend.open({ gpu });
      giveNoMoreThan(session.device.device, 40_000);
      const data = { train: rows, imageShape: [6, 6, 1], classes: ['a', 'b'] } as const;
      const train = async (batchSize: number) => {
        const types: string[] = [];
        try {
          for await (const event of fit(session, spec, data, { batchSize, epochs: 1 }))
            types.push(event.type);
          return types;
        } catch (error) {
          expect(types).toEqual(['compiling']);
          return String(error);
        }
      };
      const said = await train(64);
      expect(said).toMatch(
        /a step of 64 rows needs .*\n.*at most .*, which is what the device gave\n/,
      );
      const fitting = Number(/a batch size of (\d+) fits/.exec(String(said))?.[1]);
      expect(await train(fitting)).toContain('epoch');
      expect(fitting).toBeGreaterThan(4);
    });
  });
