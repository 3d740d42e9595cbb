import { describe, expect, it } from 'vitest';
import { fansOf, type InitializerSpec, initializerOption, initialValues } from './initializers.ts';

const kernel = [5, 5, 6, 64]; // fan-in 150, fan-out 1600, 9600 numbers
const draw = (initializer: InitializerSpec, seed = 1, name = 'conv2d/kernel') =>
  initialValues(initializer, kernel, seed, name);

function moments(values: Float32Array): { mean: number; variance: number; largest: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { mean, variance, largest: values.reduce((max, x) => Math.max(max, Math.abs(x)), 0) };
}

describe('fans', () => {
  it('are those of Keras', () => {
    expect(fansOf([256, 120])).toEqual([256, 120]);
    expect(fansOf([5, 5, 6, 16])).toEqual([150, 400]);
    expect(fansOf([16])).toEqual([16, 16]);
  });
});

describe('initial values', () => {
  it.each([
    ['glorotUniform', 2 / 1750],
    ['glorotNormal', 2 / 1750],
    ['heUniform', 2 / 150],
    ['heNormal', 2 / 150],
    ['lecunUniform', 1 / 150],
    ['lecunNormal', 1 / 150],
  ] as const)('%s has the variance %f and stays within its bounds', (kind, variance) => {
    const found = moments(draw({ kind }));
    expect(found.variance / variance).toBeCloseTo(1, 1);
    expect(Math.abs(found.mean)).toBeLessThan(4 * Math.sqrt(variance / 9600));
    const bound = kind.endsWith('Uniform') ? Math.sqrt(3 * variance) : 2.28 * Math.sqrt(variance);
    expect(found.largest).toBeLessThanOrEqual(bound);
    expect(found.largest).toBeGreaterThan(0.95 * bound);
  });

  it('draws normal numbers, cut ones and uniform ones from the options', () => {
    const normal = moments(draw({ kind: 'normal', mean: 3, stddev: 0.01 }));
    expect(normal.mean).toBeCloseTo(3, 3);
    expect(Math.sqrt(normal.variance)).toBeCloseTo(0.01, 3);
    const cut = draw({ kind: 'truncatedNormal', mean: 0, stddev: 1 });
    expect(moments(cut).largest).toBeLessThanOrEqual(2);
    const uniform = draw({ kind: 'uniform', min: 2, max: 3 });
    expect(uniform.every((x) => x >= 2 && x <= 3)).toBe(true);
    expect(moments(uniform).mean).toBeCloseTo(2.5, 2);
  });

  it('takes the fans of each place on the last axis, where they are given', () => {
    // Two places: 50 inputs and 150 outputs, 200 inputs and 300 outputs.
    const fans = [
      [50, 150],
      [200, 300],
    ] as const;
    const at = (kind: 'glorotUniform' | 'heNormal' | 'fanIn', place: number) => {
      const given = initializerOption.parse(kind);
      const drawn = initialValues(given, [5, 5, 4000, 2], 1, 'w', fans);
      return moments(drawn.filter((_, i) => i % 2 === place));
    };
    for (const place of [0, 1]) {
      const [fanIn, fanOut] = fans[place];
      const spread = (variance: number) => variance * (fanIn + fanOut);
      expect(spread(at('glorotUniform', place).variance)).toBeCloseTo(2, 1);
      expect(at('heNormal', place).variance * fanIn).toBeCloseTo(2, 1);
      expect(at('fanIn', place).largest * fanIn).toBeCloseTo(2.4, 2);
    }
  });

  it('fills with one value', () => {
    expect(new Set(draw({ kind: 'zeros' }))).toEqual(new Set([0]));
    expect(new Set(draw({ kind: 'ones' }))).toEqual(new Set([1]));
    expect(new Set(draw({ kind: 'constant', value: 0.5 }))).toEqual(new Set([0.5]));
  });

  it('depends on seed and name alone', () => {
    const glorot = { kind: 'glorotUniform' } as const;
    expect(draw(glorot)).toEqual(draw(glorot));
    expect(draw(glorot, 2)).not.toEqual(draw(glorot));
    expect(draw(glorot, 1, 'conv2d_1/kernel')).not.toEqual(draw(glorot));
  });

  it('takes a name or an object', () => {
    expect(initializerOption.parse('heNormal')).toEqual({ kind: 'heNormal' });
    expect(initializerOption.parse('normal')).toEqual({ kind: 'normal', mean: 0, stddev: 0.05 });
    expect(initializerOption.parse({ kind: 'uniform', max: 1 })).toEqual({
      kind: 'uniform',
      min: -0.05,
      max: 1,
    });
  });
});
