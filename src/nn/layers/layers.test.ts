import { describe, expect, it } from 'vitest';
import type { Executable, HostArray, Session } from '../../backends/backend.ts';
import { referenceBackend } from '../../backends/reference/index.ts';
import { RandomStream } from '../../base/random.ts';
import { type Graph, rootsOf, topologicalOrder } from '../../graph/node.ts';
import { adam } from '../optimizers/adam.ts';
import { sgd } from '../optimizers/sgd.ts';
import {
  evaluationGraph,
  gradientGraph,
  inferenceGraph,
  initialStates,
  parameterNames,
  trainingGraph,
} from '../programs/programs.ts';
import { sequential } from '../sequential.ts';
import type { ModelSpec } from '../spec.ts';
import { activation } from './activation.ts';
import { batchNormalization } from './batchNormalization.ts';
import { clip } from './clip.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { layerKinds } from './index.ts';
import { prelu } from './prelu.ts';
import { rbf } from './rbf.ts';
import { flatten } from './shapes/flatten.ts';
import { add, average, concatenate, maximum, minimum, multiply, subtract } from './shapes/join.ts';
import { permute } from './shapes/permute.ts';
import { reshape } from './shapes/reshape.ts';
import { connectedConv2d } from './windows/connectedConv2d.ts';
import { conv2d } from './windows/conv2d.ts';
import { conv2dTranspose } from './windows/conv2dTranspose.ts';
import { depthwiseConv2d, separableConv2d } from './windows/depthwiseConv2d.ts';
import {
  globalAveragePooling2d,
  globalMaxPooling2d,
  globalMinPooling2d,
} from './windows/globalPooling.ts';
import { localResponseNormalization } from './windows/localResponseNormalization.ts';
import { cropping2d, padding2d, zeroPadding2d } from './windows/padding.ts';
import { averagePooling2d, maxPooling2d, minPooling2d } from './windows/pooling.ts';
import { subsampling2d } from './windows/subsampling2d.ts';
import { upsampling2d } from './windows/upsampling2d.ts';
import type { LayerInput } from './wiring.ts';

const N = 3;
const image = { inputShape: [6, 6, 2] };

/** What stands before a small classifier of three classes. */
const classifier = (...layers: LayerInput[]): ModelSpec =>
  sequential(image, [...layers, dense({ units: 3, activation: 'softmax' })]);

function inputNames(graph: Graph): string[] {
  return topologicalOrder(rootsOf(graph))
    .filter(({ op }) => op === 'input')
    .map(({ name }) => name);
}

function fillRandomly(target: { length: number; [i: number]: number }, seed: number): void {
  const random = new RandomStream(seed);
  for (let i = 0; i < target.length; i++) target[i] = random.normal();
}

/** A program on fresh states, with random x and labels 0, 1, 2. */
async function start(spec: ModelSpec, graph: Graph): Promise<[Session, Executable]> {
  const session = await referenceBackend.open();
  const program = session.compile(graph);
  const states = initialStates(spec, { optimizer: adam(), seed: 3 });
  for (const { name } of session.states()) session.writeState(name, states.get(name)!);
  fillRandomly(program.input('x'), 5);
  if (inputNames(graph).includes('labels')) program.input('labels').set([0, 1, 2]);
  return [session, program];
}

describe('gradients of every layer', () => {
  const rows = [flatten()];
  const conv = conv2d({ filters: 4, kernelSize: 3, activation: 'tanh' });
  const cases: Record<string, LayerInput[]> = {
    conv2d: [
      conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', groups: 2, l2: 0.1 }),
      ...rows,
    ],
    conv2dTranspose: [
      conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' }),
      conv2dTranspose({ filters: 4, kernelSize: 2, strides: 3, dilationRate: 2, groups: 2 }),
      conv2dTranspose({ filters: 2, kernelSize: 4, strides: 3, padding: 2, outputPadding: [1, 2] }),
      conv2dTranspose({
        filters: 2,
        kernelSize: [2, 3],
        padding: [
          [1, 0],
          [1, 1],
        ],
      }),
      ...rows,
    ],
    averagePooling2d: [conv, averagePooling2d({ padding: 'same', poolSize: 3 }), ...rows],
    maxPooling2d: [conv, maxPooling2d({ poolSize: 3, strides: 1 }), ...rows],
    minPooling2d: [conv, minPooling2d(), ...rows],
    globalAveragePooling2d: [conv, globalAveragePooling2d()],
    globalMaxPooling2d: [conv, globalMaxPooling2d()],
    globalMinPooling2d: [conv, globalMinPooling2d()],
    flatten: [conv, ...rows],
    dense: [...rows, dense({ units: 4, useBias: false, activation: 'sigmoid' })],
    activation: [conv, activation({ activation: 'leakyRelu', alpha: 0.1 }), ...rows],
    dropout: [conv, dropout({ rate: 0.4 }), ...rows, dropout({ rate: 0.2, mode: '2012' })],
    batchNormalization: [conv, batchNormalization(), ...rows, batchNormalization()],
    localResponseNormalization: [conv, localResponseNormalization({ alpha: 0.5 }), ...rows],
    zeroPadding2d: [conv, zeroPadding2d({ padding: [1, 2] }), ...rows],
    padding2d: [conv, padding2d({ mode: 'reflect', padding: 2 }), ...rows],
    depthwiseConv2d: [
      depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'tanh' }),
      ...rows,
    ],
    separableConv2d: [
      separableConv2d({ filters: 3, kernelSize: [2, 3], depthMultiplier: 2, strides: 2, l2: 0.1 }),
      ...rows,
    ],
    reshape: [reshape({ targetShape: [-1, 4, 3] }), conv, ...rows],
    permute: [permute({ dims: [3, 1, 2] }), ...rows],
    prelu: [
      conv,
      prelu({ sharedAxes: [1, 2], alphaInitializer: { kind: 'constant', value: 0.2 } }),
      ...rows,
    ],
    clip: [conv, clip({ min: -0.5, max: 0.8 }), ...rows],
    cropping2d: [
      conv,
      cropping2d({
        cropping: [
          [1, 0],
          [0, 2],
        ],
      }),
      ...rows,
    ],
    upsampling2d: [conv, upsampling2d(), ...rows],
    add: [conv, conv2d({ filters: 4, kernelSize: 1 }), add({ inputs: ['conv2d', 'conv2d_1'] })],
    connectedConv2d: [
      conv,
      connectedConv2d({ connections: [[0, 2], [1, 2, 3], [3], [0], [0, 1]], kernelSize: 3 }),
      ...rows,
    ],
    subsampling2d: [conv, subsampling2d(), ...rows],
    rbf: [...rows, dense({ units: 84 }), rbf({ codes: '012' })],
    concatenate: [
      conv2d({ filters: 3, kernelSize: 1 }),
      concatenate({ inputs: ['conv2d', 'input'] }),
    ],
  };
  const twins = [conv, conv2d({ filters: 4, kernelSize: 1 })];
  const read = { inputs: ['conv2d', 'conv2d_1'] };
  cases.subtract = [...twins, subtract(read)];
  cases.multiply = [...twins, multiply(read)];
  cases.average = [...twins, average(read)];
  cases.maximum = [...twins, maximum(read)];
  cases.minimum = [...twins, minimum(read)];
  const joins = ['add', 'subtract', 'multiply', 'average', 'maximum', 'minimum', 'concatenate'];
  for (const join of joins) cases[join].push(...rows);

  it('has a case for each kind', () => {
    expect(Object.keys(cases).sort()).toEqual([...layerKinds].sort());
  });

  it.each(Object.entries(cases))('%s', async (_kind, layers) => {
    const spec = classifier(...layers);
    const [session, program] = await start(spec, gradientGraph(spec, { seed: 1 }, N));
    program.run();
    const gradients = new Map<string, HostArray>();
    for (const name of parameterNames(spec).filter((n) => !/moving|centers/.test(n)))
      gradients.set(name, (await program.output(`gradient/${name}`)).slice());
    const lossAt = async (name: string, values: ArrayLike<number>) => {
      session.writeState(name, values);
      program.run();
      return (await program.output('loss'))[0];
    };
    const h = 1 / 1024; // small, so that maxima seldom change hands
    for (const [name, gradient] of gradients) {
      const values = await session.readState(name);
      for (const at of new Set([0, values.length >> 1, values.length - 1])) {
        const moved = (by: number) => values.map((v, i) => (i === at ? v + by : v));
        const slope = ((await lossAt(name, moved(h))) - (await lossAt(name, moved(-h)))) / (2 * h);
        expect(Math.abs(gradient[at] - slope), `${name}[${at}]`).toBeLessThan(2e-3);
      }
      session.writeState(name, values);
    }
    await session.close();
  });
});

describe('layers that know training from testing', () => {
  it('dropout leaves numbers out in training, other ones each step', async () => {
    const spec = classifier(flatten(), dropout({ rate: 0.3 }));
    const graph = trainingGraph(spec, { optimizer: sgd() }, N);
    expect(inputNames(graph)).toContain('step');
    expect(inputNames(evaluationGraph(spec, {}, N))).not.toContain('step');
    const [session, program] = await start(spec, gradientGraph(spec, { seed: 1 }, N));
    const lossAt = async (step: number) => {
      program.input('step')[0] = step;
      program.run();
      return (await program.output('loss'))[0];
    };
    expect(await lossAt(0)).not.toBe(await lossAt(1));
    expect(await lossAt(0)).toBe(await lossAt(0));
    await session.close();
  });

  it("dropout of 2012 keeps 1 - rate when testing, today's does nothing", async () => {
    const logits = async (...layers: LayerInput[]) => {
      const spec = sequential(image, [flatten(), ...layers]);
      const [session, program] = await start(spec, evaluationGraph(spec, {}, N));
      program.run();
      const values = [...(await program.output('logits'))];
      await session.close();
      return values;
    };
    const plain = await logits();
    expect(await logits(dropout({ rate: 0.25 }))).toEqual(plain);
    expect(await logits(dropout({ rate: 0.25, mode: '2012' }))).toEqual(
      plain.map((x) => Math.fround(0.75 * x)),
    );
  });

  it('batch normalisation moves its statistics in training and reads them in testing', async () => {
    const spec = sequential(image, [
      globalAveragePooling2d(),
      batchNormalization({ momentum: 0.75 }),
    ]);
    const training = trainingGraph(spec, { optimizer: sgd(), loss: 'meanSquaredError' }, N);
    const [session, program] = await start(spec, training);
    program.input('x').fill(3);
    program.run();
    expect([...(await session.readState('batch_normalization/movingMean'))]).toEqual([0.75, 0.75]);
    expect([...(await session.readState('batch_normalization/movingVariance'))]).toEqual([
      0.75, 0.75,
    ]);
    const evaluation = session.compile(inferenceGraph(spec, N));
    session.writeState('batch_normalization/beta', [0, 1]);
    session.writeState('batch_normalization/gamma', [1, 2]);
    evaluation.input('x').fill(3);
    evaluation.run();
    const normalized = (3 - 0.75) / Math.sqrt(0.751);
    const [first, second] = await evaluation.output('probabilities');
    expect(first).toBeCloseTo(normalized, 5);
    expect(second).toBeCloseTo(2 * normalized + 1, 5);
    await session.close();
  });
});
