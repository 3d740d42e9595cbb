import { describe, expect, it } from 'vitest';
import { referenceBackend } from '../../backends/reference/index.ts';
import { type Graph, rootsOf, topologicalOrder } from '../../graph/node.ts';
import { modelOf } from '../../models/index.ts';
import { activation } from '../layers/activation.ts';
import { conv2d } from '../layers/windows/conv2d.ts';
import { lossOf } from '../losses/losses.ts';
import { adam } from '../optimizers/adam.ts';
import { sgd } from '../optimizers/sgd.ts';
import { sequential } from '../sequential.ts';
import {
  evaluationGraph,
  inferenceGraph,
  initialStates,
  parameterNames,
  stagesGraph,
  trainingGraph,
} from './programs.ts';

const image = { inputShape: [6, 6, 2] };

function sourceNames(graph: Graph, op: 'input' | 'state'): string[] {
  const nodes = topologicalOrder(rootsOf(graph)).filter((node) => node.op === op);
  return [...new Set(nodes.map(({ name }) => name))].sort();
}

describe('programs of lenet5', () => {
  const spec = modelOf('lenet5');
  const parameters = parameterNames(spec);

  it('name their inputs, outputs and states', () => {
    const graph = trainingGraph(spec, { optimizer: adam() }, 4);
    expect(parameters.slice(0, 3)).toEqual(['conv2d/kernel', 'conv2d/bias', 'conv2d_1/kernel']);
    expect(sourceNames(graph, 'input')).toEqual(['labels', 'secondMomentScale', 'stepSize', 'x']);
    expect(Object.keys(graph.outputs)).toEqual(['loss', 'correct']);
    const slots = parameters.flatMap((name) => [`adam/m/${name}`, `adam/v/${name}`]);
    expect(sourceNames(graph, 'state')).toEqual([...parameters, ...slots].sort());
    expect(new Set(graph.updates.map(({ state }) => state.name)).size).toBe(30);
    const states = initialStates(spec, { optimizer: adam(), seed: 1 });
    expect([...states.keys()].sort()).toEqual(sourceNames(graph, 'state'));
  });

  it('evaluate and infer with the same states', () => {
    const evaluation = evaluationGraph(spec, {}, 4);
    expect(sourceNames(evaluation, 'input')).toEqual(['labels', 'x']);
    expect(sourceNames(evaluation, 'state')).toEqual([...parameters].sort());
    expect(evaluation.outputs.lossPerRow.shape).toEqual([4]);
    const inference = inferenceGraph(spec, 4);
    expect(sourceNames(inference, 'input')).toEqual(['x']);
    expect(inference.outputs.probabilities.shape).toEqual([4, 10]);
  });

  it('take targets where the loss wants them', () => {
    for (const loss of ['categoricalCrossentropy', 'meanSquaredError'] as const) {
      const graph = trainingGraph(spec, { optimizer: sgd(), loss }, 4);
      expect(sourceNames(graph, 'input')).toEqual(['learningRate', 'targets', 'x']);
    }
  });
});

it('a dilated window is padded by its whole reach', () => {
  const spec = sequential({ inputShape: [9, 8, 1] }, [
    conv2d({ filters: 2, kernelSize: 3, padding: 'same', dilationRate: 2 }),
  ]);
  expect(stagesGraph(spec).outputs['stage/conv2d'].shape).toEqual([1, 9, 8, 2]);
});

describe('losses', () => {
  /** The model's output is x itself. */
  const identity = sequential({ inputShape: [3] }, [activation({ activation: 'linear' })]);
  const scores = [0.1, 0.7, 0.2, 0.5, 0.5, 0, 1, 2, 4];

  async function outputsOf(graph: Graph, truth: readonly number[]) {
    const session = await referenceBackend.open();
    const program = session.compile(graph);
    program.input('x').set(scores);
    program.input(sourceNames(graph, 'input').find((name) => name !== 'x')!).set(truth);
    program.run();
    const outputs: Record<string, number[]> = {};
    for (const name of Object.keys(graph.outputs))
      outputs[name] = [...(await program.output(name))];
    await session.close();
    return outputs;
  }
  const training = (loss: 'meanSquaredError' | 'categoricalCrossentropy') => {
    const { outputs } = trainingGraph(identity, { optimizer: sgd(), loss }, 3);
    return { outputs, updates: [] };
  };

  it('mean squared error is the mean over rows and classes', async () => {
    const targets = [0, 1, 0, 0, 1, 0, 0, 0, 3];
    const { loss, correct } = await outputsOf(training('meanSquaredError'), targets);
    const squares = scores.map((s, i) => (s - targets[i]) ** 2);
    expect(loss[0]).toBeCloseTo(squares.reduce((a, b) => a + b) / 9, 6);
    // Row 2 is a tie, which the first class wins.
    expect(correct).toEqual([2]);
  });

  it('targets that are one-hot give the loss of labels', async () => {
    const oneHot = [0, 1, 0, 1, 0, 0, 0, 1, 0];
    const { loss, correct } = await outputsOf(training('categoricalCrossentropy'), oneHot);
    const { lossPerRow } = await outputsOf(evaluationGraph(identity, {}, 3), [1, 0, 1]);
    expect(loss[0]).toBeCloseTo(lossPerRow.reduce((a, b) => a + b) / 3, 6);
    expect(correct).toEqual([2]);
  });

  it('a model without softmax still answers in probabilities', async () => {
    const { probabilities, logits } = await outputsOf(evaluationGraph(identity, {}, 3), [0, 0, 0]);
    expect(logits).toEqual([...Float32Array.from(scores)]);
    // Of the last row: [1, 2, 4], which sum to 7 and whose exponentials do not.
    const powers = scores.slice(6).map(Math.exp);
    const sum = powers.reduce((a, b) => a + b);
    expect(probabilities.slice(6)).toEqual(powers.map((p) => expect.closeTo(p / sum, 6)));
  });

  it('refuses an output that is no row of numbers', () => {
    const spec = sequential(image, [conv2d({ filters: 1, kernelSize: 3 })]);
    expect(() => evaluationGraph(spec, {}, 2)).toThrow('output for one image is (4, 4, 1)');
  });

  it('names the losses there are', () => {
    expect(() => lossOf('meanSquareError')).toThrow('did you mean "meanSquaredError"?');
  });
});
