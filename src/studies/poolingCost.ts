/**
 * @file pooling-cost: what a network costs with pooling layers and without them.
 *
 * Parameters, multiply-adds and memory are counted, training is timed. Before: `networks.ts`.
 */

import { drawIntervals } from '../draw/intervals.ts';
import { summarize } from '../nn/accounting/summary.ts';
import {
  bySeed,
  formatInterval,
  formatSpread,
  intervalOf,
  judge,
  judged,
} from './engine/findings.ts';
import { pairedRatio } from './engine/statistics.ts';
import { withTrained } from './engine/training.ts';
import { HALVINGS, type Halving, halvingNetwork } from './networks.ts';
import { eachSeed, type Finding, type Form, type Results, type Study } from './study.ts';

interface CostForm extends Form {
  readonly epochs: number;
}

const CONDITIONS = ['max', 'average', 'strided', 'none'] as const satisfies readonly Halving[];

export const poolingCost: Study<CostForm, Halving> = {
  name: 'pooling-cost',
  revision: 1,
  title: 'What pooling saves',
  question: 'How much smaller and faster does pooling make a network, and where does it save?',
  text: 'Pooling layers help reduce the computational complexity of the network by reducing the number of parameters.',
  expected:
    'fewer multiply-adds, less memory, less time. Pooling layers have no parameters and convolutions keep theirs: only a dense layer behind them shrinks.',
  design: ({ epochs }) =>
    `A network of three 3x3 convolutions (8, 16, 32 filters) and two dense layers, halved twice by max pooling, by average pooling or by strides of its convolutions, or not at all. Parameters, multiply-adds and the memory of a training step (batches of 64) follow from the model; the time is that of the last of ${epochs} epochs, per picture, and each seed times every network once.`,
  forms: {
    quick: { data: 'digits', trainCount: 1500, testCount: 500, seeds: 3, epochs: 2 },
    full: { data: 'mnist', trainCount: 8000, testCount: 10_000, seeds: 5, epochs: 3 },
  },
  trials: ({ seeds }) =>
    eachSeed(seeds, Object.fromEntries(CONDITIONS.map((halving) => [halving, halving]))),
  runTrial: async ({ settings, seed }, context) => {
    const { form, data } = context;
    const spec = halvingNetwork(data, settings);
    const { layers, totals } = summarize(spec);
    const ofDense = layers
      .filter(({ kind }) => kind === 'dense')
      .reduce((sum, layer) => sum + layer.parameters, 0);
    const options = { epochs: form.epochs, batchSize: 64, seed };
    return withTrained(context, spec, options, async ({ history, bytes, accuracy }) => {
      const seconds = history.at(-1)?.seconds ?? Number.NaN;
      return {
        numbers: {
          parameters: totals.parameters,
          denseParameters: ofDense,
          otherParameters: totals.parameters - ofDense,
          multiplyAdds: totals.multiplyAdds,
          activationBytes: totals.activationBytes,
          stepBytes: bytes ?? null,
          accuracy: await accuracy(data.test),
        },
        times: { microsecondsPerPicture: (1e6 * seconds) / form.trainCount },
      };
    });
  },
  conclude: (results) => ({
    findings: findingsOf(results),
    tables: [costTable(results)],
    figures: [
      {
        name: 'time',
        caption:
          'Time of training without pooling, in times of that with it: geometric means and 95 % intervals over repetitions.',
        svg: drawIntervals(
          CONDITIONS.filter((condition) => condition !== 'none').map((condition) => ({
            name: `none against ${HALVINGS[condition]}`,
            ...timeRatio(results, condition),
          })),
          { title: 'Training takes so many times as long', xLabel: 'times', against: 1 },
        ),
      },
    ],
  }),
};

type CostResults = Results<CostForm, Halving>;

function timesOf({ trials }: CostResults, condition: Halving): Map<number, number> {
  return new Map(
    trials
      .filter(({ trial }) => trial.condition === condition)
      .map(({ trial, figures }) => [
        trial.seed,
        figures.times?.microsecondsPerPicture ?? Number.NaN,
      ]),
  );
}

const timeRatio = (results: CostResults, condition: Halving) =>
  pairedRatio(timesOf(results, 'none'), timesOf(results, condition));

function findingsOf(results: CostResults): Finding[] {
  const ratio = (name: string) =>
    pairedRatio(bySeed(results, 'none', name), bySeed(results, 'max', name));
  /** Counted, the same for every seed. */
  const counted = (claim: string, name: string, expected: string): Finding => {
    const { mean } = ratio(name);
    return {
      claim,
      expected,
      measured: `${mean.toFixed(2)} times as many without`,
      verdict: mean > 1 ? 'supported' : 'not supported',
    };
  };
  const convolutions = ratio('otherParameters').mean;
  return [
    judged({
      claim: 'Max pooling makes training faster',
      expected: 'yes (text: "computation efficiency")',
      interval: timeRatio(results, 'max'),
      unit: 'times',
      is: 'above',
      than: 1,
    }),
    counted('Max pooling saves multiply-adds', 'multiplyAdds', 'yes (text)'),
    counted(
      'Max pooling saves memory of a training step',
      'stepBytes',
      'yes (text: "smaller feature maps")',
    ),
    counted('The network with max pooling has fewer parameters', 'parameters', 'yes (text)'),
    {
      claim: 'Pooling reduces the parameters of convolutions',
      expected:
        'no: pooling has no parameters and takes none from convolutions; the dense layer shrinks',
      measured: `${convolutions.toFixed(2)} times as many without`,
      verdict: convolutions > 1 ? 'supported' : 'not supported',
    },
    strideFinding(results),
  ];
}

/** Strides save as much: pooling is not what saves, halving is. */
function strideFinding(results: CostResults): Finding {
  const interval = pairedRatio(timesOf(results, 'max'), timesOf(results, 'strided'));
  return {
    claim: 'Strided convolutions make training faster still than max pooling',
    expected:
      'yes: pooling throws three of four computed positions away, strides do not compute them',
    measured: formatInterval(interval, 'times'),
    verdict: judge(interval, 'above', 1),
  };
}

function costTable(results: CostResults) {
  const whole = (condition: Halving, name: string): string =>
    Math.round(intervalOf(bySeed(results, condition, name)).mean).toLocaleString('en-US');
  const rows = CONDITIONS.map((condition) => [
    HALVINGS[condition],
    whole(condition, 'otherParameters'),
    whole(condition, 'denseParameters'),
    whole(condition, 'multiplyAdds'),
    whole(condition, 'stepBytes'),
    formatSpread(intervalOf(timesOf(results, condition)), 'number'),
    formatSpread(intervalOf(bySeed(results, condition, 'accuracy')), 'share'),
  ]);
  return {
    title: 'The same convolutions, halved in four ways',
    head: [
      'halved by',
      "convolutions' parameters",
      "dense layers'",
      'multiply-adds',
      'bytes of a step',
      'µs a picture',
      'test accuracy',
    ],
    rows,
    note: 'Multiply-adds are those of one picture forward; bytes those of a training step of 64.',
  };
}
