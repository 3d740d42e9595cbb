/** @file The step of one rank: when its gradients leave, in which order, and what memory they take. */
import { describe, expect, it } from 'vitest';
import { planProgram } from '../../backends/wasm/program/plan.ts';
import { sizeOf } from '../../base/shape.ts';
import { type Graph, rootsOf, stateNode, topologicalOrder } from '../../graph/node.ts';
import { isExchange } from '../../ops/ranks.ts';
import { batchNormalization } from '../layers/batchNormalization.ts';
import { dense } from '../layers/dense.ts';
import { flatten } from '../layers/shapes/flatten.ts';
import { conv2d } from '../layers/windows/conv2d.ts';
import { parametersOf } from '../network.ts';
import { sgd } from '../optimizers/sgd.ts';
import { sequential } from '../sequential.ts';
import { trainingGraph } from './programs.ts';
import { bucketsOf, sharedTrainingGraph } from './sharedStep.ts';

/** Dense gradients of 2.4 MB, 3.1 MB and 12 KB, and a small one of a convolution. */
const net = (normalized: boolean) =>
  sequential({ inputShape: [14, 14, 1], name: 'wide' }, [
    conv2d({ name: 'conv', filters: 8, kernelSize: 3 }),
    ...(normalized ? [batchNormalization({ name: 'norm' })] : []),
    flatten(),
    dense({ name: 'fc1', units: 512, activation: 'relu' }),
    dense({ name: 'fc2', units: 1536, activation: 'relu' }),
    dense({ name: 'fc3', units: 10, activation: 'softmax' }),
  ]);

const rows = { first: 0, count: 16, of: 64 };
const optimizer = sgd({ momentum: 0.9 });
const shared = (normalized = false, synchronized = false) =>
  sharedTrainingGraph(net(normalized), { optimizer, rows, synchronized });
const planOf = (graph: Graph) => planProgram(graph, { relaxedMadd: false, pairs: false });

describe('the step of one rank', () => {
  it('lets the gradients of the last layers go first, while there is work left', () => {
    const { phases } = planOf(shared()).schedule;
    const begun = phases.flatMap(({ kind, exchanged = [] }, p) =>
      kind === 'begin' ? [{ p, names: exchanged.map(({ name }) => name) }] : [],
    );
    expect(begun.map(({ names }) => names)).toEqual([
      ['gradient/fc3/bias', 'gradient/fc3/kernel', 'gradient/fc2/bias', 'gradient/fc2/kernel'],
      ['gradient/fc1/bias', 'gradient/fc1/kernel'],
      ['gradient/conv/bias', 'gradient/conv/kernel'],
      ['loss', 'correct'],
    ]);
    const [first, second] = begun;
    const between = phases.slice(first.p + 1, second.p).flatMap(({ kernels }) => kernels);
    expect(between.map(({ name }) => name)).toContain('fc1/kernel/gradient');
    const awaited = phases.findIndex(({ kind }) => kind === 'await');
    expect(awaited).toBeGreaterThan(begun[2].p);
  });

  it('keeps no second copy of the gradients', () => {
    const spec = net(false);
    const [alone, together] = [
      planOf(trainingGraph(spec, { optimizer }, rows.count)),
      planOf(shared()),
    ];
    // One rank alone keeps none: its updates are made as the gradients are.
    const gradients = parametersOf(spec).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
    const more = together.memory.bytes - alone.memory.bytes;
    expect(more).toBeGreaterThan(0.9 * gradients);
    expect(more).toBeLessThan(1.05 * gradients);
  });

  it('exchanges statistics of the batch in its middle, forward and back, where they are of all rows', () => {
    const names = (synchronized: boolean) =>
      topologicalOrder(rootsOf(shared(true, synchronized)))
        .filter(isExchange)
        .sort((a, b) => Number(a.attrs.order) - Number(b.attrs.order))
        .map(({ name }) => name);
    // Mean and variance forward, what comes back to each; or two moving statistics at the end.
    const own = names(false);
    expect(own.filter((name) => name === 'rankSum')).toEqual([]);
    expect(own.slice(-2)).toEqual(['norm/mean', 'norm/variance']);
    expect(names(true).filter((name) => !/^gradient|^loss|^correct/.test(name))).toHaveLength(4);
  });

  it('gives every exchange a place of its own in the order', () => {
    const exchanges = topologicalOrder(rootsOf(shared(true, true))).filter(isExchange);
    const orders = exchanges.map(({ attrs }) => Number(attrs.order)).sort((a, b) => a - b);
    expect(orders).toEqual(exchanges.map((_, i) => i));
  });
});

describe('buckets', () => {
  it('hold every gradient once, the last first, and close when they hold a quarter', () => {
    const sizes = [10, 600_000, 5, 310_000, 310_000, 7];
    const gradients = sizes.map((n, i) => stateNode(`g${i}`, [n]));
    const buckets = bucketsOf(gradients);
    expect(buckets.map((bucket) => bucket.map(({ name }) => name))).toEqual([
      ['g5', 'g4'],
      ['g3'],
      ['g2', 'g1'],
      ['g0'],
    ]);
    expect(bucketsOf([stateNode('one', [3])])).toHaveLength(1);
    const all = buckets.flat().reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    expect(all).toBe(sizes.reduce((a, b) => a + b, 0));
  });
});
