import { describe, expect, it } from 'vitest';
import { differences, type Given, numbersOfGraph } from '../../test/support/graphNumbers.ts';
import { RandomStream } from '../base/random.ts';
import { sizeOf } from '../base/shape.ts';
import { rootsOf, topologicalOrder } from '../graph/node.ts';
import { summarize } from './accounting/summary.ts';
import { formatSummary } from './accounting/summaryTable.ts';
import { batchNormalization } from './layers/batchNormalization.ts';
import { dense } from './layers/dense.ts';
import { flatten } from './layers/shapes/flatten.ts';
import { add, concatenate } from './layers/shapes/join.ts';
import { conv2d } from './layers/windows/conv2d.ts';
import { input, model } from './model.ts';
import { adam } from './optimizers/adam.ts';
import {
  evaluationGraph,
  gradientGraph,
  initialStates,
  trainingGraph,
} from './programs/programs.ts';
import { parseModelSpec } from './sequential.ts';
import type { ModelSpec } from './spec.ts';

const N = 3;

/** Drawn numbers for everything that a graph reads. */
function given(graph: ReturnType<typeof gradientGraph>, more: Given = {}): Given {
  const found: Record<string, ArrayLike<number>> = {};
  for (const { op, name, shape, dtype } of topologicalOrder(rootsOf(graph))) {
    if (op !== 'input' && op !== 'state') continue;
    const random = new RandomStream(1, name);
    const draw = () => (dtype === 'i32' ? random.integer(2) : random.normal());
    found[name] = Array.from({ length: sizeOf(shape) }, draw);
  }
  return { ...found, ...more };
}

/** Two pictures through the same layers, or through layers of their own. */
function siamese(isShared: boolean): ModelSpec {
  const [left, right] = [input({ shape: [4, 4, 1] }), input({ shape: [4, 4, 1] })];
  const make = () => conv2d({ filters: 2, kernelSize: 3, activation: 'tanh' });
  const head = () => dense({ units: 3 });
  const [conv, row] = [make(), head()];
  const [otherConv, otherRow] = isShared ? [conv, row] : [make(), head()];
  const a = row(flatten()(conv(left)));
  const b = otherRow(flatten()(otherConv(right)));
  const y = dense({ units: 2 })(concatenate()(a, b));
  return model({ inputs: { left, right }, outputs: y });
}

function expectNear(actual: readonly number[], expected: readonly number[], digits = 8): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], digits);
  });
}

describe('a layer applied twice', () => {
  const spec = siamese(true);
  const graph = gradientGraph(spec, {}, N);
  const numbers = given(graph);
  const found = numbersOfGraph(graph, numbers);

  it('has its parameters once', () => {
    expect([...initialStates(spec).keys()]).toEqual([
      'conv2d/kernel',
      'conv2d/bias',
      'dense/kernel',
      'dense/bias',
      'dense_2/kernel',
      'dense_2/bias',
    ]);
    expect(spec.layers.map(({ name, shares }) => [name, shares])).toContainEqual([
      'conv2d_1',
      'conv2d',
    ]);
  });

  it('adds up the gradients of both: finite differences', () => {
    for (const name of initialStates(spec).keys()) {
      expectNear(found[`gradient/${name}`], differences(graph, numbers, 'loss', name), 6);
    }
  });

  it('has the gradient of a twin with tied values, summed', () => {
    const twin = gradientGraph(siamese(false), {}, N);
    const tied = (name: string) => name.replace('conv2d_1', 'conv2d').replace('dense_1', 'dense');
    const states = [...initialStates(siamese(false)).keys()];
    const own = Object.fromEntries(states.map((name) => [name, numbers[tied(name)]]));
    const apart = numbersOfGraph(twin, { ...numbers, ...own });
    expectNear(apart.loss, found.loss, 12);
    for (const name of ['conv2d/kernel', 'conv2d/bias', 'dense/kernel', 'dense/bias']) {
      const other = apart[`gradient/${name.replace('/', '_1/')}`];
      const sum = apart[`gradient/${name}`].map((g, i) => g + other[i]);
      expectNear(found[`gradient/${name}`], sum, 12);
    }
  });

  it('moves its moving statistics twice', () => {
    const x = input({ shape: [2] });
    const norm = batchNormalization({ momentum: 0.5 });
    const twice = model({ inputs: x, outputs: norm(dense({ units: 2 })(norm(x))) });
    const step = trainingGraph(twice, { optimizer: adam() }, N);
    const drawn = given(step, { 'batch_normalization/movingMean': [8, 8] });
    const after = numbersOfGraph(step, drawn)['update batch_normalization/movingMean'];
    const xs = Array.from(drawn.x);
    const mean = [0, 1].map((c) => (xs[c] + xs[2 + c] + xs[4 + c]) / N);
    // The mean of a normalised batch is beta; a dense layer passes it on.
    const [kernel, bias, beta] = ['dense/kernel', 'dense/bias', 'batch_normalization/beta'].map(
      (name) => Array.from(drawn[name]),
    );
    const second = [0, 1].map((c) => beta[0] * kernel[c] + beta[1] * kernel[2 + c] + bias[c]);
    expectNear(
      after,
      [0, 1].map((c) => 0.5 * (0.5 * 8 + 0.5 * mean[c]) + 0.5 * second[c]),
      8,
    );
    expect(step.updates.filter(({ state }) => state.name.endsWith('movingMean'))).toHaveLength(1);
  });
});

describe('several outputs', () => {
  const [a, b] = [input({ shape: [3] }), input({ shape: [3] })];
  const sum = dense({ units: 4, activation: 'tanh' })(add()(a, b));
  const digit = dense({ units: 2, activation: 'softmax', l2: 0.1 })(sum);
  const total = dense({ units: 1 })(sum);
  const spec = model({ inputs: { a, b }, outputs: { digit, total } });
  const losses = {
    digit: 'sparseCategoricalCrossentropy',
    total: { loss: 'meanSquaredError', weight: 0.5, target: 'values' },
  } as const;

  it('are written and read again', () => {
    expect(spec).toMatchObject({
      formatVersion: 2,
      inputShape: [3],
      inputs: [{ name: 'a', shape: [3] }, { name: 'b' }],
      outputs: [
        { name: 'digit', layer: 'dense_1' },
        { name: 'total', layer: 'dense_2' },
      ],
    });
    expect(parseModelSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    const { outputs, ...noOutputs } = spec;
    expect(outputs).toBeDefined();
    expect(parseModelSpec(noOutputs).layers).toEqual(spec.layers);
  });

  it('have one loss, the weighted sum with the penalties, and each its own', () => {
    const graph = trainingGraph(spec, { optimizer: adam(), losses }, N);
    const numbers = given(graph);
    const found = numbersOfGraph(graph, numbers);
    const penalty = 0.1 * Array.from(numbers['dense_1/kernel']).reduce((s, w) => s + w * w, 0);
    expectNear(found.loss, [found['loss/digit'][0] + 0.5 * found['loss/total'][0] + penalty], 10);
    expect(Object.keys(graph.outputs)).toEqual([
      'loss',
      'loss/digit',
      'correct/digit',
      'loss/total',
      'absoluteError/total',
    ]);
    const rows = numbersOfGraph(evaluationGraph(spec, { losses }, N), numbers);
    const mean = (xs: number[]) => xs.reduce((s, x) => s + x / N, 0);
    expectNear([mean(rows.lossPerRow)], [found.loss[0] - penalty], 10);
    expectNear([mean(rows['lossPerRow/total'])], found['loss/total'], 10);
    const errors = rows['output/total'].map((y, n) => Math.abs(y - numbers['targets/total'][n]));
    expectNear([errors.reduce((s, x) => s + x, 0)], found['absoluteError/total'], 10);
    expectNear(rows['absoluteErrorPerRow/total'], errors, 10);
  });

  it('keep their losses under names that are numbers, whatever their order', () => {
    const outputs = [
      { name: '1', layer: 'dense_2' },
      { name: '0', layer: 'dense_1' },
    ];
    const named = parseModelSpec({ ...spec, outputs });
    const chosen = { '0': losses.digit, '1': losses.total };
    const graph = trainingGraph(named, { optimizer: adam(), losses: chosen }, N);
    expect(Object.keys(graph.outputs)).toEqual([
      'loss',
      'loss/1',
      'absoluteError/1',
      'loss/0',
      'correct/0',
    ]);
  });

  it('give gradients that finite differences confirm', () => {
    const graph = gradientGraph(spec, { losses }, N);
    const numbers = given(graph);
    const found = numbersOfGraph(graph, numbers);
    for (const name of initialStates(spec).keys()) {
      expectNear(found[`gradient/${name}`], differences(graph, numbers, 'loss', name), 6);
    }
  });

  it.each<[string, object, RegExp]>([
    ['a stranger', { ...losses, sun: 'huber' }, /unknown output "sun"/],
    ['one missing', { digit: 'huber' }, /none for total\n.*a loss for each of digit, total/],
    [
      'classes of values',
      { ...losses, total: { loss: 'map', target: 'values' } },
      /map compares classes/,
    ],
    [
      'an unknown target',
      { ...losses, total: { loss: 'huber', target: 'c' } },
      /unknown target "c"/,
    ],
    [
      'an unknown setting',
      { ...losses, total: { loss: 'huber', weigth: 1 } },
      /unknown option "weigth"/,
    ],
  ])('refuse losses with %s', (_, wrong, message) => {
    expect(() => gradientGraph(spec, { losses: wrong as typeof losses }, N)).toThrow(message);
  });
});

describe('specs of version 2', () => {
  const layers = [
    { kind: 'dense', options: { units: 2 }, inputs: ['a'] },
    { kind: 'dense', options: { units: 2 }, inputs: ['b'], shares: 'dense' },
    { kind: 'add', inputs: ['dense', 'dense_1'] },
  ];
  const inputs = [
    { name: 'a', shape: [3], preprocessing: { scale: 2 } },
    { name: 'b', shape: [3] },
  ];

  it('fill in preprocessing from the model', () => {
    const spec = parseModelSpec({ inputs, layers, preprocessing: { offset: 5 } });
    expect(spec.formatVersion).toBe(2);
    expect(spec.inputs?.map(({ preprocessing }) => preprocessing)).toEqual([
      { scale: 2, offset: 0 },
      { scale: 1 / 255, offset: 5 },
    ]);
  });

  it.each<[string, object, RegExp]>([
    [
      'shares with a stranger',
      { layers: [{ ...layers[1], inputs: ['a'] }, layers[1]] },
      /shares the parameters of "dense"\n.*a dense layer before it/,
    ],
    [
      'shares other options',
      { layers: [layers[0], { ...layers[1], options: { units: 3 } }, layers[2]] },
      /with the same options/,
    ],
    [
      'an output of no layer',
      { layers, outputs: [{ name: 'y', layer: 'z' }] },
      /its output "y" is of "z"/,
    ],
    [
      'one output in the middle',
      { layers, outputs: [{ name: 'y', layer: 'dense' }] },
      /its one output is of "dense"\n.*last layer, "add"/,
    ],
    ['an unread input', { layers: layers.slice(0, 1) }, /no layer reads its input "b"/],
    [
      'a first layer that chooses no input',
      { layers: [{ kind: 'flatten' }] },
      /does not say which of the inputs it reads/,
    ],
    [
      'another inputShape',
      { layers, inputShape: [4] },
      /inputShape is \(4,\), the first input is \(3,\)/,
    ],
    [
      'a layer named like an input',
      { layers: [{ ...layers[0], name: 'b' }] },
      /the name "b" is taken/,
    ],
  ])('are refused with %s', (_, wrong, message) => {
    expect(() => parseModelSpec({ inputs, ...wrong })).toThrow(message);
  });
});

describe('the summary of a model with shared layers', () => {
  it('counts them once and says who reads whom', () => {
    const summary = summarize(siamese(true));
    expect(summary.totals.parameters).toBe(20 + 27 + 14);
    const lines = formatSummary(summary, { width: 200 }).split('\n');
    expect(lines[0]).toBe('Model: "model", inputs left (None, 4, 4, 1), right (None, 4, 4, 1)');
    const row = (start: string) => lines.find((line) => line.startsWith(start))?.split(/ {2,}/);
    expect(row('Layer')).toContain('Connected to');
    expect(row('conv2d (')).toEqual(expect.arrayContaining(['conv2d (Conv2D)', '20', 'left']));
    expect(row('conv2d_1 (')).toEqual(
      expect.arrayContaining(['conv2d_1 (Conv2D of conv2d)', '0', 'right']),
    );
    expect(row('concatenate')).toContain('dense, dense_1');
    expect(() => summarize(siamese(true), { inputShape: [8, 8, 1] })).toThrow(/several inputs/);
  });
});
