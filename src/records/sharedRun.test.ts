/** @file What ranks must have in common before they train a run, and what rank 0 hands to the others. */
import { describe, expect, it } from 'vitest';
import { inProcessRanks } from '../cluster/inProcess.ts';
import { modelOf } from '../models/index.ts';
import type { Cluster } from '../train/events.ts';
import type { BegunRun, RunPlan } from './newRun.ts';
import type { TrainedRecord } from './runRecord.ts';
import { settingsOf } from './settings.ts';
import { checkSameRun, handOver } from './sharedRun.ts';

const spec = modelOf('lenet5');
const record: TrainedRecord = {
  ...{ format: 'fovea-run-1', status: 'stopped', versions: { fovea: '1' }, model: 'lenet5' },
  data: {
    ...{ name: 'digits', classes: ['0', '1'], digests: { images: '12' } },
    ...{ train: 80, validation: 0, test: 20, trainCount: null, testCount: null },
  },
  settings: settingsOf(spec),
  from: null,
  backend: { name: 'wasm', threads: 1, plan: 'wasm, 128-bit vectors, fused multiply-add' },
  startedAt: '2026-01-01T00:00:00.000Z',
  results: null,
};
const weightsOf = (...numbers: number[]) =>
  new Map([['dense/bias', { shape: [2], data: Float32Array.from(numbers) }]]);

interface Own {
  readonly record?: TrainedRecord;
  readonly weights?: RunPlan['initialWeights'];
  readonly how?: Partial<Cluster>;
}

/** What rank 0 is told where rank 1 has something of its own. */
async function toldOf(own: Own): Promise<string> {
  const outcomes = await Promise.allSettled(
    inProcessRanks(2).map((ranks) => {
      const { record: its = record, weights = weightsOf(1, 2), how = {} } = ranks.rank ? own : {};
      return checkSameRun({ ranks, ...how }, {
        spec,
        record: its,
        initialWeights: weights,
      } as unknown as RunPlan);
    }),
  );
  const [first] = outcomes;
  return first?.status === 'rejected' ? String(first.reason) : 'alike';
}

describe('ranks', () => {
  it('may call their data otherwise and have other plans of the same arithmetic', async () => {
    expect(await toldOf({})).toBe('alike');
    const data = { ...record.data, name: '/mnt/other/digits' };
    expect(await toldOf({ record: { ...record, data } })).toBe('alike');
    const backend = { ...record.backend, threads: 8, plan: 'wasm, 8 threads, fused multiply-add' };
    expect(await toldOf({ record: { ...record, backend } })).toBe('alike');
  });

  it.each<[string, Own]>([
    ['set of data', { record: { ...record, data: { ...record.data, digests: { images: '13' } } } }],
    ['set of options', { record: { ...record, settings: { ...record.settings, batchSize: 9 } } }],
    ['set of options', { how: { gradients: 'float16' } }],
    ['set of first weights', { weights: weightsOf(1, 3) }],
    ['set of first weights', { weights: new Map() }],
    [
      'arithmetic',
      { record: { ...record, backend: { ...record.backend, plan: 'multiply then add' } } },
    ],
  ])('must have the same %s', async (what, own) => {
    expect(await toldOf(own)).toContain(`rank 1 has another ${what} than rank 0`);
  });

  it('have a begun run as rank 0 has it, who alone reads it', async () => {
    const states = new Map([['dense/bias', { shape: [2], data: Float32Array.of(3, 4) }]]);
    const progress = {
      ...{ epoch: 1, batch: 0, step: 4, lossSum: 0, correct: 0, rows: 0, seconds: 1 },
      ...{ history: [], best: null, schedule: { scale: 1, best: null, waited: 0 } },
    };
    for (const last of [undefined, { states, progress }]) {
      const begun = { where: 'runs/x', spec, record, last } as unknown as BegunRun;
      let reads = 0;
      const read = async () => {
        reads++;
        return begun;
      };
      const [own, handed] = await Promise.all(
        inProcessRanks(2).map((ranks) => handOver(ranks, read)),
      );
      expect(reads).toBe(1);
      expect(own).toBe(begun);
      expect(handed).toMatchObject({ where: 'runs/x', spec, record });
      expect(handed?.last?.states.get('dense/bias')?.data).toEqual(
        last?.states.get('dense/bias')?.data,
      );
    }
  });
});
