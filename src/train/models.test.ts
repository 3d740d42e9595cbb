/** @file Several models in one session: whose weights are whose, and what memory they leave behind. */
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Session } from '../backends/backend.ts';
import { openSession } from '../backends/select.ts';
import { wasmBackend } from '../backends/wasm/index.ts';
import type { Picture } from '../data/images/picture.ts';
import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { sequential } from '../nn/sequential.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { evaluate } from './evaluation/evaluate.ts';
import { fit } from './fit.ts';
import { openPredictor } from './prediction/predict.ts';

const classes = ['a', 'b'];
const asIs = { asIs: true };

/** Pictures of 4x4; class 1 is light. */
const data = {
  train: {
    count: 40,
    images: Uint8Array.from({ length: 640 }, (_, i) =>
      Math.floor(i / 16) % 2 === 0 ? i % 60 : 200 + (i % 50),
    ),
    labels: Uint8Array.from({ length: 40 }, (_, i) => i % 2),
  },
};

const light: Picture = {
  width: 4,
  height: 4,
  channels: 1,
  pixels: new Uint8Array(16).fill(220),
};

const netOf = (units: number): ModelSpec =>
  sequential({ inputShape: [4, 4, 1], name: 'tiny' }, [
    flatten(),
    dense({ units, activation: 'tanh' }),
    dense({ units: 2, activation: 'softmax' }),
  ]);

async function train(session: Session, spec: ModelSpec, seed = 0, epochs = 2): Promise<void> {
  for await (const _ of fit(session, spec, data, { epochs, batchSize: 16, seed }));
}

const test = (session: Session, spec: ModelSpec) =>
  evaluate(session, spec, data.train, { classes });

describe('models of one session', () => {
  it('leave each other alone, if their layers are named alike', async () => {
    await using session = await openSession({ backend: 'reference' });
    const [a, b, wider] = [netOf(5), netOf(5), netOf(9)];
    await train(session, a, 1, 10);
    const before = await test(session, a);
    await train(session, b, 2);
    await train(session, wider, 3);
    expect(await test(session, a)).toEqual(before);
    expect((await test(session, b)).loss).not.toBe(before.loss);
  });

  it('are the spec object itself; another has no weights, and is told so', async () => {
    await using session = await openSession({ backend: 'reference' });
    const spec = netOf(5);
    await train(session, spec);
    await expect(test(session, structuredClone(spec))).rejects.toThrow(
      /holds no weights for this tiny model[\s\S]*very spec object/,
    );
    expect(() => openPredictor(session, { spec: netOf(5), classes })).toThrow(/holds no weights/);
  });

  it('keep parameters alone when training is over, and can be freed', async () => {
    await using session = await openSession({ backend: 'reference' });
    const spec = netOf(5);
    const scope = session.scopeOf(spec);
    for await (const event of fit(session, spec, data, { epochs: 1 })) {
      if (event.type === 'start') expect(scope.states()).toHaveLength(14);
    }
    const names = ['dense/kernel', 'dense/bias', 'dense_1/kernel', 'dense_1/bias'];
    expect(
      scope
        .states()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(names.sort());
    scope.free();
    await expect(test(session, spec)).rejects.toThrow(/holds no weights/);
  });

  it('start anew when they are trained anew: by seed, not by what came before', async () => {
    await using session = await openSession({ backend: 'reference' });
    const spec = netOf(5);
    await train(session, spec, 1);
    const first = await test(session, spec);
    await train(session, spec, 2);
    expect((await test(session, spec)).loss).not.toBe(first.loss);
    await train(session, spec, 1);
    expect(await test(session, spec)).toEqual(first);
  });

  it('are trained once at a time', async () => {
    await using session = await openSession({ backend: 'reference' });
    const spec = netOf(5);
    for await (const event of fit(session, spec, data, { epochs: 1 })) {
      if (event.type === 'start')
        await expect(train(session, spec)).rejects.toThrow(/being trained in this session already/);
    }
    await train(session, spec);
  });

  it('take weights that come along without touching those they have', async () => {
    await using session = await openSession({ backend: 'reference' });
    const spec = netOf(5);
    await train(session, spec, 1);
    const trained = await test(session, spec);
    const zeros = new Map(
      session
        .scopeOf(spec)
        .states()
        .map(({ name, shape }) => [
          name,
          { shape, data: new Float32Array(shape.reduce((x, y) => x * y, 1)) },
        ]),
    );
    const untrained = await evaluate(session, spec, data.train, { classes, weights: zeros });
    expect(untrained.loss).toBeCloseTo(Math.log(2), 6);
    const read = openPredictor(session, { spec, classes, weights: zeros });
    const shared = openPredictor(session, { spec, classes });
    expect((await read(light, asIs)).answers[0].probability).toBeCloseTo(0.5, 6);
    expect((await shared(light, asIs)).answers[0].probability).not.toBeCloseTo(0.5, 2);
    read.close();
    await expect(read(light, asIs)).rejects.toThrow(/the program was closed/);
    expect(await test(session, spec)).toEqual(trained);
    zeros.delete('dense/bias');
    await expect(evaluate(session, spec, data.train, { classes, weights: zeros })).rejects.toThrow(
      /the weights lack "dense\/bias"/,
    );
  });
});

describe('the memory of a session', () => {
  it('stays as it is over many evaluations, trainings, predictors and models', async () => {
    await using session = await wasmBackend.open({ threads: 2 });
    const spec = netOf(300);
    const round = async (): Promise<void> => {
      await train(session, spec);
      await test(session, spec);
      const read = openPredictor(session, { spec, classes });
      await read(light, asIs);
      read.close();
      const other = netOf(200);
      await train(session, other);
      session.scopeOf(other).free();
    };
    /** What is taken, to the byte: an empty program adds next to nothing. */
    const taken = () => session.memoryFor({ outputs: {}, updates: [] })?.bytes;
    await round();
    const before = { taken: taken(), reserved: session.memory.buffer.byteLength };
    for (let i = 0; i < 3; i++) await round();
    const result = await test(session, spec);
    for (let i = 0; i < 10; i++) expect(await test(session, spec)).toEqual(result);
    expect({ taken: taken(), reserved: session.memory.buffer.byteLength }).toEqual(before);
  });

  const tasks = '/proc/self/task';
  it.runIf(existsSync(tasks))('leaves no threads behind', async () => {
    const count = () => readdirSync(tasks).length;
    const openAndClose = async () => (await wasmBackend.open({ threads: 3 })).close();
    await openAndClose();
    const before = count();
    for (let i = 0; i < 4; i++) await openAndClose();
    expect(count()).toBeLessThanOrEqual(before);
  });
});
