/**
 * @file A few steps of training on made-up data, to compare runs bit by bit.
 */
import type { Executable, Session } from '../../src/backends/backend.ts';
import { RandomStream } from '../../src/base/random.ts';
import { type Graph, type Node, rootsOf, topologicalOrder } from '../../src/graph/node.ts';
import { modelOf } from '../../src/models/index.ts';
import { activation } from '../../src/nn/layers/activation.ts';
import { dense } from '../../src/nn/layers/dense.ts';
import { dropout } from '../../src/nn/layers/dropout.ts';
import { flatten } from '../../src/nn/layers/shapes/flatten.ts';
import { conv2d } from '../../src/nn/layers/windows/conv2d.ts';
import { localResponseNormalization } from '../../src/nn/layers/windows/localResponseNormalization.ts';
import { maxPooling2d } from '../../src/nn/layers/windows/pooling.ts';
import { optimizerOf } from '../../src/nn/optimizers/index.ts';
import { initialStates, trainingGraph } from '../../src/nn/programs/programs.ts';
import { sequential } from '../../src/nn/sequential.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';

const optimizer = optimizerOf('adam');

/** What LeNet-5 has not: strides, channels that fill no vector, overlapping windows, LRN, dropout. */
export const oddNet: ModelSpec = sequential({ inputShape: [23, 21, 3], name: 'odd' }, [
  conv2d({ filters: 14, kernelSize: 5, strides: 2, padding: 'same', activation: 'relu' }),
  localResponseNormalization(),
  maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
  conv2d({ filters: 17, kernelSize: 3, groups: 1, activation: 'tanh' }),
  flatten(),
  dense({ units: 33, activation: 'relu' }),
  dropout({ rate: 0.4 }),
  dense({ units: 7 }),
  activation({ activation: 'softmax' }),
]);

export const lenet5: ModelSpec = modelOf('lenet5');

export interface Training {
  readonly graph: Graph;
  readonly program: Executable;
  /** All states as before the first step. */
  restart(): void;
  /** One step on the data of that step. */
  step(index: number): void;
  /** Every output and state, as bytes. */
  bits(): Promise<Record<string, Uint8Array>>;
}

export function beginTraining(session: Session, spec: ModelSpec, batch: number): Training {
  const graph = trainingGraph(spec, { optimizer, seed: 3 }, batch);
  const program = session.compile(graph);
  const inputs = topologicalOrder(rootsOf(graph)).filter((node) => node.op === 'input');
  const restart = (): void => {
    for (const [name, values] of initialStates(spec, { optimizer, seed: 3 }))
      session.writeState(name, values);
  };
  restart();
  const feeds = inputs.map((node) => ({ node, view: program.input(node.name) }));
  return {
    graph,
    program,
    restart,
    step(index) {
      const scalars = optimizer.scalars(index, 0.01);
      for (const { node, view } of feeds) fill(node, view, index, scalars);
      program.run();
    },
    async bits() {
      const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
        new Uint8Array(buffer, byteOffset, byteLength).slice();
      const found: Record<string, Uint8Array> = {};
      for (const name of Object.keys(graph.outputs))
        found[name] = bytes(await program.output(name));
      for (const { name } of session.states()) found[name] = bytes(await session.readState(name));
      return found;
    },
  };
}

function fill(
  { name, dtype }: Node,
  view: { fill(x: number): unknown; [i: number]: number; length: number },
  step: number,
  scalars: Readonly<Record<string, number>>,
): void {
  if (name in scalars || name === 'step') {
    view.fill(scalars[name] ?? step);
    return;
  }
  const random = new RandomStream(step, name);
  for (let i = 0; i < view.length; i++)
    view[i] = dtype === 'i32' ? random.integer(7) : random.uniform(-1, 1);
}
