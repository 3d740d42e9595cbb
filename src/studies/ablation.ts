/**
 * @file What the ablation studies share: one small network, one thing changed in it, accuracies compared by seed.
 *
 * Before: `smallAlexnet.ts`. Each study of this kind is a few words and a table of conditions: `ablationLrn.ts`.
 */

import { parseAugmentation } from '../data/augment/index.ts';
import { drawIntervals } from '../draw/intervals.ts';
import { prepareData } from '../records/runData.ts';
import { bySeed, formatSpread, intervalOf, judged } from './engine/findings.ts';
import { pairedDifference } from './engine/statistics.ts';
import { withTrained } from './engine/training.ts';
import { type SmallAlexnetOptions, smallAlexnet } from './smallAlexnet.ts';
import { eachSeed, type Finding, type Form, type Results, type Study } from './study.ts';

export interface AblationForm extends Form {
  readonly epochs: number;
}

export interface Ablated {
  readonly network?: SmallAlexnetOptions;
  /** A list as `--augment` takes it. */
  readonly augment?: string;
  /** For tables. */
  readonly words: string;
}

/** `more` does better than `less`: on test pictures, or by a smaller gap from training to test. */
export interface AblationClaim {
  readonly claim: string;
  readonly expected: string;
  readonly more: string;
  readonly less: string;
  readonly by?: 'test' | 'gap';
}

export interface Ablation
  extends Pick<Study, 'name' | 'revision' | 'title' | 'question' | 'text' | 'expected'> {
  /** What is changed, in a sentence or two. */
  readonly changes: string;
  readonly forms: Study<AblationForm>['forms'];
  conditions(form: AblationForm): Readonly<Record<string, Ablated>>;
  readonly claims: readonly AblationClaim[];
}

/** As large as can be measured in some minutes. */
export const ABLATION_FORMS = {
  quick: { data: 'digits', trainCount: 800, testCount: 500, seeds: 3, epochs: 4 },
  full: { data: 'cifar10', trainCount: 2000, testCount: 2000, seeds: 3, epochs: 10 },
} as const satisfies Study<AblationForm>['forms'];

const BATCH = 32;

export function ablationStudy({
  changes,
  conditions,
  claims,
  ...words
}: Ablation): Study<AblationForm, Ablated> {
  return {
    ...words,
    design: ({ data, trainCount, testCount, epochs }) =>
      `The paper's own comparison would need ImageNet and days. In its place: its network in small (five convolutions of 16 to 48 filters, normalisation, overlapping pooling, two towers, a dense layer of 128 with dropout), trained on ${trainCount} pictures of ${data} (Adam, batches of ${BATCH}, ${epochs} epochs) and tested on ${testCount}. ${changes} Differences are paired by seed, which decides first weights, order and dropout.`,
    trials: (form) => eachSeed(form.seeds, conditions(form)),
    runTrial: async ({ settings, seed }, context) => {
      const { form, data } = context;
      const spec = smallAlexnet(data, settings.network);
      const asked = parseAugmentation(settings.augment ?? '', data.imageShape);
      const { augmentation } = await prepareData(spec, data, asked, 0);
      const reading = { augmentation, stored: data.imageShape, workers: 0 };
      const options = {
        epochs: form.epochs,
        batchSize: BATCH,
        optimizer: OPTIMIZER,
        seed,
        reading,
      };
      return withTrained(context, spec, options, async ({ accuracy }) => {
        const [train, test] = [await accuracy(data.train), await accuracy(data.test)];
        return { numbers: { train, test, gap: train - test } };
      });
    },
    conclude: (results) => ({
      findings: claims.map((claim) => findingOf(results, claim)),
      tables: [accuracyTable(results, conditions(results.form))],
      figures: [
        {
          name: 'differences',
          caption:
            'Means and 95 % intervals of differences paired by seed. Right of the line: as claimed.',
          svg: drawIntervals(
            claims.map((claim) => {
              const { mean, low, high } = differenceOf(results, claim);
              return { name: claim.claim, mean: 100 * mean, low: 100 * low, high: 100 * high };
            }),
            { title: words.title, xLabel: 'points', against: 0 },
          ),
        },
      ],
    }),
  };
}

const OPTIMIZER = { kind: 'adam', learningRate: 0.001 } as const;

type AblationResults = Results<AblationForm, Ablated>;

function differenceOf(results: AblationResults, { more, less, by = 'test' }: AblationClaim) {
  const [one, other] = by === 'test' ? [more, less] : [less, more];
  return pairedDifference(bySeed(results, one, by), bySeed(results, other, by));
}

function findingOf(results: AblationResults, claim: AblationClaim): Finding {
  return judged({
    claim: claim.claim,
    expected: claim.expected,
    interval: differenceOf(results, claim),
    unit: 'points',
    is: 'above',
    than: 0,
  });
}

function accuracyTable(results: AblationResults, conditions: Readonly<Record<string, Ablated>>) {
  return {
    title: 'Accuracy',
    head: ['', 'test', 'training', 'gap in points'],
    rows: Object.entries(conditions).map(([condition, { words }]) => [
      words,
      formatSpread(intervalOf(bySeed(results, condition, 'test')), 'share'),
      formatSpread(intervalOf(bySeed(results, condition, 'train')), 'share'),
      formatSpread(intervalOf(bySeed(results, condition, 'gap')), 'points'),
    ]),
    note: 'Training accuracy is measured after training, without dropout and augmentation.',
  };
}
