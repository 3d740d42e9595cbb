import { describe, expect, it } from 'vitest';
import type { AnyDataset } from '../data/streamed.ts';
import { checkSameData } from './expectedRun.ts';
import type { TrainedRecord } from './runRecord.ts';

describe('data of a run that goes on', () => {
  const data = { name: 'folder:p', classes: ['a', 'b'], digests: { pictures: '12' } };
  const check = (found: Partial<AnyDataset>) =>
    checkSameData(
      'runs/x',
      { data } as unknown as TrainedRecord,
      { ...data, ...found } as AnyDataset,
    );

  it('must have the classes and the digests of its record', () => {
    expect(() => check({})).not.toThrow();
    expect(() => check({ classes: ['b', 'a'] })).toThrow(
      /runs.x: folder:p is not what the run was trained on[\s\S]*another order/,
    );
    expect(() => check({ digests: { pictures: '34' } })).toThrow(/pictures: not what was recorded/);
  });
});
