/** @file Calibration and temperature against cases worked out by hand: each bin, each mean, the fitted number. */
import { describe, expect, it } from 'vitest';
import { FoveaError } from '../../base/errors.ts';
import { RandomStream } from '../../base/random.ts';
import { calibrationOf, LEAST_PROBABILITY } from './calibration.ts';
import { atTemperature, fitTemperature } from './temperature.ts';

const answers = (rows: readonly (readonly number[])[], labels: readonly number[]) => ({
  probabilities: Float32Array.from(rows.flat()),
  labels: Int32Array.from(labels),
});

/** Two classes, all answered with 0; `right` of `of` are right. */
function sureBy(confidence: number, right: number, of: number) {
  const rows = Array.from({ length: of }, () => [confidence, 1 - confidence]);
  return answers(
    rows,
    rows.map((_, i) => (i < right ? 0 : 1)),
  );
}

describe('calibration', () => {
  it('is worked out bin by bin', () => {
    // Bins of a quarter: (0.5, 0.75] holds 0.625 (wrong) and 0.75 (right), (0.75, 1] holds 0.875 (right) twice.
    const rows = [
      [0.625, 0.375],
      [0.25, 0.75],
      [0.875, 0.125],
      [0.125, 0.875],
    ];
    const found = calibrationOf(answers(rows, [1, 1, 0, 1]), { bins: 4 });
    expect(found?.bins.map(({ count }) => count)).toEqual([0, 0, 2, 2]);
    expect(found?.bins[2]).toEqual({
      from: 0.5,
      to: 0.75,
      count: 2,
      confidence: 0.6875,
      accuracy: 0.5,
    });
    expect([found?.confidence, found?.accuracy]).toEqual([0.78125, 0.75]);
    expect(found?.expectedError).toBeCloseTo(0.5 * 0.1875 + 0.5 * 0.125, 12);
    expect(found?.maximumError).toBeCloseTo(0.1875, 12);
    // Quarters of the rows: one row each.
    expect(found?.adaptiveError).toBeCloseTo((0.625 + 0.25 + 0.125 + 0.125) / 4, 12);
    const brier = 2 * (0.625 ** 2 + 0.25 ** 2 + 0.125 ** 2 + 0.125 ** 2);
    expect(found?.brier).toBeCloseTo(brier / 4, 12);
    const logs = Math.log(0.375) + Math.log(0.75) + 2 * Math.log(0.875);
    expect(found?.negativeLogLikelihood).toBeCloseTo(-logs / 4, 12);
    // Class 0: 0.125 and 0.25 in (0, 0.25], none right; 0.625 wrong; 0.875 right. Class 1 is its mirror image, but
    // that 0.25, 0.5, 0.75 belong to the bin below them.
    const one = (2 * 0.1875 + 0.625 + 0.125) / 4;
    const two = (0.125 + (1 - 0.375) + 0.25 + 0.125) / 4;
    expect(found?.classwiseError).toBeCloseTo((one + two) / 2, 12);
  });

  it('finds no fault where nine of ten are right at 90 %, and all of it where half are', () => {
    expect(calibrationOf(sureBy(0.9, 90, 100))?.expectedError).toBeCloseTo(0, 6);
    expect(calibrationOf(sureBy(0.9, 50, 100))?.expectedError).toBeCloseTo(0.4, 6);
    expect(calibrationOf(sureBy(0.9, 50, 100))?.adaptiveError).toBeCloseTo(0.4, 6);
  });

  it('keeps rows of one confidence together, in whatever order they come', () => {
    const rows = [0.6, 0.6, 0.6, 0.9].map((p) => [p, 1 - p]);
    const some = calibrationOf(answers(rows, [0, 1, 1, 0]), { bins: 2 });
    const turned = calibrationOf(answers(rows, [1, 1, 0, 0]), { bins: 2 });
    expect(some?.adaptiveError).toBe(turned?.adaptiveError);
    expect(some?.adaptiveError).toBeCloseTo(0.75 * (0.6 - 1 / 3) + 0.25 * 0.1, 6);
  });

  it('leaves rows out, takes the ends, and a probability of 0', () => {
    const rows = [
      [1, 0],
      [0, 1],
      [1, 0],
    ];
    const found = calibrationOf(answers(rows, [0, 0, 0]), { leftOut: new Set([2]) });
    expect(found?.count).toBe(2);
    expect(found?.bins.at(-1)?.count).toBe(2);
    expect(found?.negativeLogLikelihood).toBeCloseTo(-Math.log(LEAST_PROBABILITY) / 2, 6);
  });

  it('says nothing of what are no probabilities', () => {
    expect(calibrationOf(answers([[0.9, 0.9]], [0]))).toBeNull();
    expect(calibrationOf(answers([[0.5, 0.3]], [0]))).toBeNull();
    expect(calibrationOf(answers([[1.5, -0.5]], [0]))).toBeNull();
    expect(calibrationOf(answers([[Number.NaN, 1]], [0]))).toBeNull();
    expect(calibrationOf(answers([[1, 0]], [0]), { leftOut: new Set([0]) })).toBeNull();
  });
});

describe('a temperature', () => {
  it.each([
    [0.99, 80],
    [0.6, 80],
    [0.999999, 60],
  ])('of %d with %d of 100 right makes it as sure as it is right', (confidence, right) => {
    const made = sureBy(confidence, right, 100);
    const { temperature, before, after } = fitTemperature(made);
    const odds = (p: number): number => Math.log(p / (1 - p));
    const [given, other] = made.probabilities;
    expect(temperature).toBeCloseTo(Math.log(given / other) / odds(right / 100), 6);
    const scaled = atTemperature(made.probabilities, 2, temperature);
    expect(scaled[0]).toBeCloseTo(right / 100, 6);
    expect(after).toBeLessThan(before);
    const measured = calibrationOf({ ...made, probabilities: scaled });
    expect(measured?.negativeLogLikelihood).toBeCloseTo(after, 6);
  });

  it('is the least of all, and 1 where nothing is to be mended', () => {
    const random = new RandomStream(3, 1);
    const rows = Array.from({ length: 200 }, () => {
      const powers = Array.from({ length: 4 }, () => Math.exp(2 * random.normal()));
      const sum = powers.reduce((a, b) => a + b, 0);
      return powers.map((power) => power / sum);
    });
    const labels = rows.map((row) => {
      let place = random.uniform();
      return Math.max(
        0,
        row.findIndex((share) => {
          place -= share;
          return place < 0;
        }),
      );
    });
    const made = answers(rows, labels);
    const { temperature, after } = fitTemperature(made);
    expect(temperature).toBeGreaterThan(0.8);
    expect(temperature).toBeLessThan(1.25);
    for (const other of [0.9 * temperature, 1.1 * temperature, 0.5, 2]) {
      const scaled = atTemperature(made.probabilities, 4, other);
      const loss = calibrationOf({ ...made, probabilities: scaled })?.negativeLogLikelihood ?? 0;
      expect(loss).toBeGreaterThan(after);
    }
    const softened = { ...made, probabilities: atTemperature(made.probabilities, 4, 2.5) };
    expect(fitTemperature(softened).temperature).toBeCloseTo(temperature / 2.5, 4);
  });

  it('is refused where all is right, or where nothing was learned', () => {
    expect(() => fitTemperature(sureBy(0.9, 10, 10))).toThrow(/all 10 pictures.*are read right/);
    expect(() => fitTemperature(sureBy(0.9, 1, 10))).toThrow(/no better than chance/);
    expect(() => fitTemperature(sureBy(0.9, 1, 10))).toThrow(FoveaError);
  });

  it('does not count rows that are left out', () => {
    const made = sureBy(0.9, 8, 10);
    const leftOut = new Set([0, 1, 2, 3]);
    const { temperature } = fitTemperature(made, leftOut);
    expect(temperature).toBeCloseTo(Math.log(9) / Math.log(4 / 2), 4);
  });
});
