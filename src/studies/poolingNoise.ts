/**
 * @file pooling-noise: salt, pepper and gaussian noise against networks that pool by max, average and min.
 *
 * Before: `networks.ts`; `train/evaluation/perturbations.ts`, the noise.
 */
import { perturbed } from '../runs/perturb.ts';
import { perturbations } from '../train/evaluation/perturbations.ts';
import { bySeed, judged } from './engine/findings.ts';
import { pairedDifference } from './engine/statistics.ts';
import { atStrength, type Strengths, strengthFigure, strengthTable } from './engine/strengths.ts';
import { withTrained } from './engine/training.ts';
import { halvingNetwork, pooledPictures } from './networks.ts';
import { eachSeed, type Finding, type Form, type Results, type Study } from './study.ts';

interface NoiseForm extends Form {
  readonly epochs: number;
}

interface NoiseSettings {
  readonly pooling: 'max' | 'average' | 'min';
  /** What is pooled: the picture itself, or the maps of ReLU convolutions. */
  readonly place: 'picture' | 'maps';
}

const NOISES = ['salt', 'pepper', 'noise'] as const;
type Noise = (typeof NOISES)[number];

const STRENGTHS: Readonly<Record<Noise, readonly number[]>> = {
  salt: [0.02, 0.05, 0.1],
  pepper: [0.05, 0.1, 0.2],
  noise: [16, 32, 64],
};

const WORDS: Readonly<Record<Noise, string>> = {
  salt: 'salt (white pixels)',
  pepper: 'pepper (black pixels)',
  noise: 'gaussian noise',
};

const CONDITIONS: Readonly<Record<string, NoiseSettings>> = Object.fromEntries(
  (['picture', 'maps'] as const).flatMap((place) =>
    (['max', 'average', 'min'] as const).map((pooling) => [
      `${pooling}-${place}`,
      { pooling, place },
    ]),
  ),
);

const conditions = Object.fromEntries(
  Object.entries(CONDITIONS).map(([condition, { pooling, place }]) => [
    condition,
    `${pooling} of ${place === 'picture' ? 'the picture' : 'maps'}`,
  ]),
);

const lossAt = (noise: Noise): Strengths => ({
  what: `accuracy/${noise}`,
  strengths: [0, ...STRENGTHS[noise]],
  conditions,
});

export const poolingNoise: Study<NoiseForm, NoiseSettings> = {
  name: 'pooling-noise',
  revision: 1,
  title: 'Which pooling stands noise?',
  question: 'Is max pooling robust to noise and min pooling sensitive to it?',
  text: 'MaxPooling [...] is robust to noise in the input data; MinPooling [...] can be sensitive to variations in the input data.',
  expected:
    'neither: min(x) = -max(-x), so they are mirror images. On pictures of bright ink, max is broken by salt and min by pepper; on the outputs of ReLU min is mostly 0',
  design: ({ epochs }) =>
    `Two places, three kinds of pooling. "The picture": 2x2 pooling is the first layer, before three 3x3 convolutions. "Maps": the convolutions' maps are pooled, behind ReLU. Trained on clean pictures (Adam, batches of 64, ${epochs} epochs), tested with salt, pepper and gaussian noise of growing strength. Compared is the accuracy that is lost against clean pictures.`,
  forms: {
    quick: { data: 'digits', trainCount: 1500, testCount: 500, seeds: 3, epochs: 3 },
    full: { data: 'mnist', trainCount: 6000, testCount: 2000, seeds: 5, epochs: 3 },
  },
  trials: ({ seeds }) => eachSeed(seeds, CONDITIONS),
  runTrial: ({ settings: { pooling, place }, seed }, context) => {
    const { form, data } = context;
    const spec =
      place === 'picture' ? pooledPictures(data, pooling) : halvingNetwork(data, pooling);
    const options = { epochs: form.epochs, batchSize: 64, seed };
    return withTrained(context, spec, options, async ({ accuracy }) => {
      const clean = await accuracy(data.test);
      const numbers: Record<string, number> = {};
      for (const noise of NOISES) {
        numbers[atStrength(`accuracy/${noise}`, 0)] = clean;
        for (const strength of STRENGTHS[noise]) {
          const noisy = perturbed(data.test, data.imageShape, perturbations[noise], strength);
          const right = await accuracy(noisy);
          numbers[atStrength(`accuracy/${noise}`, strength)] = right;
          numbers[atStrength(`lost/${noise}`, strength)] = clean - right;
        }
      }
      return { numbers };
    });
  },
  conclude: (results) => ({
    findings: findingsOf(results),
    tables: NOISES.map((noise) =>
      strengthTable(results, lossAt(noise), {
        title: `Accuracy under ${WORDS[noise]}`,
        unit: 'share',
        cells: (strength) => (strength === 0 ? 'clean' : String(strength)),
        note: `Strength: ${perturbations[noise].unit}.`,
      }),
    ),
    figures: NOISES.map((noise) =>
      strengthFigure(results, lossAt(noise), {
        name: noise,
        title: `Accuracy under ${WORDS[noise]}`,
        xLabel: perturbations[noise].unit,
        yLabel: 'accuracy',
        caption: 'Means over seeds.',
      }),
    ),
  }),
};

function findingsOf(results: Results<NoiseForm, NoiseSettings>): Finding[] {
  const losesMore = (
    [more, less]: readonly [NoiseSettings['pooling'], NoiseSettings['pooling']],
    place: NoiseSettings['place'],
    noise: Noise,
    expected: string,
  ): Finding => {
    const strength = STRENGTHS[noise][1] ?? 0;
    const lost = (pooling: string) =>
      bySeed(results, `${pooling}-${place}`, atStrength(`lost/${noise}`, strength));
    return judged({
      claim: `Pooling ${place === 'picture' ? 'the picture' : 'maps'}, ${more} loses more accuracy than ${less} by ${WORDS[noise]} of ${strength}`,
      expected,
      interval: pairedDifference(lost(more), lost(less)),
      unit: 'points',
      is: 'above',
      than: 0,
    });
  };
  return [
    losesMore(['min', 'max'], 'maps', 'noise', 'yes (text)'),
    losesMore(['min', 'max'], 'maps', 'salt', 'yes (text)'),
    losesMore(['min', 'max'], 'maps', 'pepper', 'yes (text)'),
    losesMore(['max', 'min'], 'picture', 'salt', 'yes: the brightest of a window is the grain'),
    losesMore(['min', 'max'], 'picture', 'pepper', 'yes: the darkest of a window is the grain'),
    losesMore(['max', 'average'], 'picture', 'noise', 'yes: a mean takes noise out'),
  ];
}
