import { describe, expect, it } from 'vitest';
import { oneRank } from '../cluster/oneRank.ts';
import type { Cluster } from '../train/events.ts';
import { clusterToGoOn, recordedCluster } from './clusterRecord.ts';
import type { TrainedRecord } from './runRecord.ts';

const ranks = { ...oneRank, size: 4 };
const halves = { gradients: 'float16', synchronizedStatistics: true } as const;

describe('ranks that go on with a run', () => {
  const goOn = (cluster: Cluster | undefined, before?: TrainedRecord['cluster']) =>
    clusterToGoOn('runs/x', cluster, { cluster: before } as TrainedRecord);
  const before = { ranks: 2, ...halves, towers: false };

  it('do as ranks did before, unless nobody or one process alone did', () => {
    expect(goOn({ ranks }, before)).toEqual({ ranks, ...halves });
    expect(goOn({ ranks, gradients: 'float16' }, before)).toEqual({ ranks, ...halves });
    expect(goOn({ ranks })).toEqual({ ranks });
    expect(goOn(undefined, before)).toBeUndefined();
  });

  it('are refused where they are to do otherwise, but for towers, which add no gradients up', () => {
    expect(() => goOn({ ranks, gradients: 'float32' }, before)).toThrow(
      /gradients: is float32, in the run float16/,
    );
    expect(() => goOn({ ranks, synchronizedStatistics: false }, before)).toThrow(
      /synchronizedStatistics: is false, in the run true/,
    );
    const towers = { ranks, towers: true, gradients: 'float32' } as const;
    expect(goOn(towers, before)).toEqual(towers);
    const after = { ranks, gradients: 'float32' } as const;
    expect(goOn(after, { ...before, towers: true })).toEqual(after);
  });

  it('are kept in the record, with what towers found there', () => {
    expect(recordedCluster(undefined, before)).toEqual({});
    expect(recordedCluster({ ranks })).toEqual({
      cluster: { ranks: 4, gradients: 'float32', synchronizedStatistics: false, towers: false },
    });
    expect(recordedCluster({ ranks, ...halves })).toEqual({
      cluster: { ranks: 4, ...halves, towers: false },
    });
    expect(recordedCluster({ ranks, towers: true }, before)).toEqual({
      cluster: { ranks: 4, ...halves, towers: true },
    });
  });
});
