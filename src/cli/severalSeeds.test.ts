import { describe, expect, it } from 'vitest';
import { parseSeeds, showSeeds } from './severalSeeds.ts';

describe('--seeds', () => {
  it('is how many, or which', () => {
    expect(parseSeeds('3')).toEqual([1, 2, 3]);
    expect(parseSeeds('7, 0,4294967295')).toEqual([7, 0, 4_294_967_295]);
  });

  it.each(['0', '', '1,1', '1,-2', '1.5', 'many', '1,4294967296', '1001'])(
    'is not "%s"',
    (text) => {
      expect(() => parseSeeds(text)).toThrow(
        /a number of seeds up to 1000, or different whole numbers/,
      );
    },
  );
});

describe('what seeds make of it', () => {
  const shown = (accuracies: readonly number[]) => {
    const said: string[] = [];
    const data: unknown[] = [];
    const results = accuracies.map((accuracy, i) => ({
      seed: i + 1,
      run: `runs/a-seed${i + 1}`,
      test: { loss: 1 - accuracy, accuracy },
    }));
    const write = { text: (words: string) => said.push(words), data: (v: unknown) => data.push(v) };
    showSeeds(results, { json: false, note: () => {}, ...write });
    return { said: said.join('\n'), data: data[0] };
  };

  it('is a mean, a standard deviation and an interval', () => {
    const { said, data } = shown([0.9, 0.92, 0.94]);
    expect(said).toMatch(/Over the seeds 1, 2, 3\n/);
    expect(said).toMatch(/runs\/a-seed2 +0\.0800 +0\.9200/);
    expect(said).toMatch(/mean of 3 +0\.0800 +0\.9200/);
    expect(said).toMatch(/standard deviation\) +0\.0200 +0\.0200/);
    // 4.3027 * 0.02 / sqrt(3)
    expect(said).toMatch(/at least \(95 %\) +0\.0303 +0\.8703/);
    expect(data).toMatchObject({
      event: 'seeds',
      runs: [{ seed: 1, run: 'runs/a-seed1', test: { accuracy: 0.9 } }, {}, {}],
    });
  });

  it('is a mean alone of one seed', () => {
    expect(shown([0.9]).said).not.toMatch(/spread|NaN|Infinity/);
  });
});
