/**
 * @file Several runs beside one another as one page: their figures, curves over one another, what differs between them,
 * and whether chance alone would make their difference.
 *
 * Previous stop: `runs/pairedRuns.ts`. Next stop: `parts.ts`.
 */
import { drawCurves, type Series, shareRange } from '../draw/curves.ts';
import {
  bestOf,
  curvesOf,
  differencesOf,
  figuresOf,
  lossWarning,
  type Measure,
  pointsOf,
  type ReadableRun,
  stateWords,
  trainingOf,
} from '../records/comparedRuns.ts';
import type { PairedRuns } from '../train/evaluation/mcnemar.ts';
import { figure, htmlPage, htmlTable, pageHeading, paragraph, section } from './parts.ts';

/** `paired`: a sentence where the runs were not asked of the same pictures. */
export function comparisonPage(
  runs: readonly ReadableRun[],
  paired: PairedRuns | string,
  commands: readonly (string | undefined)[],
): string {
  const names = runs.map(({ name }) => name);
  const parts = [
    pageHeading(names.join(' and '), leadOf(runs)),
    section('Their figures', figures(runs)),
    section('Is the difference chance?', chance(names, paired)),
    section('Training', (['loss', 'accuracy'] as const).map((m) => curves(runs, m)).join('')),
    section('What differs', differences(runs)),
    section('Again', again(names, commands)),
  ];
  return htmlPage(names.join(', '), parts);
}

function leadOf(runs: readonly ReadableRun[]): string {
  const best = bestOf(runs);
  return best === undefined
    ? `${runs.length} runs beside one another.`
    : `Of ${runs.length} runs ${best} has the most right answers on its test set.`;
}

function figures(runs: readonly ReadableRun[]): string {
  const rows = runs.map((run) => {
    const { epochs, asked, best, test } = figuresOf(run);
    const seconds = run.history.reduce((sum, epoch) => sum + epoch.seconds, 0);
    return [
      run.name,
      run.record.model,
      trainingOf(run)?.data.name ?? '-',
      stateWords(run),
      asked === null || asked === epochs ? String(epochs) : `${epochs} of ${asked}`,
      best === null ? '-' : `${best.loss.toFixed(4)} at ${best.epoch}`,
      test === null ? '-' : test.loss.toFixed(4),
      test?.accuracy == null ? '-' : test.accuracy.toFixed(4),
      epochs === 0 ? '-' : `${seconds.toFixed(1)} s`,
    ];
  });
  const head = ['run', 'model', 'data', 'state', 'epochs', 'least loss'];
  return htmlTable([...head, 'test loss', 'test accuracy', 'time'], rows, 4);
}

function chance(names: readonly string[], paired: PairedRuns | string): string {
  if (typeof paired === 'string') return paragraph(`Not tested: ${paired}.`);
  const [first = '', ...others] = names;
  const rows = paired.against.map((pair, i) => [
    others[i] ?? '',
    ...[pair.bothRight, pair.firstAlone, pair.secondAlone, pair.bothWrong].map(String),
    pair.pValue < 1e-4 ? '< 0.0001' : pair.pValue.toFixed(4),
  ]);
  const head = [
    `against ${first}`,
    'both right',
    `${first} alone`,
    'the other alone',
    'both wrong',
    'p',
  ];
  const count = paired.against[0]?.count.toLocaleString('en-US') ?? '0';
  const said = `McNemar's test on the same ${count} test pictures of ${paired.dataset}: p is how often chance alone would part two equally good networks as far as this, or further. It is about these two networks; of a way to train, several seeds say more.`;
  const many = others.length > 1 ? ` Each p is of a single test, of ${others.length}.` : '';
  return htmlTable(head, rows) + paragraph(said + many, 'quiet');
}

function curves(runs: readonly ReadableRun[], measure: Measure): string {
  const { curves: found } = curvesOf(runs, measure);
  if (found.every(({ values }) => values.length < 2)) return '';
  const series = found.map(
    (curve): Series => ({
      name: curve.label,
      points: pointsOf(curve),
      dashed: curve.dashed,
      colour: curve.run,
    }),
  );
  const title = measure === 'loss' ? 'Loss' : 'Accuracy';
  const yRange = measure === 'accuracy' ? shareRange(series) : undefined;
  const drawn = drawCurves(series, { title, xLabel: 'epoch', yLabel: measure, yRange });
  return figure(drawn, lossWarning(runs, measure));
}

function differences(runs: readonly ReadableRun[]): string {
  const found = differencesOf(runs);
  if (found.length === 0) return paragraph('No option.');
  const rows = found.map(({ option, values }) => [option, ...values]);
  return htmlTable(['option', ...runs.map(({ name }) => name)], rows, runs.length + 1);
}

function again(names: readonly string[], commands: readonly (string | undefined)[]): string {
  const rows = names.flatMap((name, i) => {
    const command = commands[i];
    return command === undefined ? [] : [[name, command]];
  });
  return rows.length === 0
    ? ''
    : htmlTable(['run', 'what trains it, as far as a command says it'], rows, 2);
}
