import type { WorkedUnit } from 'fovea/web';
import { describe, expect, it } from 'vitest';
import { conclusionOf, placeWords, shownTerms } from './workedWords.ts';

const unit: WorkedUnit = {
  does: 'sum',
  terms: Array.from({ length: 12 }, (_, i) => ({
    place: [i, 0, 1],
    value: i,
    weight: -0.5,
    adds: -i / 2,
  })),
  bias: 1,
  factor: null,
  sum: -32,
  activation: 'tanh',
  result: -1,
  window: null,
};

describe('a worked unit in words', () => {
  it('shows the terms that count most, and what the others come to', () => {
    const { shown, others, rest } = shownTerms(unit);
    expect(shown).toHaveLength(9);
    expect(shown[0]).toEqual({
      place: '11, 0, 1',
      product: '11 × (−0.5)',
      adds: '−5.5',
    });
    expect([others, rest]).toEqual([3, -1.5]);
  });

  it('concludes with sum, bias and activation', () => {
    expect(conclusionOf(unit)).toEqual([
      '12 products: −33',
      'with the bias of 1: −32',
      'tanh(−32) = −1',
    ]);
    expect(
      conclusionOf({ ...unit, does: 'distance', bias: null, sum: 2, activation: 'linear' }),
    ).toEqual(['12 squares: 2']);
    const sampled = {
      ...unit,
      does: 'weighedSum',
      factor: 0.25,
      activation: 'scaledTanh',
    } as const;
    expect(conclusionOf(sampled)).toContain('1.7159 tanh(2/3 × (−32)) = −1');
    expect(conclusionOf({ ...unit, activation: 'softmax', result: 0.5 }).at(-1)).toBe(
      'softmax over all units: 0.5',
    );
  });

  it('shows few terms all, in their order', () => {
    const few = { ...unit, does: 'max' as const, terms: unit.terms.slice(0, 4) };
    expect(shownTerms(few).shown.map(({ place }) => place)).toEqual(
      few.terms.map(({ place }) => place.join(', ')),
    );
    expect(placeWords([7])).toBe('number 7');
    expect(placeWords([11, 0, 1])).toBe('row 11, column 0, map 1');
  });
});
