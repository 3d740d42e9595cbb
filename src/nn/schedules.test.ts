import { describe, expect, it } from 'vitest';
import { parseSchedule, startSchedule } from './schedules.ts';

const ratesOf = (schedule: Parameters<typeof parseSchedule>[0], epochs: readonly number[]) => {
  const { rate } = startSchedule(parseSchedule(schedule), 0.1);
  return epochs.map((epoch) => Number(rate(epoch).toFixed(9)));
};
const step = { kind: 'step', every: 2, factor: 0.5 };
const plateau = { kind: 'reduceOnPlateau', patience: 2, factor: 0.5, minimum: 0.03 };

describe('schedules', () => {
  it('stay, drop, decay and follow a cosine', () => {
    expect(ratesOf('constant', [0, 7])).toEqual([0.1, 0.1]);
    expect(ratesOf(step, [0, 1.9, 2, 3.9, 4])).toEqual([0.1, 0.1, 0.05, 0.05, 0.025]);
    expect(ratesOf({ kind: 'exponential', factor: 0.25 }, [0, 0.5, 1])).toEqual([0.1, 0.05, 0.025]);
    const cosine = { kind: 'cosine', duration: 4, minimum: 0.02 };
    expect(ratesOf(cosine, [0, 2, 4, 9])).toEqual([0.1, 0.06, 0.02, 0.02]);
  });

  it('reduces on a plateau, not below the minimum', () => {
    const schedule = startSchedule(parseSchedule(plateau), 0.1);
    const seen = [1, 0.9, 0.9, 0.95, 0.9, 0.9, 0.5, 0.6].map((loss) => {
      schedule.epochEnd(loss);
      return schedule.rate(0);
    });
    expect(seen).toEqual([0.1, 0.1, 0.1, 0.05, 0.05, 0.03, 0.03, 0.03]);
  });

  it('waits for higher values in mode max', () => {
    const spec = parseSchedule({ ...plateau, mode: 'max', patience: 1 });
    const schedule = startSchedule(spec, 0.1);
    for (const accuracy of [0.5, 0.6, 0.7]) schedule.epochEnd(accuracy);
    expect(schedule.rate(0)).toBe(0.1);
    schedule.epochEnd(0.65);
    expect(schedule.rate(0)).toBe(0.05);
  });

  it('goes on from its state', () => {
    const spec = parseSchedule(plateau);
    const whole = startSchedule(spec, 0.1);
    for (const loss of [1, 1]) whole.epochEnd(loss);
    const resumed = startSchedule(spec, 0.1, JSON.parse(JSON.stringify(whole.state())));
    for (const schedule of [whole, resumed]) schedule.epochEnd(1);
    expect(resumed.state()).toEqual(whole.state());
    expect(resumed.rate(0)).toBe(0.05);
  });

  it('names what it does not know', () => {
    expect(() => parseSchedule('cosin')).toThrow('did you mean "cosine"?');
    expect(() => parseSchedule({ ...step, evry: 1 })).toThrow('did you mean "every"?');
    expect(() => parseSchedule('step')).toThrow('every is missing');
  });
});
