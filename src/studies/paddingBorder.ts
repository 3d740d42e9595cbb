/**
 * @file padding-border: what padding does for objects at the border, and to the numbers there, layer upon layer.
 *
 * Two kinds of trials: networks that read objects placed anywhere on a field, and stacks of 30 random convolutions
 * whose energy (the mean square of a map) is measured by the distance to the border. Before: `networks.ts`.
 */
import { RandomStream } from '../base/random.ts';
import { drawCurves } from '../draw/curves.ts';
import { initialValues } from '../nn/initializers.ts';
import { parametersOf } from '../nn/network.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { activations } from '../train/prediction/batchPrediction.ts';
import { bySeed, formatSpread, intervalOf, judged, meanList } from './engine/findings.ts';
import { pairedDifference } from './engine/statistics.ts';
import { withTrained } from './engine/training.ts';
import { convolutionStack, type Padded, paddedNetwork } from './networks.ts';
import { PLACES, type Place, placedObjects } from './placedObjects.ts';
import {
  eachSeed,
  type Figures,
  type Finding,
  type Form,
  type Results,
  type Study,
  type TrialContext,
} from './study.ts';

interface BorderForm extends Form {
  readonly epochs: number;
}

interface BorderSettings {
  readonly measures: 'accuracy' | 'energy';
  readonly padding: Padded;
}

const PADDINGS: Readonly<Record<Padded, string>> = {
  valid: 'no padding',
  same: 'padding with zeros',
  reflect: 'reflected padding',
};

/** Layers of a stack after which its energy is measured. */
const DEPTHS = [1, 5, 10, 20, 30];
const SIDE = 32;
const CHANNELS = 16;

export const paddingBorder: Study<BorderForm, BorderSettings> = {
  name: 'padding-border',
  revision: 1,
  title: 'What padding does at the border',
  question:
    'Are objects at the border read better with padding, and do its pixels get an equal part?',
  text: 'Padding ensures that every pixel in the input has an equal opportunity to be part of the convolution operation, reducing boundary effects.',
  expected:
    'sizes stay, and the border is kept. Not equally: under zeros a border pixel is still seen by fewer windows, and every layer takes in more zeros there',
  design: ({ epochs, trainCount, testCount }) =>
    `Accuracy: the ink of each picture is cut out and placed on a field 4 pixels larger, in training anywhere. Networks of three 3x3 convolutions without padding, with zeros, or reflected (Adam, batches of 64, ${epochs} epochs, ${trainCount} pictures) then read ${testCount} test pictures placed in the middle, at a border, and in a corner. Energy: 30 convolutions of 3x3 and ${CHANNELS} channels with ReLU and drawn weights (He) over fields of noise, ${SIDE} x ${SIDE}; the mean square of the maps is measured by the distance to the border, as a share of that of the middle.`,
  forms: {
    quick: { data: 'digits', trainCount: 3000, testCount: 300, seeds: 3, epochs: 6 },
    full: { data: 'mnist', trainCount: 8000, testCount: 2000, seeds: 5, epochs: 6 },
  },
  trials: ({ seeds }) =>
    eachSeed<BorderSettings>(seeds, {
      valid: { measures: 'accuracy', padding: 'valid' },
      same: { measures: 'accuracy', padding: 'same' },
      reflect: { measures: 'accuracy', padding: 'reflect' },
      'same-energy': { measures: 'energy', padding: 'same' },
      'reflect-energy': { measures: 'energy', padding: 'reflect' },
    }),
  runTrial: ({ settings: { measures, padding }, seed }, context) =>
    measures === 'accuracy'
      ? accuracies(context, padding, seed)
      : energies(context, convolutionStack(SIDE, CHANNELS, Math.max(...DEPTHS), padding), seed),
  conclude: (results) => ({
    findings: findingsOf(results),
    tables: [accuracyTable(results), energyTable(results)],
    figures: (['same', 'reflect'] as const).map((padding) => ({
      name: `energy-${padding}`,
      caption: 'Means over seeds; 1 is the energy of the middle. Weights are drawn, not trained.',
      svg: drawCurves(
        DEPTHS.map((depth) => ({
          name: `${depth} ${depth === 1 ? 'layer' : 'layers'}`,
          points: meanList(results, `${padding}-energy`, `depth ${depth}`).map(
            (share, distance) => [distance, share] as const,
          ),
        })),
        {
          title: `Energy by distance to the border: ${PADDINGS[padding]}`,
          xLabel: 'pixels to the border',
          yLabel: 'share of the energy of the middle',
        },
      ),
    })),
  }),
};

type BorderResults = Results<BorderForm, BorderSettings>;

async function accuracies(
  context: TrialContext<BorderForm>,
  padding: Padded,
  seed: number,
): Promise<Figures> {
  const { form, data } = context;
  const place = (rows: typeof data.train, where: Place) =>
    placedObjects(rows, data.imageShape, where, seed);
  const train = place(data.train, 'anywhere');
  const { imageShape } = train;
  const spec = paddedNetwork({ ...data, imageShape }, padding);
  const options = { rows: { train, imageShape }, epochs: form.epochs, batchSize: 64, seed };
  return withTrained(context, spec, options, async ({ accuracy }) => {
    const numbers: Record<string, number> = {};
    for (const where of PLACES) numbers[where] = await accuracy(place(data.test, where));
    return { numbers };
  });
}

/** Of the maps after each depth: the mean square of each ring of pixels, by that of the middle half. */
async function energies(
  { session }: Pick<TrialContext, 'session'>,
  spec: ModelSpec,
  seed: number,
): Promise<Figures> {
  const weights = new Map(
    parametersOf(spec).map(({ name, shape, initializer }) => [
      name,
      { shape, data: initialValues(initializer, shape, seed, name) },
    ]),
  );
  const random = new RandomStream(seed, 'padding-border/noise');
  const noise = Float32Array.from({ length: 8 * SIDE * SIDE }, () => random.normal());
  const layers = DEPTHS.map((depth) => `conv${depth}`);
  const found = await activations(session, { spec, weights }, noise, layers, { batchSize: 8 });
  const lists: Record<string, number[]> = {};
  const numbers: Record<string, number> = {};
  for (const depth of DEPTHS) {
    const { data } = found[`conv${depth}`] ?? { data: new Float32Array() };
    const shares = ringShares(data);
    lists[`depth ${depth}`] = shares;
    numbers[`border/${depth}`] = shares[0] ?? 0;
  }
  return { numbers, lists };
}

/** `maps`: (N, SIDE, SIDE, CHANNELS). By distance to the border, from 0. */
export function ringShares(maps: Float32Array): number[] {
  const rings = SIDE / 2;
  const sums = new Float64Array(rings);
  const counts = new Float64Array(rings);
  for (let i = 0; i < maps.length; i++) {
    const pixel = Math.floor(i / CHANNELS) % (SIDE * SIDE);
    const [y, x] = [Math.floor(pixel / SIDE), pixel % SIDE];
    const distance = Math.min(y, x, SIDE - 1 - y, SIDE - 1 - x);
    sums[distance] = (sums[distance] ?? 0) + (maps[i] ?? 0) ** 2;
    counts[distance] = (counts[distance] ?? 0) + 1;
  }
  const total = (values: Float64Array) =>
    values.subarray(rings / 2).reduce((all, value) => all + value, 0);
  const middle = total(sums) / total(counts);
  return Array.from(sums, (sum, distance) => sum / (counts[distance] ?? 1) / middle);
}

function findingsOf(results: BorderResults): Finding[] {
  const at = (padding: Padded, where: string) => bySeed(results, padding, where);
  const lost = (padding: Padded, where: Place) =>
    new Map(
      [...at(padding, 'middle')].map(([seed, middle]) => [
        seed,
        middle - (at(padding, where).get(seed) ?? 0),
      ]),
    );
  const better = (one: Padded, other: Padded, where: Place, expected: string): Finding =>
    judged({
      claim: `${where === 'corner' ? 'In a corner' : 'At the border'}, ${PADDINGS[one]} reads better than ${PADDINGS[other]}`,
      expected,
      interval: pairedDifference(at(one, where), at(other, where)),
      unit: 'points',
      is: 'above',
      than: 0,
    });
  const border = (padding: Padded) => bySeed(results, `${padding}-energy`, 'border/30');
  return [
    better('same', 'valid', 'border', 'yes (text: "reducing boundary effects")'),
    better('same', 'valid', 'corner', 'yes (text)'),
    judged({
      claim:
        'From the middle to the border, a network without padding loses more than one with zeros',
      expected: 'yes (text: "prevention of information loss")',
      interval: pairedDifference(lost('valid', 'border'), lost('same', 'border')),
      unit: 'points',
      is: 'above',
      than: 0,
    }),
    better('reflect', 'same', 'border', 'not said'),
    judged({
      claim: 'After 30 layers with zeros, the border has less energy than the middle',
      expected: 'yes: "equal opportunity" would be 1',
      interval: intervalOf(border('same')),
      unit: 'times',
      is: 'below',
      than: 1,
    }),
    judged({
      claim:
        'After 30 layers, more of the energy is left at the border when it is reflected than with zeros',
      expected: 'yes: no zeros come in',
      interval: pairedDifference(border('reflect'), border('same')),
      unit: 'number',
      is: 'above',
      than: 0,
    }),
  ];
}

function accuracyTable(results: BorderResults) {
  const cell = (padding: Padded, where: string): string =>
    formatSpread(intervalOf(bySeed(results, padding, where)), 'share');
  return {
    title: 'Accuracy by the place of the object',
    head: ['padding', ...PLACES],
    rows: Object.entries(PADDINGS).map(([padding, words]) => [
      words,
      ...PLACES.map((where) => cell(padding as Padded, where)),
    ]),
  };
}

function energyTable(results: BorderResults) {
  return {
    title: 'Energy of the outermost pixels, as a share of that of the middle',
    head: ['padding', ...DEPTHS.map((depth) => `${depth} ${depth === 1 ? 'layer' : 'layers'}`)],
    rows: [
      ...(['same', 'reflect'] as const).map((padding) => [
        PADDINGS[padding],
        ...DEPTHS.map((depth) =>
          formatSpread(
            intervalOf(bySeed(results, `${padding}-energy`, `border/${depth}`)),
            'times',
          ),
        ),
      ]),
      [
        `${PADDINGS.valid}: pixels left`,
        ...DEPTHS.map((depth) => {
          const side = SIDE - 2 * depth;
          return side > 0 ? `${side} x ${side}` : 'none';
        }),
      ],
    ],
  };
}
