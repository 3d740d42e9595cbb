import { expect, it } from 'vitest';
import { modelOf } from '../models/index.ts';
import { parseRunRecord } from './runRecord.ts';
import { settingsOf } from './settings.ts';

it.each<[object, RegExp | null]>([
  [{}, null],
  [{ labelSmoothing: 0.9, mixup: 2, validationSplit: 0.5 }, null],
  [{ labelSmoothing: 1 }, /settings\.labelSmoothing/],
  [{ mixup: 2.5 }, /settings\.mixup/],
  [{ mixup: 0 }, /settings\.mixup/],
  [{ validationSplit: 1 }, /settings\.validationSplit/],
  [{ epochs: 0 }, /settings\.epochs/],
  [{ patience: 0 }, /settings\.patience/],
  [{ seed: -1 }, /settings\.seed/],
  [{ learningRates: { dense: 0 } }, /settings\.learningRates\.dense/],
  [{ loss: 'mse' }, /settings\.loss/],
])('a record is read back, and refused where an edit says %j', (changes, words) => {
  const record = {
    ...{ format: 'fovea-run-1', status: 'stopped', versions: { fovea: '1' }, model: 'lenet5' },
    data: {
      ...{ name: 'digits', classes: ['0', '1'], digests: {} },
      ...{ train: 80, validation: 0, test: 20, trainCount: null, testCount: null },
    },
    settings: { ...settingsOf(modelOf('lenet5')), ...changes },
    backend: { name: 'wasm', threads: 1, plan: 'wasm' },
    startedAt: '2026-01-01T00:00:00.000Z',
    results: null,
  };
  const read = () => parseRunRecord(JSON.stringify(record), 'runs/x');
  if (words === null) expect(read()).toMatchObject({ settings: changes, from: null });
  else expect(read).toThrow(words);
});
