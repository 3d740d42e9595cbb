/**
 * @file Counts of connections, moving averages and slopes, each by a closed form.
 */
import { describe, expect, it } from 'vitest';
import { referenceBackend } from '../../backends/reference/index.ts';
import { summarize } from '../accounting/summary.ts';
import { sgd } from '../optimizers/sgd.ts';
import { evaluationGraph, initialStates, trainingGraph } from '../programs/programs.ts';
import { sequential } from '../sequential.ts';
import { layers } from './index.ts';

const { activation, batchNormalization, connectedConv2d, conv2d, dense } = layers;

type Layers = Parameters<typeof sequential>[1];

const countsOf = (inputShape: number[], ...stack: Layers) => {
  const [first] = summarize(sequential({ inputShape }, stack)).layers;
  return { connections: first.connections, multiplyAdds: first.multiplyAdds };
};

describe('connections and multiply-adds', () => {
  it('count the bias once per output, and no bias where there is none', () => {
    const conv = { filters: 7, kernelSize: 3 };
    // 4 x 5 positions, 7 filters, 3 x 3 x 2 weights
    const multiplyAdds = 4 * 5 * 7 * 18;
    expect(countsOf([6, 7, 2], conv2d(conv))).toEqual({
      multiplyAdds,
      connections: multiplyAdds + 4 * 5 * 7,
    });
    expect(countsOf([6, 7, 2], conv2d({ ...conv, useBias: false }))).toEqual({
      multiplyAdds,
      connections: multiplyAdds,
    });
    expect(countsOf([9], dense({ units: 4 }))).toEqual({
      multiplyAdds: 36,
      connections: 40,
    });
    const connections = [[0], [0, 1], [1]];
    expect(countsOf([6, 7, 2], connectedConv2d({ connections, kernelSize: 3 }))).toEqual({
      multiplyAdds: 4 * 5 * 4 * 9,
      connections: 4 * 5 * (4 * 9 + 3),
    });
  });
});

/** Runs a graph of a model on rows of numbers, from its first states. */
async function run(stack: Layers, x: number[], rows: number, training: boolean) {
  const spec = sequential({ inputShape: [x.length / rows] }, [
    ...stack,
    activation({ activation: 'softmax' }),
  ]);
  const optimizer = sgd();
  const graph = training
    ? trainingGraph(spec, { optimizer }, rows)
    : evaluationGraph(spec, {}, rows);
  const session = await referenceBackend.open();
  const program = session.compile(graph);
  for (const [name, numbers] of initialStates(spec, { optimizer }))
    if (session.states().some((state) => state.name === name)) session.writeState(name, numbers);
  program.input('x').set(x);
  if (training) program.input('learningRate').fill(0);
  program.run();
  return { session, program };
}

it('a penalty is l2 times the sum of squares, of kernels alone', async () => {
  const x = [1, 2, 3];
  const stack = (l2: number): Layers => [
    dense({
      units: 2,
      l2,
      kernelInitializer: { kind: 'constant', value: 0.5 },
      biasInitializer: 'ones',
    }),
  ];
  const lossOf = async (l2: number) => {
    const { program } = await run(stack(l2), x, 1, true);
    return (await program.output('loss'))[0];
  };
  expect((await lossOf(0.1)) - (await lossOf(0))).toBeCloseTo(0.1 * 6 * 0.5 ** 2, 6);
});

describe('batch normalisation', () => {
  it('keeps the share `momentum` of the old average', async () => {
    // Columns 1, 3 and 10, 30: means 2 and 20, variances 1 and 100.
    const stack = [batchNormalization({ momentum: 0.9, name: 'norm' })];
    const { session } = await run(stack, [1, 10, 3, 30], 2, true);
    const mean = await session.readState('norm/movingMean');
    expect(mean[0]).toBeCloseTo(0.9 * 0 + 0.1 * 2, 6);
    expect(mean[1]).toBeCloseTo(0.1 * 20, 6);
    const variance = await session.readState('norm/movingVariance');
    expect(variance[0]).toBeCloseTo(0.9 * 1 + 0.1 * 1, 6);
    expect(variance[1]).toBeCloseTo(0.9 * 1 + 0.1 * 100, 5);
  });
});

/** Share of a normal distribution below x, summed in small steps (Simpson's rule). */
function shareBelow(x: number): number {
  const steps = 1000;
  const density = (at: number) => Math.exp((-at * at) / 2) / Math.sqrt(2 * Math.PI);
  const sum = Array.from({ length: steps + 1 }, (_, i) => {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    return weight * density((x * i) / steps);
  }).reduce((total, term) => total + term, 0);
  return 0.5 + (sum * x) / steps / 3;
}

describe('activations of layers', () => {
  it.each([
    ['leakyRelu', (x: number) => (x > 0 ? x : 0.3 * x)],
    ['elu', (x: number) => (x > 0 ? x : Math.expm1(x))],
    ['softplus', (x: number) => Math.log1p(Math.exp(x))],
    ['scaledTanh', (x: number) => 1.7159 * Math.tanh((2 / 3) * x)],
    ['selu', (x: number) => (x > 0 ? 1.0507009873554805 * x : 1.7580993408473766 * Math.expm1(x))],
    ['softsign', (x: number) => x / (1 + Math.abs(x))],
    ['hardSigmoid', (x: number) => Math.max(0, Math.min(1, x / 6 + 0.5))],
    ['swish', (x: number) => x / (1 + Math.exp(-x))],
    ['hardSwish', (x: number) => x * Math.max(0, Math.min(1, x / 6 + 0.5))],
    ['mish', (x: number) => x * Math.tanh(Math.log1p(Math.exp(x)))],
    ['gelu', (x: number) => x * shareBelow(x)],
  ] as const)('%s', async (name, formula) => {
    const x = [-3, -0.5, 0.25, 2];
    const { program } = await run([activation({ activation: name })], x, 1, false);
    const logits = [...(await program.output('logits'))];
    logits.forEach((y, i) => {
      expect(y).toBeCloseTo(formula(x[i]), 6);
    });
  });
});
