import { describe, expect, it } from 'vitest';
import type { ClassFigures, Evaluation } from '../evaluation/classification.ts';
import type { EpochRecord } from '../progress.ts';
import { insights } from './insights.ts';

/** An evaluation that was counted in this table of label by answer; rows kept as mistakes come as given. */
function counted(
  confusion: readonly (readonly number[])[],
  mistakes: Evaluation['mistakes'] = [],
  names: readonly string[] = confusion.map((_, i) => `c${i}`),
  calibration: Evaluation['calibration'] = null,
): Evaluation {
  const right = confusion.reduce((sum, row, i) => sum + row[i], 0);
  const count = confusion.flat().reduce((sum, n) => sum + n, 0);
  const perClass = confusion.map((row, i): ClassFigures => {
    const support = row.reduce((sum, n) => sum + n, 0);
    const recall = support === 0 ? 0 : row[i] / support;
    return { class: names[i], precision: 0, recall, f1: 0, support };
  });
  const rest = { classes: names, loss: 1, topK: {}, confusion, perClass, mistakes, calibration };
  return { ...rest, count, accuracy: right / count, mistakeCount: count - right };
}

const starting = (words: string, lines: readonly string[]) =>
  lines.filter((line) => line.startsWith(words));

describe('what an evaluation says', () => {
  it('is how many are right, and the most frequent class where that is hardly worse', () => {
    const table = [
      [1200, 40],
      [400, 600],
    ];
    expect(insights(counted(table))[0]).toBe(
      '440 mistakes in 2,240 pictures: 80.4 % are read right.',
    );
    expect(insights(counted(table))[1]).toBe(
      'Always answering the most frequent class would give 55.4 %.',
    );
    const good = [
      [1240, 1],
      [0, 999],
    ];
    const lines = insights(counted(good));
    expect(lines[0]).toBe('1 mistake in 2,240 pictures: 99.96 % are read right.');
    expect(starting('Always', lines)).toEqual([]);
    const nearly = [
      [50_000, 1],
      [0, 1],
    ];
    expect(insights(counted(nearly))[0]).toContain('99.99 % are read right');
  });

  it('names the three pairs that explain most, those of two mistakes and a fair part alone', () => {
    const table = [
      [90, 7, 0, 1, 0],
      [2, 90, 0, 0, 0],
      [5, 1, 90, 0, 3],
      [0, 0, 0, 90, 1],
      [0, 0, 2, 0, 90],
    ];
    expect(starting('Most', insights(counted(table)))).toEqual([
      'Most often confused: "c0" and "c1" ("c0" read as "c1" 7 times, "c1" as "c0" 2 times); ' +
        '"c0" and "c2" ("c0" read as "c2" never, "c2" as "c0" 5 times); ' +
        '"c2" and "c4" ("c2" read as "c4" 3 times, "c4" as "c2" 2 times).',
    ]);
    const once = [
      [9, 1],
      [0, 9],
    ];
    expect(starting('Most', insights(counted(once)))).toEqual([]);
    // Two of 60 are less than one in 25.
    const few = [
      [90, 58, 0],
      [0, 90, 0],
      [0, 2, 90],
    ];
    expect(starting('Most', insights(counted(few)))[0]).not.toContain('c2');
  });

  it('names the two weakest classes that are seen often enough', () => {
    const table = [
      [96, 4, 0, 0],
      [5, 5, 0, 0],
      [0, 6, 4, 0],
      [4, 0, 0, 0],
    ];
    expect(starting('Weakest', insights(counted(table)))).toEqual([
      'Weakest classes: "c2" (40.0 % of 10 found), "c1" (50.0 % of 10 found).',
    ]);
    const one = [
      [95, 5],
      [3, 2],
    ];
    expect(starting('Weakest', insights(counted(one)))).toEqual([
      'Weakest class: "c1" (40.0 % of 5 found).',
    ]);
  });

  it('names the surest mistake, and says where only the worst were kept', () => {
    const table = [
      [8, 2],
      [1, 9],
    ];
    const mistake = (index: number, confidence: number) => {
      return { index, label: 0, predicted: 1, confidence, loss: 1 };
    };
    const told = (...confidences: number[]) =>
      starting(
        'At least',
        insights(
          counted(
            table,
            confidences.map((c, i) => mistake(7 + i, c)),
          ),
        ),
      );
    expect(told(0.95, 0.97)[0]).toMatch(
      /^At least 2 mistakes made with 95 % .* picture 8, "c0" read as "c1" with 97\.0 %\./,
    );
    expect(told(0.95, 0.97, 0.5)).toEqual([]);
    expect(insights(counted(table, [mistake(3, 0.94)])).join()).not.toContain('surest');
  });

  it('names classes that are never answered, ten at most', () => {
    const size = 13;
    const table = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) => (j === 0 && i < 12 ? 1 : 0)),
    );
    const names = table.map((_, i) => `n${i}`);
    // Of the last class there is no picture.
    expect(starting('Never', insights(counted(table, [], names)))).toEqual([
      'Never answered: "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9", "n10" and 1 more.',
    ]);
    const three = table.slice(0, 3).map((row) => row.slice(0, 3));
    expect(starting('Never', insights(counted(three)))).toEqual(['Never answered: "c1", "c2".']);
  });

  it('is nothing where there are no pictures', () => {
    expect(insights(counted([[0]]))).toEqual([]);
  });
});

const RIGHT = [
  [1, 0],
  [0, 1],
];

describe('what two curves say', () => {
  const epochs = (...rows: (readonly [number, number, number, number])[]): EpochRecord[] =>
    rows.map(([loss, accuracy, validationLoss, validationAccuracy], i) => ({
      epoch: i + 1,
      train: { loss, accuracy },
      validation: { loss: validationLoss, accuracy: validationAccuracy },
      learningRate: 0.1,
      seconds: 1,
      waiting: 0,
    }));
  const said = (...rows: (readonly [number, number, number, number])[]) =>
    insights(counted(RIGHT), epochs(...rows)).slice(1);

  it('is that it learns by heart where training is far better', () => {
    const [line] = said([0.5, 0.9, 0.5, 0.9], [0.2, 0.95, 0.4, 0.93]);
    expect(line).toContain('by heart');
    expect(line).toContain('training loss 0.2000, validation loss 0.4000');
    expect(said([0.5, 0.9, 0.5, 0.9], [0.2, 0.95, 0.4, 0.945])[0]).not.toContain('by heart');
    expect(said([0.5, 0.9, 0.5, 0.9], [0.3, 0.95, 0.4, 0.9])[0]).not.toContain('by heart');
  });

  it('is that it goes on, or has come to an end', () => {
    expect(said([0.5, 0.9, 0.5, 0.9], [0.4, 0.9, 0.48, 0.9])[0]).toMatch(
      /^Not done learning: .* from 0\.5000 to 0\.4800/,
    );
    expect(said([0.5, 0.9, 0.5, 0.9], [0.4, 0.9, 0.49, 0.9])[0]).toMatch(/^Close to converged/);
    // A little above the best is no overfitting yet.
    expect(said([0.5, 0.9, 0.5, 0.9], [0.4, 0.9, 0.52, 0.9])[0]).toMatch(/^Close to converged/);
    expect(said([0.5, 0.9, 0.5, 0.9], [0.4, 0.9, 0.53, 0.9])[0]).toMatch(
      /^Overfitting: .* after epoch 1 /,
    );
    expect(said([0.5, 0.9, 0.5, 0.9])).toEqual([]);
  });
});

describe('how sure it is', () => {
  const made = (confidence: number, accuracy: number, count: number) => {
    const zero = { bins: [], maximumError: 0, adaptiveError: 0, classwiseError: 0, brier: 0 };
    const rest = { ...zero, expectedError: 0.0512, negativeLogLikelihood: 0 };
    const right = Math.round(accuracy * count);
    const table = [
      [right, count - right],
      [0, 1],
    ];
    const calibration = { ...rest, confidence, accuracy, count };
    return insights(counted(table, [], ['a', 'b'], calibration)).filter((l) => /sure/.test(l));
  };

  it('is said where it differs from what is right by more than chance', () => {
    expect(made(0.95, 0.9, 1000)).toEqual([
      'Surer than it is right: 95.0 % sure on average, and 90.0 % right (expected calibration error 0.0512). A temperature mends that: calibrate.',
    ]);
    expect(made(0.8, 0.9, 1000)[0]).toMatch(/^Less sure than it is right: 80\.0 %/);
    expect(made(0.91, 0.9, 1000)).toEqual([]);
    expect(made(0.95, 0.9, 50)).toEqual([]);
    expect(made(0.9, 1, 10)).toEqual([]);
    expect(made(0.9, 1, 1000)).toHaveLength(1);
  });
});
