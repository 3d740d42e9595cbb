import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insights } from '../prediction/insights.ts';
import type { EpochRecord } from '../progress.ts';
import { classify, type Predictions } from './classification.ts';

/** Predictions from rows of probabilities. */
function predictions(classes: string[], labels: number[], rows: number[][]): Predictions {
  const flat = Float32Array.from(rows.flat());
  return {
    classes,
    labels: Uint8Array.from(labels),
    logits: flat.map(Math.log),
    probabilities: flat,
    penalty: 0,
    losses: Float32Array.from(rows.map((row, i) => -Math.log(row[labels[i]]))),
  };
}

const cats = predictions(
  ['cat', 'dog', 'eel'],
  [0, 0, 1, 1, 2],
  [
    [0.7, 0.2, 0.1],
    [0.4, 0.5, 0.1],
    [0.1, 0.8, 0.1],
    [0.97, 0.02, 0.01],
    [0.3, 0.3, 0.4],
  ],
);

describe('classify', () => {
  it('counts what a person would count', () => {
    const result = classify(cats, { topK: [1, 2, 5] });
    expect(result.accuracy).toBe(3 / 5);
    expect(result.topK).toEqual({ 1: 3 / 5, 2: 1 });
    expect(result.confusion).toEqual([
      [1, 1, 0],
      [1, 1, 0],
      [0, 0, 1],
    ]);
    expect(result.perClass[0]).toEqual({
      class: 'cat',
      precision: 1 / 2,
      recall: 1 / 2,
      f1: 1 / 2,
      support: 2,
    });
    expect(result.perClass[2]).toMatchObject({ precision: 1, recall: 1, f1: 1, support: 1 });
    expect(result.mistakes.map(({ index }) => index)).toEqual([3, 1]);
    expect(result.mistakes[0]).toMatchObject({ label: 1, predicted: 0 });
    expect(result.mistakes[0].confidence).toBeCloseTo(0.97);
    expect(result.mistakeCount).toBe(2);
  });

  it('means by F1 the harmonic mean of precision and recall', () => {
    const rows = [
      [0.9, 0.1],
      [0.2, 0.8],
      [0.3, 0.7],
    ];
    const { perClass } = classify(predictions(['a', 'b'], [0, 0, 1], rows));
    expect(perClass[0]).toMatchObject({ precision: 1, recall: 1 / 2 });
    expect(perClass[1]).toMatchObject({ precision: 1 / 2, recall: 1 });
    for (const { f1 } of perClass) expect(f1).toBeCloseTo(2 / 3, 12);
  });

  it('gives a tie to the first class', () => {
    const tie = predictions(
      ['a', 'b'],
      [0, 1],
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
    );
    expect(classify(tie).confusion).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it('is consistent for any predictions', () => {
    const row = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), {
      minLength: 4,
      maxLength: 4,
    });
    const any = fc.array(fc.tuple(fc.nat(3), row), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(any, (rows) => {
        const labels = rows.map(([label]) => label);
        const scores = rows.map(([, values]) => values);
        const result = classify(predictions(['a', 'b', 'c', 'd'], labels, scores));
        expect(result.confusion.flat().reduce((a, b) => a + b)).toBe(rows.length);
        expect(result.topK['1']).toBe(result.accuracy);
        expect(result.perClass.reduce((sum, { support }) => sum + support, 0)).toBe(rows.length);
        const weighted = result.perClass.reduce((sum, c) => sum + c.recall * c.support, 0);
        expect(weighted / rows.length).toBeCloseTo(result.accuracy, 10);
        expect(result.mistakes.length).toBe(Math.min(36, result.mistakeCount));
      }),
    );
  });
});

const epoch = (n: number, train: [number, number], validation: [number, number]): EpochRecord => ({
  epoch: n,
  train: { loss: train[0], accuracy: train[1] },
  validation: { loss: validation[0], accuracy: validation[1] },
  learningRate: 0.001,
  seconds: 1,
  waiting: 0,
});

describe('insights', () => {
  const result = classify(cats);

  it('names the pair, the class and the confident mistake with their figures', () => {
    const text = insights(result).join('\n');
    expect(text).toContain('2 mistakes in 5 pictures: 60.0 % are read right.');
    expect(text).toContain('"cat" and "dog" ("cat" read as "dog" once, "dog" as "cat" once)');
    expect(text).toContain('picture 3, "dog" read as "cat" with 97.0 %');
  });

  it('says nothing about classes when there is no mistake', () => {
    const right = classify(
      predictions(
        ['a', 'b'],
        [0, 1],
        [
          [0.9, 0.1],
          [0.2, 0.8],
        ],
      ),
    );
    expect(insights(right)).toEqual(['All pictures (2) are read right.']);
  });

  it('tells overfitting from learning from the two curves', () => {
    const over = [
      epoch(1, [0.5, 0.8], [0.5, 0.8]),
      epoch(2, [0.3, 0.9], [0.4, 0.85]),
      epoch(3, [0.1, 0.97], [0.6, 0.84]),
    ];
    expect(insights(result, over).at(-1)).toMatch(/^Overfitting: .* after epoch 2 \(0\.4000\)/);
    const learning = [epoch(1, [0.5, 0.8], [0.5, 0.8]), epoch(2, [0.3, 0.9], [0.4, 0.85])];
    expect(insights(result, learning).at(-1)).toMatch(/^Not done learning/);
    expect(insights(result, [learning[0]]).join()).not.toMatch(/learning/);
  });
});
