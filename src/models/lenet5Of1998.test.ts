import { describe, expect, it } from 'vitest';
import { formatConnectionTables } from '../nn/accounting/connectionTable.ts';
import { summarize } from '../nn/accounting/summary.ts';
import { diffOf, formatDiff } from '../nn/accounting/summaryDiff.ts';
import { dense } from '../nn/layers/dense.ts';
import { rbf } from '../nn/layers/rbf.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { connectedConv2d } from '../nn/layers/windows/connectedConv2d.ts';
import { levenbergMarquardt } from '../nn/optimizers/levenbergMarquardt.ts';
import { initialStates } from '../nn/programs/programs.ts';
import { sequential } from '../nn/sequential.ts';
import { modelOf } from './index.ts';
import { lenetConnections } from './lenet5Of1998.ts';
import { recipeOf } from './recipes.ts';

const spec = modelOf('lenet5-1998');

describe('lenet5-1998', () => {
  const { layers, totals } = summarize(spec);
  const counted = layers.filter(({ kind }) => kind !== 'flatten');

  it('has the parameters of the paper: 60,000 trainable and 840 fixed', () => {
    expect(counted.map(({ trainable }) => trainable)).toEqual([156, 12, 1516, 32, 48120, 10164, 0]);
    expect(counted.map(({ fixed }) => fixed)).toEqual([0, 0, 0, 0, 0, 0, 840]);
    expect(totals).toMatchObject({ trainable: 60_000, fixed: 840, parameters: 60_840 });
  });

  it('has the connections of the paper: 340,908', () => {
    expect(counted.map(({ connections }) => connections)).toEqual([
      122304, 5880, 151600, 2000, 48120, 10164, 840,
    ]);
    expect(totals.connections).toBe(340_908);
  });

  it('has the receptive fields of the paper', () => {
    expect(counted.map(({ receptiveField }) => receptiveField?.size[0])).toEqual([
      5, 6, 14, 16, 32, 32, 32,
    ]);
  });

  it('has Table I', () => {
    expect(lenetConnections.flat()).toHaveLength(60);
    const seen = Array.from({ length: 6 }, (_, c) => lenetConnections.filter((m) => m.includes(c)));
    expect(seen.map((maps) => maps.length)).toEqual([10, 10, 10, 10, 10, 10]);
    expect(lenetConnections[14]).toEqual([0, 2, 3, 5]);
    expect(formatConnectionTables(spec)).toMatchInlineSnapshot(`
      "c3: columns are its maps, rows the maps of s2
            0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15
         0  X  .  .  .  X  X  X  .  .  X  X  X  X  .  X  X
         1  X  X  .  .  .  X  X  X  .  .  X  X  X  X  .  X
         2  X  X  X  .  .  .  X  X  X  .  .  X  .  X  X  X
         3  .  X  X  X  .  .  X  X  X  X  .  .  X  .  X  X
         4  .  .  X  X  X  .  .  X  X  X  X  .  X  X  .  X
         5  .  .  .  X  X  X  .  .  X  X  X  X  .  X  X  X
      60 of 96 kernels"
    `);
  });

  it('starts within 2.4 / fan-in of each unit', () => {
    const states = initialStates(spec, { seed: 1 });
    const largest = (name: string, pick: (i: number) => boolean = () => true) =>
      Math.max(
        ...states
          .get(name)!
          .filter((_, i) => pick(i))
          .map(Math.abs),
      );
    expect(largest('c1/kernel')).toBeLessThanOrEqual(2.4 / 25);
    expect(largest('s2/weight')).toBeLessThanOrEqual(2.4 / 4);
    expect(largest('c5/kernel')).toBeGreaterThan(2.39 / 400);
    // The first 18 connections belong to maps with three inputs, the last six to the one with six.
    expect(largest('c3/kernel', (i) => i % 60 < 18)).toBeGreaterThan(2.3 / 75);
    expect(largest('c3/kernel', (i) => i % 60 >= 54)).toBeLessThanOrEqual(2.4 / 150);
    expect(new Set(states.get('output/centers'))).toEqual(new Set([-1, 1]));
  });

  it('stands beside the Keras version', () => {
    const { rows } = diffOf(spec, modelOf('lenet5'));
    expect(rows.map(({ left, right }) => [left?.trainable, right?.trainable])).toEqual([
      [156, 156],
      [12, 0],
      [1516, 2416],
      [32, 0],
      [48120, undefined], // c5 looks at a map, before the flatten layer; today's first dense layer comes after it
      [0, 0],
      [undefined, 30840],
      [10164, 10164],
      [0, 850],
    ]);
    expect(formatDiff(diffOf(spec, modelOf('lenet5')))).toContain('340,908');
  });
});

describe('what is refused', () => {
  const image = { inputShape: [8, 8, 2] };

  it('a connection to a map that does not exist, one made twice, a map without any', () => {
    const model = (connections: number[][]) => () =>
      sequential(image, [connectedConv2d({ connections, kernelSize: 3 })]);
    expect(model([[0], [2]])).toThrow('gives output map 1 the input map 2');
    expect(model([[0, 0]])).toThrow('input map 0 twice');
    expect(model([[0], []])).toThrow('gives output map 1 no input map');
  });

  it('codes of the wrong size, characters without a bitmap, a class without a code', () => {
    const model =
      (options: Parameters<typeof rbf>[0], units = 84) =>
      () =>
        sequential(image, [flatten(), dense({ units }), rbf(options)]);
    expect(model({ codes: '01' }, 80)).toThrow('has 84 numbers, the layer before gives 80');
    expect(model({ centers: [[1, 2], [1]] }, 2)).toThrow('the code of class 1 has 1 numbers');
    expect(model({ codes: '0é' })).toThrow('no 7x12 bitmap of "é"');
    expect(model({})).toThrow('no class has a code');
    expect(model({ codes: '0', rubbish: 0 })).toThrow('more than 0');
  });

  it('eta or mu that are not positive', () => {
    expect(() => levenbergMarquardt({ learningRate: 0 })).toThrow('more than 0');
    expect(() => levenbergMarquardt({ mu: -1 })).toThrow('more than 0');
    expect(() => levenbergMarquardt({ patterns: 0 })).toThrow('more than 0');
  });

  it('recipes that no model has', () => {
    expect(() => recipeOf('lenet5-1998', 'papier')).toThrow('paper');
    expect(() => recipeOf('sequential', 'paper')).toThrow('sequential has no recipe');
  });
});
