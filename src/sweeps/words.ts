/**
 * @file A sweep's results as cells of a table: for the terminal and for the page.
 *
 * Before: `results.ts`. Next stop: `page.ts`.
 */
import type { Row, Spread, SweepResults } from './results.ts';

/** "0.9712 ± 0.0031" */
export function spreadWords(spread: Spread | null): string {
  if (spread === null) return '-';
  const { mean, deviation } = spread;
  return [mean, ...(deviation === null ? [] : [deviation])].map(shortNumber).join(' ± ');
}

/** Losses of runs that went astray are any number. */
const shortNumber = (value: number): string =>
  Math.abs(value) < 1000 ? value.toFixed(4) : value.toPrecision(3);

/** Head and rows, the best configuration first; what failed is named below the table (`failuresOf`). */
export function tableOf({ configurations, judge, spec }: SweepResults) {
  const axes = spec.axes.map(({ name }) => name);
  const head = [
    '',
    ...axes,
    'epochs',
    `validation ${judge}`,
    'test accuracy',
    'test loss',
    'failed',
  ];
  const hasAccuracy = configurations.some(({ test }) => (test?.accuracy ?? null) !== null);
  const hasFailures = configurations.some((row) => failedIn(row) > 0);
  const isShown = (column: number): boolean =>
    (column !== axes.length + 3 || hasAccuracy) && (column !== axes.length + 5 || hasFailures);
  const rows = configurations.map((row) => [
    row.id,
    ...axes.map((name) => row.settings[name] ?? ''),
    String(row.epochs),
    spreadWords(row.validation),
    spreadWords(row.test?.accuracy ?? null),
    spreadWords(row.test?.loss ?? null),
    failedIn(row) === 0 ? '' : `${failedIn(row)} of ${row.runs.length}`,
  ]);
  return [head, ...rows].map((cells) => cells.filter((_, column) => isShown(column)));
}

const failedIn = ({ runs }: Row): number => runs.filter(({ why }) => why !== undefined).length;

/** "003-seed1: the loss became NaN at step 12" */
export const failuresOf = ({ configurations }: SweepResults): string[] =>
  configurations.flatMap(({ runs }) =>
    runs.flatMap(({ run, why }) => (why === undefined ? [] : [`${run}: ${why.split('\n')[0]}`])),
  );

/** "learning-rate 0.003, batch-size 64" */
export const settingsWords = ({ settings }: Row): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** Where the best configuration has the least or the largest number of all that were tried: more may lie beyond. */
export function edgesOf({ configurations, spec }: SweepResults): string[] {
  const [first] = configurations;
  if (first?.validation == null) return [];
  return spec.axes.flatMap(({ name }) => {
    const numbers = [...new Set(configurations.map(({ settings }) => Number(settings[name])))];
    const best = Number(first.settings[name]);
    if (numbers.length < 3 || !numbers.every(Number.isFinite)) return [];
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    if (best !== least && best !== most) return [];
    const end = best === least ? 'least' : 'largest';
    return [`The best ${name} is the ${end} that was tried: a better one may lie beyond it.`];
  });
}
