/**
 * @file A sweep as one page: the best run, all configurations as lines across their settings, each setting by itself, the
 * table.
 *
 * Before: `words.ts`. The parts are those of a run's report (`report/parts.ts`).
 */
import { drawPanels, type PanelDot } from '../draw/panels.ts';
import { drawParallel } from '../draw/parallel.ts';
import {
  code,
  factList,
  figure,
  htmlPage,
  htmlTable,
  link,
  list,
  pageHeading,
  paragraph,
  section,
} from '../report/parts.ts';
import type { Row, SweepResults } from './results.ts';
import { edgesOf, failuresOf, settingsWords, spreadWords, tableOf } from './words.ts';

export function sweepPage(results: SweepResults, command: string | undefined): string {
  const { spec, configurations, judge } = results;
  const [head = [], ...rows] = tableOf(results);
  const failures = failuresOf(results);
  return htmlPage(`Sweep of ${spec.model}`, [
    pageHeading(
      `Sweep of ${spec.model}`,
      `${configurations.length} configurations of ${spec.axes.map(({ name }) => name).join(', ')}, judged by the ${judge} of the validation pictures`,
    ),
    section('The best', best(results)),
    section('All of them', figures(results)),
    section('Table', `${htmlTable(head, rows, 1 + spec.axes.length)}${paragraph(NOTE, 'quiet')}`),
    section('What failed', list(failures)),
    section('Again', again(results, command)),
  ]);
}

const NOTE =
  '± is the standard deviation over seeds. The test set is told of, and decides nothing: what was chosen as the best of many is a little worse on pictures that nobody chose by than on those of the validation.';

function best(results: SweepResults): string {
  const { configurations, best: run, judge } = results;
  const [first] = configurations;
  if (first === undefined || run === null) return paragraph('No run came to its end.');
  return (
    factList([
      ['settings', settingsWords(first)],
      [`validation ${judge}`, spreadWords(first.validation)],
      ...(first.test?.accuracy == null
        ? []
        : [['test accuracy', spreadWords(first.test.accuracy)] as const]),
    ]) +
    link(`runs/${run}/report.html`, `the report of runs/${run}`) +
    edgesOf(results)
      .map((words) => paragraph(words))
      .join('')
  );
}

/** Of the configurations that came to something. */
function figures({ configurations, spec, judge }: SweepResults): string {
  const measured = configurations.filter(({ validation }) => validation !== null);
  if (measured.length < 2) return '';
  const names = spec.axes.map(({ name }) => name);
  const isHalved = spec.halving !== null;
  const last = `validation ${judge}`;
  const lines = measured.map((row) => ({
    name: row.id,
    values: [
      ...valuesOf(row, names),
      ...(isHalved ? [String(row.epochs)] : []),
      String(row.validation?.mean),
    ],
  }));
  const axes = [...names, ...(isHalved ? ['epochs'] : []), last];
  const dots = measured.map(
    (row): PanelDot => ({ values: valuesOf(row, names), y: row.validation?.mean ?? 0 }),
  );
  const halved = isHalved
    ? ' Configurations that stopped at a lower rung are judged by what they had come to there.'
    : '';
  return (
    figure(
      drawParallel(lines, { title: 'Configurations, each a line', axes }),
      `The best configuration is the thick line; the better third is blue.${halved}`,
    ) +
    figure(
      drawPanels(dots, { title: 'Each setting by itself', names, yLabel: last }),
      'A dot for each configuration; the largest is the best one.',
    )
  );
}

const valuesOf = ({ settings }: Row, names: readonly string[]): string[] =>
  names.map((name) => settings[name] ?? '');

function again({ spec, fovea, runs, seconds }: SweepResults, command: string | undefined): string {
  const { random, seeds, seed, halving } = spec;
  return (
    (command === undefined ? '' : code(command)) +
    factList([
      ['search', random === null ? 'every combination' : `${random} draws, of the seed ${seed}`],
      ['seeds', seeds.join(', ')],
      ...(halving === null
        ? []
        : [['halving', `from ${halving.from} epochs, one of ${halving.eta} goes on`] as const]),
      ['time', `${seconds.toFixed(0)} s, the sum over ${runs} runs`],
      ['Fovea', fovea],
    ])
  );
}
