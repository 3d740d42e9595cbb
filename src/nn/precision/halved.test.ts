/** @file Which numbers of a step are half precision, and which are not. */
import { describe, expect, it } from 'vitest';
import {
  type Graph,
  inputNode,
  isSource,
  rootsOf,
  stateNode,
  topologicalOrder,
} from '../../graph/node.ts';
import { isHalf } from '../../ops/halfPrecision.ts';
import { build } from '../../ops/index.ts';
import { layers } from '../layers/index.ts';
import { sgd } from '../optimizers/sgd.ts';
import { evaluationGraph, trainingGraph } from '../programs/programs.ts';
import { sequential } from '../sequential.ts';
import { precisionOf } from './choice.ts';
import { halved } from './halved.ts';

const { activation, batchNormalization, conv2d, dense, globalAveragePooling2d, maxPooling2d } =
  layers;

const spec = sequential({ inputShape: [8, 8, 1] }, [
  conv2d({ name: 'first', filters: 4, kernelSize: 3, useBias: false }),
  batchNormalization({ name: 'norm' }),
  activation({ name: 'relu', activation: 'relu' }),
  maxPooling2d({ name: 'pool', poolSize: 2 }),
  conv2d({ name: 'second', filters: 8, kernelSize: 3, activation: 'tanh' }),
  globalAveragePooling2d({ name: 'means' }),
  dense({ name: 'last', units: 3, activation: 'softmax' }),
]);
const precision = await precisionOf('float16');
const optimizer = sgd({ momentum: 0.9 });

const nodesOf = (graph: Graph) => topologicalOrder(rootsOf(graph));
const roundedOf = (graph: Graph): string[] =>
  nodesOf(graph)
    .filter(({ op }) => op === 'roundToHalf')
    .map(({ inputs: [x] }) => `${x!.op} ${x!.name}`)
    .sort();

describe('half precision', () => {
  it('is what products read, and what is kept between them', () => {
    expect(roundedOf(trainingGraph(spec, { optimizer, precision }, 4))).toEqual([
      'add first/gradient',
      'averagePool2d means',
      'averagePool2dGradient second/tanh/gradient',
      'conv2d first',
      'conv2dInputGradient pool/gradient',
      // Of the normalisation, forward and backward: what several read.
      'elementwise add/gradient',
      'elementwise second/preactivation/gradient',
      'elementwise sub/gradient',
      'elementwise sub/gradient',
      'input x',
      'matmul means/row/gradient',
      'maxPool2dGradient relu/gradient',
      'relu relu',
      'softmaxCrossEntropyGradient last/preactivation/gradient',
      'state first/kernel',
      'state last/kernel',
      'state second/kernel',
      'sub sub',
      'sub sub',
      'tanh second/tanh',
    ]);
    expect(roundedOf(evaluationGraph(spec, { precision }, 4))).toEqual([
      'averagePool2d means',
      'input x',
      'relu relu',
      'state first/kernel',
      'state last/kernel',
      'state second/kernel',
      'tanh second/tanh',
    ]);
  });

  it('has every factor of every product, and nobody reads one unrounded beside it', () => {
    const nodes = nodesOf(trainingGraph(spec, { optimizer, precision }, 4));
    const products = nodes.filter(({ op }) => /^(conv2d|matmul)/.test(op));
    expect(products).toHaveLength(8);
    for (const { inputs, name } of products)
      for (const factor of inputs.slice(0, 2)) expect(isHalf(factor), name).toBe(true);
    const rounded = nodes.filter(({ op }) => op === 'roundToHalf').map(({ inputs: [x] }) => x!);
    for (const x of rounded.filter((node) => !isSource(node)))
      expect(nodes.filter(({ inputs }) => inputs.includes(x)).map(({ op }) => op)).toEqual([
        'roundToHalf',
      ]);
  });

  it('leaves statistics, weight gradients and the optimizer alone', () => {
    const { updates } = trainingGraph(spec, { optimizer, precision }, 4);
    const made = nodesOf({ outputs: {}, updates });
    const gradients = made.filter(
      ({ name, op }) => /kernel\/gradient$/.test(name) && op !== 'state',
    );
    expect(gradients).toHaveLength(3);
    for (const gradient of gradients)
      expect(made.some(({ op, inputs }) => op === 'roundToHalf' && inputs[0] === gradient)).toBe(
        false,
      );
    for (const { value } of updates) expect(isHalf(value)).toBe(false);
  });

  it('goes through what only picks numbers, and through a border that is half precision itself', () => {
    const a = build('roundToHalf', [inputNode('a', [1, 4, 4, 2])]);
    const w = stateNode('w', [3, 3, 2, 2]);
    const attrs = {
      strides: [1, 1],
      pads: [
        [0, 0],
        [0, 0],
      ],
      dilation: [1, 1],
      groups: 1,
    };
    const reads = (value: number) => {
      const pads = [
        [1, 1],
        [1, 1],
      ];
      const padded = build('pad2d', [a], { mode: 'constant', pads, value });
      return roundedOf(
        halved({ outputs: { y: build('conv2d', [padded, w], attrs) }, updates: [] }),
      );
    };
    expect(reads(0.5)).toEqual(['input a', 'state w']);
    expect(reads(0.1)).toEqual(['input a', 'pad2d pad2d', 'state w']);
  });
});
