/**
 * @file The history of a training run as CSV, for spreadsheets and plotting tools.
 *
 * Names are Keras's: `loss`, `accuracy`, `val_loss`, and `test_loss` of a test set that is watched; of several outputs
 * `OUTPUT_loss`. Next stop: `progress.ts`, the records.
 */
import { type Metrics, namedMetrics } from './measures.ts';
import type { EpochRecord } from './progress.ts';

/**
 * One line per epoch under a line of names; a cell is empty where an epoch lacks a number. Numbers read back to the
 * bit.
 *
 *     await writeFile('history.csv', historyCsv(progress.history));
 */
export function historyCsv(history: readonly EpochRecord[]): string {
  if (history.length === 0) return '';
  const rows = history.map((record) => new Map([['epoch', record.epoch], ...epochNumbers(record)]));
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const lines = [names.map(quoted), ...rows.map((row) => names.map((name) => row.get(name) ?? ''))];
  return lines.map((cells) => `${cells.join(',')}\n`).join('');
}

/** What an epoch measured by the names of columns, in their order. */
export function epochNumbers(record: EpochRecord): Map<string, number> {
  const { train, validation, test, learningRate, seconds, waiting } = record;
  const cells = new Map<string, number>();
  addAll(cells, train, '');
  if (validation !== null) addAll(cells, validation, 'val_');
  if (test !== undefined) addAll(cells, test, 'test_');
  return cells.set('learningRate', learningRate).set('seconds', seconds).set('waiting', waiting);
}

function addAll(cells: Map<string, number>, metrics: Metrics, prefix: string): void {
  for (const [name, value] of namedMetrics(metrics)) cells.set(prefix + name, value);
}

/** A name as a cell: in quotes where it would be read as more than one, or as a formula. */
const quoted = (name: string): string =>
  /^[\w. /-]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
