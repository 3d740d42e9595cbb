/** @file Steps over ranks: timed with ranks of this process, and simulated. */
import { describe, expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import { inProcessRanks } from '../cluster/inProcess.ts';
import { rankStepOf, timeRanks } from './ranks.ts';
import {
  type Network,
  type RankStep,
  ranksWorth,
  ringSeconds,
  simulateStep,
} from './simulateRanks.ts';
import { modelCaseOf } from './workloads.ts';

/** 1 GB/s, 1 ms. */
const network: Network = { name: '8 Gb/s', bandwidth: 8e9, latency: 1e-3 };

describe('a simulated step', () => {
  const late: RankStep = { compute: 1, rows: 10, buckets: [{ bytes: 1e9, after: 1 }] };
  const early: RankStep = {
    compute: 1,
    rows: 10,
    buckets: [
      { bytes: 0.25e9, after: 0.5 },
      { bytes: 0.5e9, after: 0.6 },
    ],
  };

  it('sends 2 (N - 1) / N of the bytes in 2 (N - 1) messages', () => {
    expect(ringSeconds(1e9, 1, network)).toBe(0);
    expect(ringSeconds(1e9, 2, network)).toBeCloseTo(1 + 2e-3, 12);
    expect(ringSeconds(1e9, 5, network)).toBeCloseTo(1.6 + 8e-3, 12);
  });

  it('waits for what leaves last, and hides what leaves before', () => {
    expect(simulateStep(late, 2, network)).toMatchObject({ seconds: 2.002, rate: 20 / 2.002 });
    // The first bucket is there at 0.752, before the second can be sent; that one at 1.254.
    expect(simulateStep(early, 2, network).seconds).toBeCloseTo(0.5 + 0.252 + 0.502, 12);
    const fast = { ...network, bandwidth: 8e10 };
    expect(simulateStep(early, 2, fast).efficiency).toBe(1);
    expect(simulateStep(early, 1, network)).toMatchObject({ seconds: 1, exchange: 0 });
  });

  it('says how many ranks are worth it', () => {
    // 2 (N - 1) (1 ms + 1 s / N): 1.002 s for 2 ranks, 1.905 s for 16, 2 s for 32.
    expect(ranksWorth(late, network)).toBe(undefined);
    expect(ranksWorth({ ...late, compute: 1.91 }, network)).toBe(16);
  });
});

describe('a step of lenet5', () => {
  const model = modelCaseOf('lenet5');

  it('leaves its gradients before the sums of its rows', async () => {
    const { buckets } = await rankStepOf(model, 32, 0.01);
    expect(buckets.map(({ bytes }) => bytes)).toEqual([4 * 44_426, 4 * 2]);
    for (const { after } of buckets) expect(after).toBeGreaterThan(0.9);
  });

  it('is timed alike on every rank', async () => {
    const timings = await Promise.all(
      inProcessRanks(2).map(async (ranks) => {
        await using session = await openSession({ backend: 'wasm', threads: 1 });
        return await timeRanks(session, model, 8, ranks, { budgetMs: 1 });
      }),
    );
    for (const timing of timings) {
      expect(timing).toMatchObject({ runs: timings[0].runs, bytes: 4 * 44_428 });
      expect(timing.overlap).toBeGreaterThanOrEqual(0);
      expect(timing.overlap).toBeLessThanOrEqual(1);
    }
  });
});
