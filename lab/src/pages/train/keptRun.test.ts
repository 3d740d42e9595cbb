/** @file A kept run as settings of the page: what is asked of it, and what it says itself. */
import { modelOf } from 'fovea/web';
import { expect, it } from 'vitest';
import { epochsOf, type KeptRun, runInWords, settingsOfRun, wantedByRun } from './keptRun.ts';

const run = (changes: object = {}, data: object = {}): KeptRun => ({
  name: 'one',
  spec: modelOf('lenet5'),
  epochs: 2,
  record: {
    status: 'stopped',
    model: 'lenet5',
    data: { name: 'digits', train: 100, trainCount: 100, testCount: null, ...data },
    settings: {
      epochs: 5,
      batchSize: 32,
      seed: 7,
      optimizer: { kind: 'sgd', learningRate: 0.1, momentum: 0.9 },
    },
    ...changes,
  } as unknown as KeptRun['record'],
});

it('has as many epochs as it was to have, or as are asked for; one that is done gets one more', () => {
  expect(epochsOf(run(), 0)).toBe(5);
  expect(epochsOf(run(), 3)).toBe(3);
  expect(epochsOf(run({ status: 'done' }), 0)).toBe(5);
  expect(epochsOf({ ...run({ status: 'done' }), epochs: 5 }, 0)).toBe(6);
  expect(epochsOf({ ...run({ status: 'done' }), epochs: 5 }, 9)).toBe(9);
});

it('says its settings as the page has them', () => {
  expect(settingsOfRun(run(), { until: 0 })).toMatchObject({
    run: 'one',
    model: 'lenet5',
    data: 'digits',
    epochs: 5,
    batch: 32,
    seed: 7,
    optimizer: 'sgd',
    rate: 0.1,
    two: false,
  });
  expect(runInWords(run())).toBe(
    'lenet5 on digits, sgd at 0.1, batches of 32, seed 7: 2 of 5 epochs done.',
  );
});

it('wants the pictures it was trained on', () => {
  expect(wantedByRun(run())).toEqual({ name: 'digits', shape: null, counts: { trainCount: 100 } });
  expect(wantedByRun(run({}, { name: 'folder:cats' }))).toEqual({
    name: 'own',
    shape: [28, 28, 1],
    counts: {},
  });
});
