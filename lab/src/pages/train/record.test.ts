import { describe, expect, it } from 'vitest';
import { readFields, writeFields } from '../../frame/state/fields.ts';
import { type Point, type SideRecord, startOf, thinned, told } from './record.ts';
import { labelsOf, presets, sameRun, sidesOf, trainFields } from './settings.ts';

const start = startOf('A', { keptAs: null, parameters: 10, rows: 250, batchSize: 100, epochs: 2 });
const batch = (epoch: number, at: number, loss: number, accuracy: number, seconds: number) =>
  ({
    type: 'batch',
    epoch,
    epochs: 2,
    batch: at,
    batches: 3,
    learningRate: 0.1,
    loss,
    accuracy,
    seconds,
  }) as const;

describe('the record of a network', () => {
  it('has means since the last event, from means over the epoch so far', () => {
    // Losses 4, 2 and, of the last 50 rows, 1: means 4, 3 and (400 + 200 + 50) / 250.
    const events = [batch(1, 1, 4, 0.1, 1), batch(1, 2, 3, 0.3, 2), batch(1, 3, 2.6, 0.4, 2.5)];
    const { points, speed } = events.reduce<SideRecord>(told, start);
    expect(points.map(({ loss }) => loss)).toEqual([4, 2, expect.closeTo(1, 10)]);
    expect(points.map((p) => p.accuracy)).toEqual([
      0.1,
      expect.closeTo(0.5, 10),
      expect.closeTo(0.8, 10),
    ]);
    expect(points.map(({ epoch }) => epoch)).toEqual([1 / 3, 2 / 3, 1]);
    expect(speed).toBeCloseTo(100, 6);
    const next = told(events.reduce<SideRecord>(told, start), batch(2, 1, 0.5, 0.9, 1));
    expect(next.points.at(-1)).toMatchObject({ loss: 0.5, accuracy: 0.9 });
  });

  it('goes on from a checkpoint with what was drawn up to it', () => {
    const drawn = [batch(1, 1, 4, 0.1, 1), batch(1, 2, 3, 0.3, 2)].reduce<SideRecord>(told, start);
    const progress = {
      epoch: 0,
      batch: 1,
      step: 1,
      lossSum: 400,
      correct: 10,
      rows: 100,
      seconds: 1,
      waiting: 0,
      history: [],
      best: null,
      schedule: {},
    } as never;
    const resumed = told(drawn, { type: 'start', epochs: 2, batches: 3, progress, bytes: 0 });
    expect(resumed.points).toHaveLength(1);
    const after = told(resumed, batch(1, 2, 3, 0.3, 2));
    expect(after.points.at(-1)?.loss).toBeCloseTo(2, 10);
  });

  it('halves curves that grow long, and keeps their means and their end', () => {
    const points = Array.from(
      { length: 2000 },
      (_, i): Point => ({ epoch: i, loss: i, accuracy: 1 }),
    );
    const thin = thinned(points);
    expect(thin).toHaveLength(1000);
    expect([thin[0]?.loss, thin.at(-1)?.epoch]).toEqual([0.5, 1999]);
    expect(thinned(points.slice(0, 10))).toHaveLength(10);
  });
});

describe('settings', () => {
  const settings = (query: string) => readFields(trainFields, new URLSearchParams(query));

  it('come back from the address as they were written', () => {
    for (const { changes, title } of presets) {
      const changed = { ...settings('seed=7'), ...changes };
      expect(settings(writeFields(trainFields, changed)), title).toEqual(changed);
      expect(sidesOf(changed), title).toHaveLength(2);
      const [a, b] = labelsOf(changed);
      expect(a, title).not.toBe(b);
    }
    expect(writeFields(trainFields, settings(''))).toBe('');
  });

  it('name two networks by what differs', () => {
    expect(labelsOf(settings('two=1&activation=relu&activation2=tanh'))).toEqual(['ReLU', 'tanh']);
    expect(labelsOf(settings('two=1&dropout=0.5'))).toEqual(['dropout 0.5', 'no dropout']);
    expect(labelsOf(settings('two=1'))).toEqual(['A', 'B (the same settings)']);
    expect(labelsOf(settings(''))).toEqual(['']);
  });

  it('are another run where something counts', () => {
    expect(sameRun(settings('rate2=1'), settings(''))).toBe(true);
    expect(sameRun(settings('two=1&rate2=1'), settings('two=1'))).toBe(false);
    expect(sameRun(settings('seed=2'), settings(''))).toBe(false);
  });
});
