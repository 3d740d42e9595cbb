/**
 * @file lenet-robustness: test pictures turned, scaled, squeezed, sheared, with other strokes, other light and noise.
 *
 * Next stop: `train/evaluation/perturbations.ts`, what is done to them.
 */

import { parseAugmentation } from '../data/augment/index.ts';
import { drawIntervals } from '../draw/intervals.ts';
import { modelOf } from '../models/index.ts';
import { perturbed } from '../runs/perturb.ts';
import { perturbations } from '../train/evaluation/perturbations.ts';
import { bySeed, intervalOf, judged } from './engine/findings.ts';
import { type BySeed, pairedDifference } from './engine/statistics.ts';
import { atStrength, type Strengths, strengthFigure, strengthTable } from './engine/strengths.ts';
import { withTrained } from './engine/training.ts';
import { lenetWith } from './lenetVariants.ts';
import { eachSeed, type Finding, type Form, type Results, type Study } from './study.ts';

interface RobustnessForm extends Form {
  /** Passes of the network of 1998, one picture at a time, and of the others. */
  readonly passes: number;
  readonly epochs: number;
}

interface RobustnessSettings {
  readonly network: 'paper' | 'keras';
  readonly distorted: boolean;
}

const CONDITIONS = {
  paper: { network: 'paper', distorted: false },
  paperDistorted: { network: 'paper', distorted: true },
  keras: { network: 'keras', distorted: false },
  kerasDistorted: { network: 'keras', distorted: true },
} as const satisfies Readonly<Record<string, RobustnessSettings>>;

const WORDS = {
  paper: '1998',
  paperDistorted: '1998, distorted in training',
  keras: 'Keras version',
  kerasDistorted: 'Keras version, distorted in training',
} as const;

type Condition = keyof typeof CONDITIONS;

/** Strengths from weak to strong, what changes nothing among them, and the one that claims are about. */
const KINDS = {
  rotate: {
    words: 'Rotation',
    claim: 'Turning by 20 degrees',
    at: [0, 10, 20, 30, 45],
    still: 0,
    judgedAt: 20,
  },
  scale: {
    words: 'Scale',
    claim: 'Scaling to 0.6 of the size',
    at: [0.6, 0.8, 1, 1.2, 1.4],
    still: 1,
    judgedAt: 0.6,
  },
  squeeze: {
    words: 'Squeezing',
    claim: 'Squeezing to 0.7 of the width and as much more height',
    at: [0.7, 0.8, 1, 1.2, 1.4],
    still: 1,
    judgedAt: 0.7,
  },
  shear: {
    words: 'Shear',
    claim: 'Shearing by 0.4 pixels per row',
    at: [0, 0.2, 0.4, 0.6, 0.8],
    still: 0,
    judgedAt: 0.4,
  },
  stroke: {
    words: 'Stroke width',
    claim: 'Widening strokes by a pixel on each side',
    at: [-1, 0, 1, 2],
    still: 0,
    judgedAt: 1,
  },
  brightness: {
    words: 'Light',
    claim: 'Making all pixels brighter or darker by 64 of 255',
    at: [0, 16, 32, 64, 96],
    still: 0,
    judgedAt: 64,
  },
  noise: {
    words: 'Noise',
    claim: 'Noise of deviation 64 of 255',
    at: [0, 32, 64, 96],
    still: 0,
    judgedAt: 64,
  },
} as const;

type Kind = keyof typeof KINDS;
const NAMES = Object.keys(KINDS) as readonly Kind[];

const measuredAt = (kind: Kind): Strengths => ({
  what: kind,
  strengths: KINDS[kind].at,
  conditions: WORDS,
});

/** As in 1998 with its rates in fewer passes, or as `fovea train lenet5` does. */
function trainingOf({ network, distorted }: RobustnessSettings, form: RobustnessForm) {
  const augmentation = parseAugmentation(distorted ? 'lenet5-1998' : 'none', [28, 28, 1]);
  const reading = { augmentation, workers: 0 };
  if (network === 'keras') return { reading, epochs: form.epochs, batchSize: 64 };
  const [rate, half] = [0.0005, Math.ceil(form.passes / 2)];
  const rates = Array.from({ length: form.passes }, (_, pass) => (pass < half ? rate : rate / 4));
  return {
    reading,
    epochs: form.passes,
    batchSize: 1,
    shuffle: 'once' as const,
    schedule: { kind: 'table', rates },
    optimizer: {
      ...{ kind: 'levenbergMarquardt', learningRate: rate, mu: 0.02 },
      ...{ patterns: 500, lossUnit: 42 },
    },
  };
}

export const lenetRobustness: Study<RobustnessForm, RobustnessSettings> = {
  name: 'lenet-robustness',
  revision: 1,
  title: 'What LeNet-5 stands',
  question:
    'What do rotation, scale, squeezing, shear, strokes, light and noise cost LeNet-5, and which version less?',
  text: 'LeNet-5 is less robust to various image variations, such as changes in scale, rotation, or illumination, compared to more advanced architectures that include normalization layers, residual connections, and data augmentation techniques.',
  expected:
    'it is sensitive (text); 1998 shows characters of unusual shape, size and noise that are read rightly (section III, Fig. 13), and lowers its error from 0.95 % to 0.8 % by distortions in training',
  design: ({ trainCount, passes, epochs }) =>
    `lenet5-1998 (${passes} passes, one picture at a time, diagonal Levenberg-Marquardt) and the Keras version (${epochs} epochs of Adam at 0.003), each on ${trainCount.toLocaleString('en-US')} pictures as they are, and on as many that were moved, scaled, squeezed and sheared a little anew in each pass (section III.A; nine of ten). Tested with stronger changes than were trained with, each kind alone.`,
  forms: {
    quick: { data: 'digits', trainCount: 1500, testCount: 300, seeds: 3, passes: 3, epochs: 5 },
    full: { data: 'mnist', trainCount: 10_000, testCount: 2000, seeds: 4, passes: 5, epochs: 5 },
  },
  trials: ({ seeds }) => eachSeed<RobustnessSettings>(seeds, CONDITIONS),
  runTrial: ({ settings, seed }, context) => {
    const { form, data } = context;
    const spec =
      settings.network === 'paper'
        ? lenetWith('none')
        : modelOf('lenet5', { classes: data.classes.length });
    const options = { ...trainingOf(settings, form), seed };
    return withTrained(context, spec, options, async ({ accuracy }) => {
      const clean = await accuracy(data.test);
      const numbers: Record<string, number> = { clean };
      const losses: number[] = [];
      for (const kind of NAMES) {
        const { at, still } = KINDS[kind];
        for (const strength of at) {
          const changed = perturbed(data.test, data.imageShape, perturbations[kind], strength);
          const right = strength === still ? clean : await accuracy(changed);
          numbers[atStrength(kind, strength)] = right;
          if (strength !== still) losses.push(clean - right);
        }
      }
      numbers.lost = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
      return { numbers };
    });
  },
  conclude: (results) => ({
    findings: findingsOf(results),
    tables: NAMES.map((kind) =>
      strengthTable(results, measuredAt(kind), {
        title: `${KINDS[kind].words}: test accuracy`,
        unit: 'share',
        cells: (strength) => (strength === KINDS[kind].still ? 'as it is' : String(strength)),
        note: `In ${perturbations[kind].unit}.`,
      }),
    ),
    figures: [
      {
        name: 'lost',
        caption:
          'Points of accuracy lost against clean pictures, means over all kinds and strengths, with 95 % intervals over seeds.',
        svg: drawIntervals(
          (Object.keys(WORDS) as Condition[]).map((condition) => ({
            name: WORDS[condition],
            ...inPoints(intervalOf(bySeed(results, condition, 'lost'))),
          })),
          { title: 'What is lost on the whole', xLabel: 'points of accuracy', against: 0 },
        ),
      },
      ...NAMES.map((kind) =>
        strengthFigure(results, measuredAt(kind), {
          name: kind,
          title: `${KINDS[kind].words}: accuracy`,
          xLabel: perturbations[kind].unit,
          yLabel: 'test accuracy',
          caption: 'Means over seeds.',
        }),
      ),
    ],
  }),
};

type RobustnessResults = Results<RobustnessForm, RobustnessSettings>;

const inPoints = ({ mean, low, high }: Record<'mean' | 'low' | 'high', number>) => ({
  mean: 100 * mean,
  low: 100 * low,
  high: 100 * high,
});

function findingsOf(results: RobustnessResults): Finding[] {
  const sensitive = (kind: Kind): Finding => {
    const { claim, judgedAt } = KINDS[kind];
    return judged({
      note:
        kind === 'rotate' ? '"On the whole" is the mean over all kinds and strengths.' : undefined,
      claim: `${claim} costs the network of 1998 more than 5 points`,
      expected: ['rotate', 'scale', 'brightness'].includes(kind) ? 'yes (text)' : 'not said',
      interval: pairedDifference(
        bySeed(results, 'paper', 'clean'),
        bySeed(results, 'paper', atStrength(kind, judgedAt)),
      ),
      unit: 'points',
      is: 'above',
      than: 0.05,
    });
  };
  const lost = (condition: Condition): BySeed => bySeed(results, condition, 'lost');
  const keeps = (less: Condition, more: Condition, claim: string, expected: string): Finding =>
    judged({
      claim: `${claim}, on the whole`,
      expected,
      interval: pairedDifference(lost(more), lost(less)),
      unit: 'points',
      is: 'above',
      than: 0,
    });
  const helps = 'yes (1998: error 0.95 % to 0.8 %; text)';
  return [
    ...NAMES.map(sensitive),
    keeps('paper', 'keras', 'The network of 1998 loses less than the Keras version', 'not said'),
    keeps(
      'paperDistorted',
      'paper',
      'Distortions in training make the network of 1998 lose less',
      helps,
    ),
    keeps(
      'kerasDistorted',
      'keras',
      'Distortions in training make the Keras version lose less',
      helps,
    ),
  ];
}
