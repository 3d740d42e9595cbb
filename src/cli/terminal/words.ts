/**
 * @file Results of training and evaluation as paragraphs and tables for people.
 */
import type { Evaluation } from '../../train/evaluation/classification.ts';
import type { Metrics } from '../../train/measures.ts';
import { firstRows, table } from './output.ts';
import { wrapped } from './wrap.ts';

/** More classes than this fill no screen; `--json` has them all. */
const MOST_CLASSES = 50;

const count = (n: number): string => n.toLocaleString('en-US');
const share = (x: number): string => x.toFixed(4);

/** "Test set: loss 0.0612, accuracy 0.9801 (2,000 pictures)" */
export function resultLine(name: string, measured: Evaluation): string {
  const { loss, accuracy, count: rows, metrics = {} } = measured;
  const { accuracy: _, ...others } = metrics;
  const more = Object.entries(others).map(([metric, value]) => `, ${metric} ${share(value)}`);
  if (rows === 0) return `${name}: none of its pictures could be read, so nothing was measured`;
  return `${name}: loss ${share(loss)}, accuracy ${share(accuracy)}${more.join('')} (${count(rows)} pictures)`;
}

/** "Test set: reconstruction error 0.0123 (meanSquaredError), mean absolute error 0.0456" */
export function reconstructionLine(name: string, measured: Metrics, loss: string): string {
  const { loss: error, meanAbsoluteError, metrics = {} } = measured;
  const others = { 'mean absolute error': meanAbsoluteError, ...metrics };
  const more = Object.entries(others).flatMap(([what, value]) =>
    value === undefined ? [] : `, ${what} ${share(value)}`,
  );
  return `${name}: reconstruction error ${share(error)} (${loss})${more.join('')}`;
}

export function insightLines(insights: readonly string[]): string {
  const sentences = insights.map((sentence) => wrapped(`  - ${sentence}`));
  return ['What the numbers say', ...sentences].join('\n');
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
    ...confusion.map((row, i) => [classes[i] ?? String(i), ...row.map(cell)]),
  ]);
}

/** `nameOf` gives the file of a picture, where it has one. */
export function mistakesTable(
  { classes, mistakes }: Evaluation,
  rows: number,
  nameOf?: (index: number) => string | undefined,
): string {
  return table([
    ['picture', 'true', 'read as', 'confidence'],
    ...mistakes
      .slice(0, rows)
      .map((m) => [
        nameOf?.(m.index) ?? String(m.index),
        classes[m.label] ?? String(m.label),
        classes[m.predicted] ?? String(m.predicted),
        share(m.confidence),
      ]),
  ]);
}

/** What computes; said on standard error by every command that computes with a session. */
export const planLine = (plan: string): string => `Computing with ${plan}`;

/** Of what was measured: four figures and more. */
export const milliseconds = (ms: number): string => `${ms.toFixed(ms < 1 ? 4 : 3)} ms`;

/** How this command line is called here: through npm in the repository and in a project, elsewhere by its name. */
export function self(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  script = process.argv[1] ?? '',
): string {
  const { npm_lifecycle_event: event, npm_package_name: project } = environment;
  if (project === 'fovea' && (event === 'start' || event === 'fovea')) return 'npm run -s fovea --';
  // Installed beside a project's packages: no shell finds it by its name alone.
  return script.split(/[\\/]/).includes('node_modules') && !GLOBAL.test(script)
    ? 'npx fovea'
    : 'fovea';
}

/** Where npm puts what is installed for everyone: .../lib/node_modules, or AppData on Windows. */
const GLOBAL = /[\\/](lib|npm)[\\/]node_modules[\\/]/;

/** A path as a shell takes it: in quotes where it holds more than plain letters. */
export function quoted(words: string): string {
  return /^[\w./\\:@%+,-]+$/.test(words) ? words : `"${words.replace(/(["$`\\])/g, '\\$1')}"`;
}
