import { describe, expect, it } from 'vitest';
import { optimizerOf } from '../nn/optimizers/index.ts';
import { parseSchedule, startSchedule } from '../nn/schedules.ts';
import { recipeOf } from './recipes.ts';

describe('recipes of the AlexNets', () => {
  it('train by the paper: SGD 0.01, momentum 0.9, decay 0.0005 in the velocity, batches of 128', () => {
    for (const model of ['alexnet', 'alexnet-single', 'alexnet-caffe']) {
      const { settings } = recipeOf(model, 'paper');
      expect(settings).toMatchObject({ batchSize: 128, epochs: 90, augment: 'alexnet' });
      const { optimizer = { kind: '' } } = settings;
      expect(optimizerOf(optimizer).spec).toMatchObject({
        learningRate: 0.01,
        momentum: 0.9,
        weightDecay: 0.0005,
        decayMode: 'l2',
        velocity: 'steps',
      });
      expect(optimizerOf(optimizer).slots).toEqual(['v']);
    }
  });

  it('divide the rate by ten on a plateau', () => {
    const { schedule = { kind: '' } } = recipeOf('alexnet', 'paper').settings;
    const running = startSchedule(parseSchedule(schedule), 0.01);
    expect(running.rate(0, 1)).toBe(0.01);
    for (let epoch = 0; epoch < 6; epoch++) running.epochEnd(2);
    expect(running.rate(6, 1)).toBeCloseTo(0.001, 12);
  });

  it('train by the notebook: Adam, 3 epochs, the last fifth to validate', () => {
    const { settings } = recipeOf('alexnet-cifar10', 'text');
    expect(settings).toMatchObject({ epochs: 3, batchSize: 64, validationSplit: 0.2 });
    expect(optimizerOf(settings.optimizer!).spec).toMatchObject({
      kind: 'adam',
      learningRate: 0.0003,
    });
    expect(recipeOf('lenet5', 'text').settings).toMatchObject({ epochs: 3, batchSize: 128 });
  });

  it('take the word that "text" once was', () => {
    expect(recipeOf('lenet5', 'seed')).toEqual(recipeOf('lenet5', 'text'));
  });
});

it('the recipe of 1998 lowers the rate as the paper does, over twenty passes', () => {
  const { epochs, schedule, batchSize, shuffle } = recipeOf('lenet5-1998', 'paper').settings;
  expect([epochs, batchSize, shuffle]).toEqual([20, 1, 'once']);
  const { rate } = startSchedule(parseSchedule(schedule ?? { kind: '' }), 1);
  // LeCun et al. 1998, section III.B: the first two passes, the next three, three and four, and all after.
  const rates = Array.from({ length: 20 }, (_, pass) => rate(pass * 60_000, 60_000));
  const repeated = (times: number, value: number) => new Array<number>(times).fill(value);
  expect(rates).toEqual([
    ...repeated(2, 0.0005),
    ...repeated(3, 0.0002),
    ...repeated(3, 0.0001),
    ...repeated(4, 0.00005),
    ...repeated(8, 0.00001),
  ]);
});
