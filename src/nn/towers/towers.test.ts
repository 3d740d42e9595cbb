/** @file What two towers hold, exchange and refuse, against the shapes of AlexNet and cases made by hand. */
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../base/shape.ts';
import { batchNormalization } from '../layers/batchNormalization.ts';
import { dense } from '../layers/dense.ts';
import { prelu } from '../layers/prelu.ts';
import { flatten } from '../layers/shapes/flatten.ts';
import { conv2d } from '../layers/windows/conv2d.ts';
import { parametersOf } from '../network.ts';
import { sgd } from '../optimizers/sgd.ts';
import { sequential } from '../sequential.ts';
import type { ModelSpec } from '../spec.ts';
import { towerLayers } from './towerLayers.ts';
import { towerPlan } from './towerPlan.ts';
import { cutState, heldSize, heldStates, joinState } from './towerStates.ts';

const conv1 = conv2d({ name: 'conv1', filters: 4, kernelSize: 3 });
const conv2 = conv2d({ name: 'conv2', filters: 4, kernelSize: 3, groups: 2 });
const answer = dense({ name: 'fc', units: 3, activation: 'softmax' });
type Layers = Parameters<typeof sequential>[1];
const netOf = (...layers: Layers[number][]): ModelSpec =>
  sequential({ inputShape: [9, 9, 2], name: 'net' }, layers);
const small = () => netOf(conv1, conv2, flatten({ name: 'flat' }), answer);

describe('the plan of two towers', () => {
  it('says of each layer what it reads and gives', () => {
    const { layers } = towerPlan(small());
    expect(layers.map(({ role, reads, gives }) => [role, reads, gives])).toEqual([
      ['first', undefined, 2],
      ['own', 2, 2],
      ['own', 2, 2], // flattened: two numbers of one tower, two of the other
      ['sum', 2, undefined],
    ]);
  });

  it.each([
    ['no groups', [conv1, flatten(), answer], /has no towers/],
    [
      'weights before the first',
      [batchNormalization({ name: 'bn' }), conv1, conv2, flatten(), answer],
      /"bn".*\n.*begin with/,
    ],
    ['groups of the input', [conv2, flatten(), answer], /"conv2".*\n.*begin with/],
    [
      'an odd number of maps',
      [conv1, conv2, conv2d({ name: 'odd', filters: 5, kernelSize: 3 }), flatten(), answer],
      /"odd".*\n.*even number of filters, received 5/,
    ],
    [
      'softmax inside',
      [conv1, conv2, flatten(), dense({ name: 'soft', units: 4, activation: 'softmax' }), answer],
      /"soft".*\n.*softmax after/,
    ],
    [
      'one slope for all',
      [conv1, conv2, prelu({ name: 'slope', sharedAxes: [1, 2, 3] }), flatten(), answer],
      /"slope".*\n.*for each channel/,
    ],
    [
      'four groups',
      [
        conv1,
        conv2,
        conv2d({ name: 'four', filters: 4, kernelSize: 3, groups: 4 }),
        flatten(),
        answer,
      ],
      /"four".*\n.*one or two groups/,
    ],
    [
      'no dense end',
      [conv1, conv2, conv2d({ name: 'end', filters: 2, kernelSize: 3 }), flatten()],
      /"end".*\n.*a dense layer as the last/,
    ],
  ] as const)('refuses %s', (_, layers, words) => {
    expect(() => towerPlan(netOf(...layers))).toThrow(words);
  });
});

describe('the numbers of two towers', () => {
  it('are the rows of the last kernel that read the own maps', () => {
    const held = heldStates(towerPlan(small()));
    const kernel = held.find(({ name }) => name === 'fc/kernel')!;
    const whole = Float32Array.from({ length: sizeOf(kernel.shape) }, (_, i) => Math.floor(i / 3));
    const rows = [...cutState(kernel, whole, 1)].filter((_, i) => i % 3 === 0);
    // Of each pixel's four maps the last two.
    expect(rows).toEqual(Array.from({ length: 50 }, (_, i) => 4 * Math.floor(i / 2) + 2 + (i % 2)));
  });

  it('are put together as they were cut, slots too, and no tower has more than its layers say', () => {
    const plan = towerPlan(small());
    const optimizer = sgd({ momentum: 0.9 });
    const held = heldStates(plan, optimizer);
    expect(held).toHaveLength(2 * parametersOf(small()).length);
    for (const state of held) {
      const whole = Float32Array.from({ length: sizeOf(state.shape) }, (_, i) => i);
      const halves = [0, 1].map((tower) => cutState(state, whole, tower));
      expect(joinState(state, halves)).toEqual(whole);
      expect(halves[0].length).toBe(heldSize(state));
    }
    for (const tower of [0, 1]) {
      const own = towerLayers(plan, tower).flatMap(({ parameters }) => parameters);
      const sizes = own.map(({ shape }) => sizeOf(shape));
      expect(sizes).toEqual(heldStates(plan).map(heldSize));
    }
  });
});
