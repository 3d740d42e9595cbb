/**
 * @file text-lenet5 and text-alexnet: the two training runs of the text, over seeds, beside its own figures.
 *
 * Next stop: `models/recipes.ts`, which holds how the text trains.
 */
import { sameShape } from '../base/shape.ts';
import { drawIntervals } from '../draw/intervals.ts';
import { modelOf } from '../models/index.ts';
import { recipeOf } from '../models/recipes.ts';
import { withInput } from '../models/variants.ts';
import {
  bySeed,
  formatInterval,
  formatNumber,
  formatSpread,
  intervalOf,
  judged,
} from './engine/findings.ts';
import { predictionInterval } from './engine/statistics.ts';
import { withTrained } from './engine/training.ts';
import { eachSeed, type Finding, type Form, type Results, type Study } from './study.ts';

interface RecipeForm extends Form {
  readonly epochs: number;
  /** Batches in the quick form are smaller, so that there are steps enough. */
  readonly batchSize?: number;
}

interface RecipeSettings {
  /** Of Adam. */
  readonly learningRate: number;
}

/** What the text prints. */
interface Printed {
  readonly test: number;
  /** Validation accuracy after each epoch. */
  readonly validation: readonly number[];
}

interface TextRun {
  readonly study: Pick<Study, 'name' | 'title' | 'question' | 'text' | 'expected'>;
  readonly model: 'lenet5' | 'alexnet-cifar10';
  readonly printed: Printed;
  /** What the text trained on; figures of other pictures are not compared. */
  readonly data: string;
  readonly forms: Study<RecipeForm>['forms'];
  /** Words by condition, and the rates of Adam they stand for; the text's own first. */
  readonly conditions: Readonly<Record<string, RecipeSettings & { readonly words: string }>>;
}

function textStudy(run: TextRun): Study<RecipeForm, RecipeSettings> {
  const { model, forms, conditions } = run;
  const { settings: recipe } = recipeOf(model, 'text');
  return {
    ...run.study,
    revision: 1,
    design: ({ trainCount, epochs, batchSize = recipe.batchSize }) =>
      `${model}, Adam at ${Object.values(conditions)
        .map(({ words }) => words)
        .join(
          ' and ',
        )}, batches of ${batchSize}, ${epochs} epochs over the first four fifths of ${trainCount.toLocaleString('en-US')} pictures, the last fifth to validate, as in the notebook; the text shows one run and names no seed.`,
    forms,
    trials: ({ seeds }) => eachSeed<RecipeSettings>(seeds, conditions),
    runTrial: ({ settings: { learningRate }, seed }, context) => {
      const { form, data } = context;
      const { batchSize = recipe.batchSize ?? 128 } = form;
      const options = {
        epochs: form.epochs,
        batchSize,
        validationSplit: recipe.validationSplit ?? 0,
        optimizer: { kind: 'adam', learningRate },
        seed,
      };
      const named = modelOf(model, { classes: data.classes.length });
      // The built-in digits are smaller than the pictures of CIFAR-10, and grey.
      const fits = sameShape(named.inputShape, data.imageShape);
      const spec = fits ? named : withInput(named, data.imageShape);
      return withTrained(context, spec, options, async ({ history, diverged, accuracy }) => ({
        numbers: { accuracy: diverged ? null : await accuracy(data.test) },
        lists: {
          validation: history.map(({ validation }) => validation?.accuracy ?? Number.NaN),
        },
      }));
    },
    conclude: (results) => ({
      findings: findingsOf(results, run),
      tables: [recipeTable(results, run)],
      figures: [
        {
          name: 'accuracy',
          caption: `Mean test accuracy over seeds with its 95 % interval; the line is the text's ${run.printed.test}.`,
          svg: drawIntervals(
            Object.entries(conditions).map(([condition, { words }]) => ({
              name: words,
              ...intervalOf(bySeed(results, condition, 'accuracy')),
            })),
            {
              title: 'Test accuracy of the notebook, again',
              xLabel: 'test accuracy',
              against: run.printed.test,
            },
          ),
        },
      ],
    }),
  };
}

/** Both of the text's data sets have as many training pictures, or more. */
const TEXT_COUNT = 50_000;

type RecipeResults = Results<RecipeForm, RecipeSettings>;

function findingsOf(results: RecipeResults, { printed, data, conditions }: TextRun): Finding[] {
  const findings = Object.entries(conditions).flatMap(([condition, { words }]) =>
    compared(results, printed, condition, words),
  );
  const { data: own, trainCount } = results.form;
  if (own === data && trainCount >= TEXT_COUNT) return findings;
  const note = `Not to be compared: the text trained on the whole of ${data}, this form on ${trainCount.toLocaleString('en-US')} pictures of ${own}.`;
  return findings.map((finding, i) => ({
    ...finding,
    verdict: 'undecided',
    ...(i === 0 ? { note } : {}),
  }));
}

function compared(
  results: RecipeResults,
  printed: Printed,
  condition: string,
  words: string,
): Finding[] {
  const values = [...bySeed(results, condition, 'accuracy').values()];
  const one = predictionInterval(values);
  const isKnown = Number.isFinite(one.high);
  const inside = one.low <= printed.test && printed.test <= one.high;
  const ends = [one.low, one.high].map((end) => formatNumber(end, 'share'));
  return [
    {
      claim: `One more run at ${words} could print the text's ${printed.test}`,
      expected: `${printed.test} (text, one run)`,
      measured: isKnown
        ? `95 of 100 runs between ${ends.join(' and ')}`
        : formatInterval(one, 'share'),
      verdict: !isKnown ? 'undecided' : inside ? 'supported' : 'not supported',
    },
    judged({
      claim: `At ${words} the mean over seeds is above the text's figure`,
      expected: 'undecided: one run is no mean',
      interval: intervalOf(bySeed(results, condition, 'accuracy')),
      unit: 'share',
      is: 'above',
      than: printed.test,
    }),
  ];
}

function recipeTable(results: RecipeResults, { printed, conditions }: TextRun) {
  const epochs = Array.from({ length: results.form.epochs }, (_, epoch) => epoch);
  const validationAfter = (condition: string, epoch: number): string => {
    const own = results.trials.filter(({ trial }) => trial.condition === condition);
    const values = own.map(
      ({ trial, figures }) =>
        [trial.seed, figures.lists?.validation?.[epoch] ?? Number.NaN] as const,
    );
    return formatSpread(intervalOf(new Map(values)), 'share');
  };
  const share = (value: number | undefined): string => formatNumber(value ?? Number.NaN, 'share');
  return {
    title: 'Beside the text',
    head: ['', ...epochs.map((epoch) => `validation after epoch ${epoch + 1}`), 'test', 'runs'],
    rows: [
      [
        'the text',
        ...epochs.map((epoch) => share(printed.validation[epoch])),
        share(printed.test),
        '1',
      ],
      ...Object.entries(conditions).map(([condition, { words }]) => {
        const tested = bySeed(results, condition, 'accuracy');
        const spread = formatSpread(intervalOf(tested), 'share');
        const after = epochs.map((epoch) => validationAfter(condition, epoch));
        return [`here, ${words}`, ...after, spread, String(tested.size)];
      }),
    ],
    note: '± is half of the 95 % interval of the mean over seeds.',
  };
}

export const textLenet = textStudy({
  study: {
    name: 'text-lenet5',
    title: "The text's LeNet-5, again",
    question:
      "Does the text's notebook give the text's accuracy, and how much does the seed change?",
    text: 'Test accuracy: 0.9764000177383423',
    expected: '0.9764 after three epochs (text); about 0.974 (three epochs at 0.001 elsewhere)',
  },
  model: 'lenet5',
  data: 'mnist',
  printed: { test: 0.9764, validation: [0.9433, 0.9664, 0.9737] },
  forms: {
    quick: { data: 'digits', trainCount: 2000, testCount: 500, seeds: 3, epochs: 3, batchSize: 16 },
    full: { data: 'mnist', trainCount: 60_000, testCount: 10_000, seeds: 5, epochs: 3 },
  },
  conditions: { text: { learningRate: 0.001, words: 'the rate of 0.001' } },
});

export const textAlexnet = textStudy({
  study: {
    name: 'text-alexnet',
    title: "The text's AlexNet for CIFAR-10, again",
    question:
      "Does the text's notebook give the text's accuracy, and how much does the seed change?",
    text: 'Test accuracy: 0.633899986743927',
    expected:
      '0.634 after three epochs (text); here and in PyTorch runs at its rate ended below 0.60',
  },
  model: 'alexnet-cifar10',
  data: 'cifar10',
  printed: { test: 0.6339, validation: [0.499, 0.5756, 0.6345] },
  forms: {
    quick: { data: 'digits', trainCount: 160, testCount: 50, seeds: 2, epochs: 1, batchSize: 16 },
    full: { data: 'cifar10', trainCount: 50_000, testCount: 10_000, seeds: 3, epochs: 3 },
  },
  conditions: { text: { learningRate: 0.001, words: 'the rate of 0.001' } },
});
