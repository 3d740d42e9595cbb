/** @file Settings of a run: defaults filled in, what was said kept, what no record can keep refused. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { modelOf } from '../models/index.ts';
import { settingsOf } from './settings.ts';

const spec = modelOf('lenet5');

describe('settingsOf', () => {
  it("fills in defaults, the model's own among them", () => {
    expect(settingsOf(spec)).toEqual({
      epochs: 10,
      batchSize: 128,
      validationSplit: 0,
      seed: 0,
      shuffle: true,
      augmentation: { steps: [], mean: null },
      loss: 'sparseCategoricalCrossentropy',
      optimizer: {
        ...settingsOf(spec, 'none', { optimizer: 'adam' }).optimizer,
        learningRate: 0.003,
      },
      schedule: { kind: 'constant' },
      patience: null,
      freeze: [],
      precision: 'float32',
      watchTest: false,
    });
  });

  it('keeps what was said, layers by name where patterns were given', () => {
    const said = { epochs: 3, batchSize: 7, seed: 5, patience: 2, mixup: 0.2, shuffle: false };
    const found = settingsOf(spec, 'flip', { ...said, freeze: ['conv*'], optimizer: 'sgd' });
    expect(found).toMatchObject({
      ...said,
      freeze: ['conv2d', 'conv2d_1'],
      optimizer: { kind: 'sgd' },
    });
    expect(found.augmentation.steps).toHaveLength(1);
  });

  it.each([
    ['a loss it does not know', { loss: 'crossentropi' }, /crossentrop/],
    [
      'a schedule that is a function',
      { schedule: () => 0.1 },
      /function, which run.json cannot record/,
    ],
    ['an optimizer it does not know', { optimizer: 'adamm' }, /adam/],
    ['half an epoch', { epochs: 2.5 }, /epochs/],
  ])('refuses %s', (_, settings, words) => {
    expect(() => settingsOf(spec, 'none', settings)).toThrow(UsageError);
    expect(() => settingsOf(spec, 'none', settings)).toThrow(words);
  });
});
