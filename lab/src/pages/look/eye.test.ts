/** @file The network of the Look page against an engine behind a message port. */
import { strokesPicture, type WorkerSession } from 'fovea/web';
import { afterEach, describe, expect, it } from 'vitest';
import { Asking, serve } from '../../../../src/web/worker/calls.ts';
import { Engine } from '../../../../src/web/worker/engine.ts';
import type { EngineCalls } from '../../../../src/web/worker/protocol.ts';
import { WorkerSession as Session } from '../../../../src/web/worker/workerSession.ts';
import { Eye, type EyeState } from './eye.ts';

const eyes: Eye[] = [];
afterEach(async () => {
  for (const eye of eyes.splice(0)) await eye.close();
});

async function openEngine(): Promise<WorkerSession> {
  const { port1, port2 } = new MessageChannel();
  serve(port2, new Engine().calls());
  const asking = new Asking<EngineCalls>(port1);
  port1.start();
  port2.start();
  const facts = await asking.calls.open({ threads: 1, revectorize: 'off' });
  return new Session(asking, facts, () => port1.close());
}

function openEye(open: () => Promise<WorkerSession> = openEngine) {
  const told: EyeState[] = [];
  const eye = new Eye(open, (state) => told.push(state));
  eyes.push(eye);
  return { eye, told };
}

const one = strokesPicture([
  [
    [0.5, 0.2],
    [0.5, 0.8],
  ],
]);

describe('a network that looks', () => {
  it('is trained, reads, shows its layers and what speaks for the answer', async () => {
    const { eye, told } = openEye();
    expect(await eye.see(one)).toBeUndefined();
    await eye.want(async () => ({ words: 'lenet5' }));
    const last = told.at(-1);
    if (last?.is !== 'ready') throw new Error(`it is ${last?.is}`);
    expect(last.network.accuracy).toBeGreaterThan(0.85);
    const shares = told.flatMap((state) => (state.is === 'preparing' ? [state.share] : []));
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    const sight = await eye.see(one);
    expect(sight?.prediction.answers[0].class).toBe('1');
    expect(sight?.look?.classes[sight.look.answer]).toBe('1');
    expect(sight?.look?.stages.map(({ name }) => name).slice(0, 3)).toEqual([
      'input',
      'conv2d',
      'average_pooling2d',
    ]);
    const { values, rows, columns } = (await eye.occlusion(sight!.prediction.given, 1, 9))!;
    expect([rows, columns]).toEqual([28, 28]);
    // Covering the corner costs nothing, covering the stroke does.
    expect(values[0]).toBe(0);
    expect(Math.max(...values)).toBeGreaterThan(0.05);
    expect(await eye.see(strokesPicture([]))).toMatchObject({ look: null });
  });

  it('leaves a wish for the next one, and tells nothing of the old one any more', async () => {
    const { eye, told } = openEye();
    const first = eye.want(async () => ({ words: 'lenet5,activation=relu' }));
    const second = eye.want(async () => ({ words: 'lenet5-1998' }));
    await Promise.all([first, second]);
    const ready = told.flatMap((state) => (state.is === 'ready' ? [state.network.title] : []));
    expect(ready).toEqual(['lenet5-1998']);
    expect((await eye.see(one))?.prediction.distances).toHaveLength(10);
  });

  it('says what it cannot train, and opens another engine where one would not open', async () => {
    let fails = true;
    const { eye, told } = openEye(async () => {
      if (fails) throw new Error('no workers here');
      return openEngine();
    });
    await eye.want(async () => ({ words: 'lenet5' }));
    expect(told.at(-1)).toMatchObject({ is: 'failed', error: { message: 'no workers here' } });
    fails = false;
    await eye.want(async () => ({ words: 'cifar-quick' }));
    expect(told.at(-1)).toMatchObject({
      is: 'failed',
      error: { message: expect.stringContaining('(32, 32, 3)') },
    });
    await eye.want(async () => ({ words: 'lenet6' }));
    expect(told.at(-1)).toMatchObject({
      is: 'failed',
      error: { message: expect.stringContaining('did you mean "lenet5"') },
    });
  });
});
