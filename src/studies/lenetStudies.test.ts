import { describe, expect, it } from 'vitest';
import { sizeOf } from '../base/shape.ts';
import { parametersOf } from '../nn/network.ts';
import { openMeasurer } from './engine/measureTrial.ts';
import { lenetRobustness } from './lenetRobustness.ts';
import { lenetTable } from './lenetTable.ts';
import { type LenetPart, lenetWith } from './lenetVariants.ts';

const tiny = { trainCount: 40, testCount: 20, seeds: 1 };

describe('lenet-c3-table', () => {
  it.each<[LenetPart, number]>([
    ['none', 60_000],
    ['fullC3', 60_000 - 1516 + 16 * 151],
    ['average', 60_000 - 44],
    ['max', 60_000 - 44],
    ['softmax', 60_000 + 850],
  ])('changes one part alone: %s', (part, parameters) => {
    const trained = parametersOf(lenetWith(part)).filter(({ trainable }) => trainable);
    expect(trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(parameters);
  });

  it('trains each as it says, by its own loss and optimizer', async () => {
    const form = { ...lenetTable.forms.quick, ...tiny, epochs: 1 };
    const measurer = await openMeasurer(lenetTable, form, { threads: 1 }, undefined);
    const lossOf = async (condition: string) =>
      (await measurer.measure(`${condition}-seed1`)).figures.numbers.trainLoss ?? Number.NaN;
    const [paper, mle, sgd] = [await lossOf('paper'), await lossOf('mle'), await lossOf('sgd')];
    await measurer.close();
    // Eq. 9 adds log(e^-3 + ...), which is -3 where all codes are far.
    expect(mle - paper).toBeCloseTo(3, 1);
    expect(Math.abs(sgd - paper)).toBeGreaterThan(0.01);
  });

  it('judges each part against the network of 1998', () => {
    const form = { ...lenetTable.forms.quick, seeds: 3 };
    const worth: Readonly<Record<string, number>> = { max: 0.02, average: -0.02, adam: -0.05 };
    const trials = lenetTable.trials(form).map((trial) => {
      const accuracy = 0.95 + (worth[trial.condition] ?? 0) + 0.001 * trial.seed;
      return { trial, figures: { numbers: { accuracy, trainAccuracy: 0.9, parameters: 60_000 } } };
    });
    const { findings, tables } = lenetTable.conclude({ form, trials });
    expect(trials).toHaveLength(8 * 3);
    expect(findings.map(({ verdict }) => verdict)).toEqual([
      'supported', // no more than 0.3 points behind a full C3
      'supported', // sub-sampling against averages
      'supported', // max against sub-sampling
      'not supported', // softmax is the same here
      'not supported',
      'not supported',
      'not supported', // Adam
    ]);
    expect(tables[0]?.rows[3]?.at(-1)).toMatch(/^2\.00 ± 0\.00/);
  });
});

describe('lenet-robustness', () => {
  it('compares each strength with the pictures as they are', async () => {
    const form = { ...lenetRobustness.forms.quick, ...tiny, passes: 1, epochs: 4 };
    const measurer = await openMeasurer(lenetRobustness, form, { threads: 1 }, undefined);
    const { figures } = await measurer.measure('kerasDistorted-seed1');
    await measurer.close();
    const { clean, lost, ...others } = figures.numbers;
    const still = ['rotate/0', 'scale/1', 'squeeze/1', 'shear/0', 'stroke/0', 'brightness/0'];
    for (const name of still) expect(others[name], name).toBe(clean);
    const changed = Object.entries(others).filter(
      ([name]) => !/\/0$|e\/1$/.test(name) || name === 'stroke/1',
    ); // prettier-ignore
    expect(changed).toHaveLength(4 + 4 + 4 + 4 + 3 + 4 + 3);
    const sum = changed.reduce((all, [, right]) => all + Number(clean) - Number(right), 0);
    expect(lost).toBeCloseTo(sum / changed.length, 9);
  });

  it('calls a network sensitive where it loses more than 5 points', () => {
    const form = { ...lenetRobustness.forms.quick, seeds: 3 };
    const trials = lenetRobustness.trials(form).map((trial) => {
      const noise = 0.001 * trial.seed;
      const numbers = { clean: 0.9, 'rotate/20': 0.8 + noise, 'scale/0.6': 0.88 + noise };
      return {
        trial,
        figures: { numbers: { ...numbers, lost: trial.settings.distorted ? 0.1 + noise : 0.2 } },
      }; // prettier-ignore
    });
    const { findings, tables, figures } = lenetRobustness.conclude({ form, trials });
    const verdicts = findings.map(({ verdict }) => verdict);
    expect(verdicts.slice(0, 3)).toEqual(['supported', 'not supported', 'undecided']);
    expect(verdicts.slice(7)).toEqual(['not supported', 'supported', 'supported']);
    expect(tables.map(({ rows }) => rows.length)).toEqual(Array(7).fill(4));
    expect(figures).toHaveLength(8);
  });
});
