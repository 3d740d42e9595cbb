/**
 * @file Sentences that follow from the numbers of an evaluation and of a training history.
 *
 * Each rule looks at figures and says a sentence or nothing; a rule that would have to guess stays
 * silent. The sentences carry the figures they rest on, so that a reader can check them.
 */
import type { Evaluation } from '../evaluation/classification.ts';
import type { EpochRecord } from '../progress.ts';

export function insights(evaluation: Evaluation, history: readonly EpochRecord[] = []): string[] {
  if (evaluation.count === 0) return [];
  return [
    ...overall(evaluation),
    ...confusedPairs(evaluation),
    ...weakestClasses(evaluation),
    ...confidentMistakes(evaluation),
    ...neverPredicted(evaluation),
    ...sureness(evaluation),
    ...fitting(history),
  ];
}

/** Near 1 with two decimals; nothing but all is 100 %. */
const percent = (share: number): string =>
  share > 0.995 && share < 1
    ? `${Math.min(99.99, 100 * share).toFixed(2)} %`
    : `${(100 * share).toFixed(share === 1 ? 2 : 1)} %`;
const plural = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;

/** never, once, 7 times */
function times(n: number): string {
  if (n < 2) return n === 0 ? 'never' : 'once';
  return `${n.toLocaleString('en-US')} times`;
}

function overall({ count, accuracy, mistakeCount, confusion }: Evaluation): string[] {
  const largest = Math.max(...confusion.map((row) => row.reduce((sum, n) => sum + n, 0))) / count;
  const result =
    mistakeCount === 0
      ? `All pictures (${count.toLocaleString('en-US')}) are read right.`
      : `${plural(mistakeCount, 'mistake')} in ${plural(count, 'picture')}: ${percent(accuracy)} are read right.`;
  // Saying always the most frequent class is the floor any classifier must beat.
  const poor = accuracy < 1.5 * largest;
  return poor
    ? [result, `Always answering the most frequent class would give ${percent(largest)}.`]
    : [result];
}

/** Pairs counted both ways, as long as they explain a fair part of the mistakes. */
function confusedPairs({ classes, confusion, mistakeCount }: Evaluation): string[] {
  const pairs: { a: number; b: number; there: number; back: number }[] = [];
  for (let a = 0; a < classes.length; a++) {
    for (let b = a + 1; b < classes.length; b++) {
      pairs.push({ a, b, there: confusion[a][b], back: confusion[b][a] });
    }
  }
  pairs.sort((p, q) => q.there + q.back - (p.there + p.back));
  const told = pairs
    .slice(0, 3)
    .filter(({ there, back }) => there + back >= Math.max(2, 0.04 * mistakeCount));
  if (told.length === 0) return [];
  const list = told.map(({ a, b, there, back }) => {
    const [one, other] = [`"${classes[a]}"`, `"${classes[b]}"`];
    return `${one} and ${other} (${one} read as ${other} ${times(there)}, ${other} as ${one} ${times(back)})`;
  });
  return [`Most often confused: ${list.join('; ')}.`];
}

function weakestClasses({ perClass, accuracy }: Evaluation): string[] {
  const weak = perClass
    .filter(({ support, recall }) => support >= 5 && recall < accuracy - (1 - accuracy) * 0.25)
    .sort((a, b) => a.recall - b.recall)
    .slice(0, 2);
  if (weak.length === 0) return [];
  const list = weak.map(
    (c) => `"${c.class}" (${percent(c.recall)} of ${c.support.toLocaleString('en-US')} found)`,
  );
  return [`Weakest ${weak.length === 1 ? 'class' : 'classes'}: ${list.join(', ')}.`];
}

/** Among the kept mistakes only: they are those of the largest loss, which the confident ones are. */
function confidentMistakes({ mistakes, mistakeCount, classes }: Evaluation): string[] {
  const sure = mistakes.filter(({ confidence }) => confidence >= 0.95);
  if (sure.length === 0) return [];
  const { index, label, predicted, confidence } = sure.reduce((a, b) =>
    b.confidence > a.confidence ? b : a,
  );
  const several = sure.length === mistakes.length && mistakeCount > mistakes.length;
  const count = `${several ? 'At least ' : ''}${plural(sure.length, 'mistake')}`;
  return [
    `${count} made with 95 % confidence or more; the surest is picture ${index}, "${classes[label]}" read as "${classes[predicted]}" with ${percent(confidence)}. Such pictures are worth a look: some are mislabelled or hard for anyone.`,
  ];
}

function neverPredicted({ classes, confusion, perClass }: Evaluation): string[] {
  const never = classes.filter(
    (_, i) => perClass[i].support > 0 && confusion.every((row) => row[i] === 0),
  );
  return never.length === 0 ? [] : [`Never answered: ${firstNames(never)}.`];
}

const MOST_NAMES = 10;

function firstNames(names: readonly string[]): string {
  const quoted = names.slice(0, MOST_NAMES).map((name) => `"${name}"`);
  const more = names.length - quoted.length;
  return more === 0 ? quoted.join(', ') : `${quoted.join(', ')} and ${more} more`;
}

/**
 * Where the mean confidence is off by more than three standard errors of the accuracy, and by a percent. The error is that
 * of two more right and two more wrong (Agresti and Coull 1998): of a few pictures that are all right it is not 0.
 */
function sureness({ calibration }: Evaluation): string[] {
  if (calibration === null) return [];
  const { confidence, accuracy, count, expectedError } = calibration;
  const drawn = (accuracy * count + 2) / (count + 4);
  const chance = 3 * Math.sqrt((drawn * (1 - drawn)) / (count + 4));
  if (Math.abs(confidence - accuracy) <= Math.max(0.01, chance)) return [];
  const way = confidence > accuracy ? 'Surer' : 'Less sure';
  return [
    `${way} than it is right: ${percent(confidence)} sure on average, and ${percent(accuracy)} right (expected calibration error ${expectedError.toFixed(4)}). A temperature mends that: calibrate.`,
  ];
}

/** What the two loss curves say. Needs a validation split and more than one epoch. */
function fitting(history: readonly EpochRecord[]): string[] {
  const last = history.at(-1);
  if (last === undefined || last.validation === null || history.length < 2) return [];
  const losses = history.map(({ validation }) => validation?.loss ?? Number.POSITIVE_INFINITY);
  const best = losses.indexOf(Math.min(...losses));
  const before = history[history.length - 2];
  const gap = last.validation.loss / last.train.loss;
  const figures = `training loss ${last.train.loss.toFixed(4)}, validation loss ${last.validation.loss.toFixed(4)}`;
  if (best < history.length - 1 && losses[losses.length - 1] > 1.05 * losses[best]) {
    return [
      `Overfitting: the validation loss was lowest after epoch ${history[best].epoch} (${losses[best].toFixed(4)}) and has risen since (${figures}). Stop there (patience), or use more data.`,
    ];
  }
  const { accuracy = 0 } = last.train;
  if (gap > 1.5 && accuracy - (last.validation.accuracy ?? 0) > 0.01) {
    return [
      `The network does better on what it has seen (${figures}): it begins to learn the training pictures by heart.`,
    ];
  }
  const improving =
    before.validation !== null && last.validation.loss < 0.97 * before.validation.loss;
  return improving
    ? [
        `Not done learning: the last epoch still lowered the validation loss from ${before.validation?.loss.toFixed(4)} to ${last.validation.loss.toFixed(4)}; more epochs may help.`,
      ]
    : [
        `Close to converged: the last epoch did not lower the validation loss by 3 % or more (${figures}).`,
      ];
}
