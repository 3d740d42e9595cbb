/**
 * @file pooling-invariance: whether answers stay when a picture is shifted or turned, by what halves the maps.
 *
 * Before: `networks.ts`. Blur pooling is from Zhang 2019.
 */
import { turn } from '../data/augment/rotate.ts';
import { move } from '../data/augment/translate.ts';
import type { Plane } from '../data/images/resize.ts';
import { perturbed } from '../runs/perturb.ts';
import { bySeed, intervalOf, judged } from './engine/findings.ts';
import { pairedDifference } from './engine/statistics.ts';
import { atStrength, type Strengths, strengthFigure, strengthTable } from './engine/strengths.ts';
import { agreement, withTrained } from './engine/training.ts';
import { HALVINGS, type Halving, halvingNetwork } from './networks.ts';
import { eachSeed, type Finding, type Form, type Results, type Study } from './study.ts';

interface InvarianceForm extends Form {
  readonly epochs: number;
}

const { none: _, ...conditions } = HALVINGS;
const SHIFTS = [1, 2, 3, 4];
const TURNS = [5, 10, 15, 20, 30];
/** Down, up, right, left: a picture is shifted each way, and answers are compared in all. */
const WAYS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

const agreementOf = (kind: 'shift' | 'turn'): Strengths => ({
  what: `agreement/${kind}`,
  strengths: kind === 'shift' ? SHIFTS : TURNS,
  conditions,
});

export const poolingInvariance: Study<InvarianceForm, Halving> = {
  name: 'pooling-invariance',
  revision: 1,
  title: 'Does pooling make answers invariant?',
  question:
    'How often does an answer stay the same when the picture is shifted or turned a little?',
  text: 'Pooling layers introduce translation invariance, making the network robust to small shifts or translations in the input.',
  expected:
    'more robust than strided convolution, and not invariant: pooling is local, approximate, and aliased by its stride; blur pooling repairs some of it (Zhang 2019)',
  design: ({ epochs, testCount }) =>
    `Networks of three 3x3 convolutions that halve their maps twice, by max, average or min pooling, by strides, or by blur pooling, are trained on upright, centred pictures (Adam, batches of 64, ${epochs} epochs). Each of ${testCount} test pictures is then shifted by 1 to 4 pixels in four directions, or turned by 5 to 30 degrees both ways; counted is how often the answer is that to the untouched picture.`,
  forms: {
    quick: { data: 'digits', trainCount: 1500, testCount: 250, seeds: 3, epochs: 3 },
    full: { data: 'mnist', trainCount: 8000, testCount: 1000, seeds: 5, epochs: 3 },
  },
  trials: ({ seeds }) =>
    eachSeed(seeds, {
      max: 'max',
      average: 'average',
      min: 'min',
      strided: 'strided',
      blur: 'blur',
    }),
  runTrial: ({ settings, seed }, context) => {
    const { form, data } = context;
    const options = { epochs: form.epochs, batchSize: 64, seed };
    return withTrained(context, halvingNetwork(data, settings), options, async ({ answers }) => {
      const upright = await answers(data.test);
      const numbers: Record<string, number> = { accuracy: agreement(upright, data.test.labels) };
      const measure = async (what: string, strength: number, changes: readonly Change[]) => {
        let [same, right] = [0, 0];
        for (const change of changes) {
          const changed = perturbed(data.test, data.imageShape, { apply: change }, strength);
          const answered = await answers(changed);
          same += agreement(answered, upright) / changes.length;
          right += agreement(answered, data.test.labels) / changes.length;
        }
        numbers[atStrength(`agreement/${what}`, strength)] = same;
        numbers[atStrength(`accuracy/${what}`, strength)] = right;
      };
      for (const pixels of SHIFTS) {
        const ways = WAYS.map(
          ([down, right]) =>
            (plane: Plane) =>
              move(plane, down * pixels, right * pixels),
        );
        await measure('shift', pixels, ways);
      }
      for (const degrees of TURNS) {
        const angles = [1, -1].map((sign) => (sign * degrees * Math.PI) / 180);
        await measure(
          'turn',
          degrees,
          angles.map((angle) => (plane: Plane) => turn(plane, angle)),
        );
      }
      return { numbers };
    });
  },
  conclude: (results) => ({
    findings: findingsOf(results),
    tables: [
      strengthTable(results, agreementOf('shift'), {
        title: 'Answers that stay when the picture is shifted',
        unit: 'share',
        cells: (pixels) => `by ${pixels} px`,
      }),
      strengthTable(results, agreementOf('turn'), {
        title: 'Answers that stay when the picture is turned',
        unit: 'share',
        cells: (degrees) => `by ${degrees}°`,
      }),
      strengthTable(
        results,
        { what: 'accuracy/shift', strengths: SHIFTS, conditions },
        {
          title: 'Pictures read rightly when shifted',
          unit: 'share',
          cells: (pixels) => `by ${pixels} px`,
        },
      ),
    ],
    figures: [
      strengthFigure(results, agreementOf('shift'), {
        name: 'shift',
        title: 'Answers that stay when the picture is shifted',
        xLabel: 'pixels',
        yLabel: 'share of answers',
        caption: 'Means over seeds and four directions.',
      }),
      strengthFigure(results, agreementOf('turn'), {
        name: 'turn',
        title: 'Answers that stay when the picture is turned',
        xLabel: 'degrees',
        yLabel: 'share of answers',
        caption: 'Means over seeds and both ways.',
      }),
    ],
  }),
};

type Change = (plane: Plane) => Plane;

function findingsOf(results: Results<InvarianceForm, Halving>): Finding[] {
  const stays = (condition: Halving, kind: 'shift' | 'turn', strength: number) =>
    bySeed(results, condition, atStrength(`agreement/${kind}`, strength));
  const against = (one: Halving, other: Halving, strength: number, expected: string): Finding =>
    judged({
      claim: `At a shift of ${strength} ${strength === 1 ? 'pixel' : 'pixels'}, ${HALVINGS[one]} keeps more answers than ${HALVINGS[other]}`,
      expected,
      interval: pairedDifference(stays(one, 'shift', strength), stays(other, 'shift', strength)),
      unit: 'points',
      is: 'above',
      than: 0,
    });
  return [
    judged({
      claim: 'With max pooling, some answers change at a shift of 1 pixel',
      expected: 'yes: local and approximate; "invariance" taken by the word would be 100 %',
      interval: intervalOf(stays('max', 'shift', 1)),
      unit: 'share',
      is: 'below',
      than: 1,
    }),
    against('max', 'strided', 1, 'yes (text: "robust to small shifts")'),
    against('max', 'strided', 2, 'yes (text)'),
    against('max', 'average', 2, 'not said'),
    against('blur', 'max', 1, 'yes (Zhang 2019)'),
    against('blur', 'max', 2, 'yes (Zhang 2019)'),
    judged({
      claim: 'Turned by 15 degrees, max pooling keeps more answers than strided convolution',
      expected: 'not said: pooling windows are not turned',
      interval: pairedDifference(stays('max', 'turn', 15), stays('strided', 'turn', 15)),
      unit: 'points',
      is: 'above',
      than: 0,
    }),
  ];
}
