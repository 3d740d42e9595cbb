/**
 * @file What is timed is what it says: a training step that updates, one after the other, and sums of the right size.
 */
import { describe, expect, it } from 'vitest';
import type { Session } from '../backends/backend.ts';
import { openSession } from '../backends/select.ts';
import { modelOf } from '../models/index.ts';
import { summarize } from '../nn/accounting/summary.ts';
import { dense } from '../nn/layers/dense.ts';
import { dropout } from '../nn/layers/dropout.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { sgd } from '../nn/optimizers/sgd.ts';
import { initialStates, trainingGraph } from '../nn/programs/programs.ts';
import { sequential } from '../nn/sequential.ts';
import { stepOf, workloadOf } from './workloads.ts';

const BATCH = 4;

/** Every state's bytes. */
async function statesOf(session: Session): Promise<Map<string, Buffer>> {
  const states = new Map<string, Buffer>();
  for (const { name } of session.states()) {
    states.set(name, Buffer.from(Float32Array.from(await session.readState(name)).buffer));
  }
  return states;
}

describe('a workload that trains', () => {
  it('moves every state in every run, moments and all', async () => {
    await using session = await openSession({ backend: 'wasm', threads: 1 });
    const { run } = workloadOf('lenet5').prepare(session, 'train', BATCH);
    let before = await statesOf(session);
    expect(before.size).toBe(3 * 10);
    for (let turn = 0; turn < 3; turn++) {
      run();
      const after = await statesOf(session);
      for (const [name, bytes] of after) expect(bytes.equals(before.get(name)!), name).toBe(false);
      before = after;
    }
  });

  it('is the step of training, with the corrections of that step', async () => {
    await using session = await openSession({ backend: 'reference' });
    const { run, executable } = workloadOf('lenet5').prepare(session, 'train', BATCH);
    const spec = modelOf('lenet5');
    const optimizer = adam();
    await using twin = await openSession({ backend: 'reference' });
    const program = twin.compile(trainingGraph(spec, { optimizer }, BATCH));
    for (const [name, values] of initialStates(spec, { optimizer })) twin.writeState(name, values);
    const seen: number[][] = [];
    for (let step = 0; step < 3; step++) {
      run();
      seen.push([...executable.input('labels')]);
      program.input('x').set(executable.input('x'));
      program.input('labels').set(executable.input('labels'));
      program.input('stepSize')[0] = 1e-3 / (1 - 0.9 ** (step + 1));
      program.input('secondMomentScale')[0] = 1 / (1 - 0.999 ** (step + 1));
      program.run();
    }
    const expected = await statesOf(twin);
    for (const [name, bytes] of await statesOf(session)) {
      expect(bytes.equals(expected.get(name)!), name).toBe(true);
    }
    expect(new Set(seen.map(String)).size, 'other labels each step').toBe(3);
  });

  it('draws other masks each step', async () => {
    await using session = await openSession({ backend: 'reference' });
    const spec = sequential({ inputShape: [6] }, [dropout({ rate: 0.5 }), dense({ units: 3 })]);
    const optimizer = sgd();
    const graph = trainingGraph(spec, { optimizer }, BATCH);
    const program = session.compile(graph);
    const step = stepOf(program, graph, { optimizer, learningRate: 0.1, classes: 3 });
    for (const number of [0, 5]) {
      step(number);
      expect([...program.input('step')]).toEqual([number]);
      expect([...program.input('labels')]).toEqual([0, 7, 14, 21].map((n) => (n + number) % 3));
      expect(program.input('learningRate')[0]).toBeCloseTo(0.1, 6);
    }
  });
});

it('a profile counts the multiply-adds of the model', async () => {
  await using session = await openSession({ backend: 'wasm', threads: 1 });
  const { executable } = workloadOf('lenet5').prepare(session, 'infer', BATCH);
  const kernels = executable.profile?.().kernels ?? [];
  const products = kernels.filter(({ family }) => /conv2d|matmul/i.test(family));
  const counted = products.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  expect(counted).toBe(BATCH * summarize(modelOf('lenet5')).totals.multiplyAdds);
});
