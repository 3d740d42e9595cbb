/**
 * @file Results of training and evaluation as paragraphs and tables for people.
 */
import type { Evaluation } from '../train/classification.ts';
import { firstRows, table } from './output.ts';

/** More classes than this fill no screen; `--json` has them all. */
const MOST_CLASSES = 50;

const count = (n: number): string => n.toLocaleString('en-US');
const share = (x: number): string => x.toFixed(4);

/** "Test set: loss 0.0612, accuracy 0.9801 (2,000 pictures)" */
export function resultLine(name: string, { loss, accuracy, count: rows }: Evaluation): string {
  if (rows === 0) return `${name}: none of its pictures could be read, so nothing was measured`;
  return `${name}: loss ${share(loss)}, accuracy ${share(accuracy)} (${count(rows)} pictures)`;
}

export function insightLines(insights: readonly string[]): string {
  return ['What the numbers say', ...insights.map((sentence) => `  - ${sentence}`)].join('\n');
}

/** Precision, recall and F1 per class. */
export function perClassTable({ perClass }: Evaluation): string {
  return table([
    ['class', 'precision', 'recall', 'f1', 'pictures'],
    ...firstRows(
      perClass.map((c) => [
        c.class,
        share(c.precision),
        share(c.recall),
        share(c.f1),
        count(c.support),
      ]),
      MOST_CLASSES,
    ),
  ]);
}

/** Rows are what a picture shows, columns what it was read as; 0 is a dot, to let the eye find the rest. */
export function confusionTable({ classes, confusion }: Evaluation): string {
  if (classes.length > MOST_CLASSES) {
    return `A confusion table of ${count(classes.length)} classes is not printed: --json has it.`;
  }
  const cell = (n: number) => (n === 0 ? '.' : String(n));
  return table([
    ['true \\ read', ...classes],
    ...confusion.map((row, i) => [classes[i], ...row.map(cell)]),
  ]);
}

export function mistakesTable({ classes, mistakes }: Evaluation, rows: number): string {
  return table([
    ['picture', 'true', 'read as', 'confidence'],
    ...mistakes
      .slice(0, rows)
      .map((m) => [String(m.index), classes[m.label], classes[m.predicted], share(m.confidence)]),
  ]);
}

/** How this command line is called here: in the repository through npm, elsewhere by its name. */
export function self(): string {
  const script = process.env.npm_lifecycle_event;
  return script === 'start' || script === 'fovea' ? 'npm run -s fovea --' : 'fovea';
}
