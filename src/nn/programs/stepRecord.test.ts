/** @file What a step records has the bits of what it puts out, and stands at its place and nowhere else. */
import { expect, it } from 'vitest';
import { type BackendName, openSession } from '../../backends/select.ts';
import { RandomStream } from '../../base/random.ts';
import { rootsOf, topologicalOrder } from '../../graph/node.ts';
import { dense } from '../layers/dense.ts';
import { input, model } from '../model.ts';
import { optimizerOf } from '../optimizers/index.ts';
import { sequential } from '../sequential.ts';
import type { ModelSpec } from '../spec.ts';
import { initialStates, trainingGraph } from './programs.ts';
import { RECORD_PLACE, RECORD_STEPS, recorded, recordOf } from './stepRecord.ts';

const plain = sequential({ inputShape: [5] }, [dense({ units: 3, activation: 'softmax' })]);

/** More penalties than a kernel has inputs. */
const penalized = (layers: number) =>
  sequential({ inputShape: [5] }, [
    ...Array.from({ length: layers }, () => dense({ units: 4, l2: 0.3 })),
    dense({ units: 3, activation: 'softmax' }),
  ]);

function twoHeads(): ModelSpec {
  const x = input({ shape: [5] });
  const outputs = {
    a: dense({ units: 3, activation: 'softmax' })(x),
    b: dense({ units: 2, activation: 'softmax' })(x),
  };
  return model({ inputs: { x }, outputs });
}

const optimizer = optimizerOf('sgd');

/** Three steps, recorded at places of their own: each output of each step, and what is recorded of it. */
async function steps(spec: ModelSpec, backend: BackendName) {
  await using session = await openSession({ backend, threads: 1 });
  const graph = recorded(trainingGraph(spec, { optimizer }, 7));
  const program = session.compile(graph);
  for (const [name, data] of initialStates(spec, { optimizer, seed: 5 }))
    session.writeState(name, data);
  const names = Object.keys(graph.outputs);
  const put = new Map(names.map((name) => [name, new Float32Array(RECORD_STEPS)]));
  for (const [step, place] of [200, 0, RECORD_STEPS - 1].entries()) {
    const scalars: Record<string, number> = {
      ...optimizer.scalars(step, 0.1),
      [RECORD_PLACE]: place,
    };
    for (const { op, name, dtype } of topologicalOrder(rootsOf(graph))) {
      if (op !== 'input') continue;
      const view = program.input(name);
      const random = new RandomStream(step, name);
      for (let i = 0; i < view.length; i++)
        view[i] = scalars[name] ?? (dtype === 'i32' ? random.integer(2) : random.uniform(-1, 1));
    }
    program.run();
    for (const name of names) put.get(name)![place] = (await program.output(name))[0];
  }
  const records = new Map<string, ArrayLike<number>>();
  for (const name of names) records.set(name, await session.readState(recordOf(name)));
  return { put, records };
}

it.each(['reference', 'wasm'] as const)(
  'records what the step puts out, bit by bit (%s)',
  async (backend) => {
    for (const spec of [plain, penalized(2), penalized(9), twoHeads()]) {
      const { put, records } = await steps(spec, backend);
      expect(put.get('loss')!.filter((loss) => loss !== 0)).toHaveLength(3);
      expect(records).toEqual(put);
    }
  },
);
