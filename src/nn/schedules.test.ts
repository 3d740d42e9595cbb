import { describe, expect, it } from 'vitest';
import { parseSchedule, scheduleFacts, startSchedule } from './schedules.ts';

const ratesOf = (schedule: Parameters<typeof parseSchedule>[0], epochs: readonly number[]) => {
  const { rate } = startSchedule(parseSchedule(schedule), 0.1);
  return epochs.map((epoch) => Number(rate(epoch, 1).toFixed(9)));
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

  it('restarts a cosine, each cycle longer and lower', () => {
    const restarts = { kind: 'cosineRestarts', duration: 2, longer: 3, factor: 0.5, minimum: 0.02 };
    expect(ratesOf(restarts, [0, 1, 2, 5, 8])).toEqual([0.1, 0.06, 0.05, 0.035, 0.025]);
    expect(ratesOf({ ...restarts, warmup: 1 }, [0.5, 2, 3])).toEqual([0.05, 0.06, 0.05]);
  });

  it('rises in a line from 0 over the warm-up, whatever comes then', () => {
    const warm = (
      schedule: { readonly kind: string; readonly rates?: readonly number[] },
      epochs: readonly number[],
    ) => ratesOf({ ...schedule, warmup: 2 }, epochs);
    expect(warm({ kind: 'constant' }, [0, 0.5, 1, 2, 9])).toEqual([0, 0.025, 0.05, 0.1, 0.1]);
    expect(warm(step, [1, 2])).toEqual([0.05, 0.05]);
    expect(warm({ kind: 'table', rates: [0.4, 0.2, 0.3] }, [0.5, 1, 2])).toEqual([0.1, 0.1, 0.3]);
    // The fall begins when the rise is over, and still ends where the duration says.
    const cosine = { kind: 'cosine', duration: 6, minimum: 0.02 };
    expect(warm(cosine, [1, 2, 4, 6, 7])).toEqual([0.05, 0.1, 0.06, 0.02, 0.02]);
    expect(() => parseSchedule({ ...cosine, warmup: 6 })).toThrow('leaves none of 6');
    for (const { kind, options } of scheduleFacts) {
      expect(
        options.map(({ name }) => name),
        kind,
      ).toContain('warmup');
      expect(
        options.every(({ says }) => says !== ''),
        kind,
      ).toBe(true);
    }
  });

  it('takes functions of finished epochs and steps', () => {
    const asked: number[][] = [];
    const schedule = startSchedule((epoch, at) => {
      asked.push([epoch, at]);
      return 0.1 / (1 + epoch);
    }, 5);
    const rates = [0, 3, 4, 11].map((at) => schedule.rate(at, 4));
    expect(rates).toEqual([0.1, 0.1, 0.05, 0.1 / 3]);
    expect(asked).toEqual([
      [0, 0],
      [0, 3],
      [1, 4],
      [2, 11],
    ]);
    const wrong = startSchedule(() => Number.NaN, 1);
    expect(() => wrong.rate(7, 4)).toThrow('gave NaN at step 7');
    expect(() => startSchedule(() => -1, 1).rate(0, 4)).toThrow('at least 0');
  });

  it('reduces on a plateau, not below the minimum', () => {
    const schedule = startSchedule(parseSchedule(plateau), 0.1);
    const seen = [1, 0.9, 0.9, 0.95, 0.9, 0.9, 0.5, 0.6].map((loss) => {
      schedule.epochEnd(loss);
      return schedule.rate(0, 1);
    });
    expect(seen).toEqual([0.1, 0.1, 0.1, 0.05, 0.05, 0.03, 0.03, 0.03]);
  });

  it('waits for higher values in mode max', () => {
    const spec = parseSchedule({ ...plateau, mode: 'max', patience: 1 });
    const schedule = startSchedule(spec, 0.1);
    for (const accuracy of [0.5, 0.6, 0.7]) schedule.epochEnd(accuracy);
    expect(schedule.rate(0, 1)).toBe(0.1);
    schedule.epochEnd(0.65);
    expect(schedule.rate(0, 1)).toBe(0.05);
  });

  it('goes on from its state', () => {
    const spec = parseSchedule(plateau);
    const whole = startSchedule(spec, 0.1);
    for (const loss of [1, 1]) whole.epochEnd(loss);
    const resumed = startSchedule(spec, 0.1, JSON.parse(JSON.stringify(whole.state())));
    for (const schedule of [whole, resumed]) schedule.epochEnd(1);
    expect(resumed.state()).toEqual(whole.state());
    expect(resumed.rate(0, 1)).toBe(0.05);
  });

  it('names what it does not know', () => {
    expect(() => parseSchedule('cosin')).toThrow('did you mean "cosine"?');
    expect(() => parseSchedule({ kind: 'table', rates: [] })).toThrow('at least one rate');
    expect(() => parseSchedule({ ...step, evry: 1 })).toThrow('did you mean "every"?');
    expect(() => parseSchedule('step')).toThrow('every is missing');
  });
});
