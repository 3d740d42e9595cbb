/**
 * @file `fovea evaluate`: all figures of a trained network on a test set.
 *
 * Next stop: `runs/evaluateRun.ts`.
 */
import { Command, Option } from 'commander';
import { UsageError } from '../../base/errors.ts';
import type { MetricName } from '../../nn/losses/chosenMetrics.ts';
import { resolveRun } from '../models.ts';
import {
  addBackendOptions,
  type BackendOptions,
  jsonOption,
  metricsOption,
  numberOption,
  openOptionsOf,
} from '../options/options.ts';
import { precisionOption } from '../options/trainingOptions.ts';
import { type Output, openOutput } from '../terminal/output.ts';
import { downloadLine, openLive } from '../terminal/progress.ts';
import { unreadableNotes } from '../terminal/unreadable.ts';
import {
  confusionTable,
  insightLines,
  mistakesTable,
  perClassTable,
  planLine,
  reconstructionLine,
  resultLine,
} from '../terminal/words.ts';

const EXAMPLES = `
Examples:
  $ fovea evaluate runs/lenet5                     on the test set of what it was trained on
  $ fovea evaluate runs/lenet5 --data mnist        on another one
  $ fovea evaluate runs/alexnet --crops 10         mean of ten crops of each picture
  $ fovea evaluate runs/lenet5 --json | jq .accuracy
  $ fovea evaluate runs/lenet5 --sheet worst.png   the worst mistakes as a picture
  $ fovea evaluate runs/lenet5 --perturb rotate --plot rotate.png     accuracy against the angle
  $ fovea evaluate runs/lenet5-1998 --reject       error against the share that is rejected`;

interface Options extends BackendOptions {
  readonly data?: string;
  readonly testCount?: number;
  readonly mistakes: number;
  readonly crops?: string;
  readonly sheet?: string;
  readonly metrics?: readonly MetricName[];
  readonly precision?: 'float32' | 'float16';
  readonly perturb?: string;
  readonly strengths?: string;
  readonly reject?: boolean;
  readonly plot?: string;
  readonly json?: boolean;
}

export function command(): Command {
  const described = new Command('evaluate')
    .description('loss, accuracy, confusion and the worst mistakes of a trained network')
    .argument('<run>', 'folder of a run (runs/lenet5, or its bare name)')
    .option('--data <name>', 'data set (default: the one it was trained on)')
    .addOption(numberOption('count', '--test-count <n>', 'take the first n pictures only'))
    .addOption(numberOption('count', '--mistakes <n>', 'how many mistakes to list').default(10))
    .addOption(
      new Option('--crops <n>', 'views of each picture to average: 1 or 10').choices(['1', '10']),
    )
    .addOption(metricsOption())
    .addOption(precisionOption())
    .option('--sheet <file>', 'draw the worst mistakes into a PNG file')
    .option(
      '--perturb <how>',
      'disturb: rotate, scale, shift, brightness, noise, salt or pepper, by strength',
    )
    .option('--strengths <list>', 'of --perturb, such as 0,10,20')
    .option('--reject', 'the error left when doubtful pictures are rejected (models of distances)')
    .option('--plot <file>', 'draw the curve of --perturb or --reject: .png or .svg');
  return addBackendOptions(described)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(evaluate);
}

async function evaluate(run: string, options: Options): Promise<void> {
  const output = openOutput(options.json === true);
  checkMeasures(options);
  if (options.perturb !== undefined || options.reject === true) {
    return measureOtherwise(run, options, output);
  }
  const { isAutoencoder } = await import('../../runs/scoreRun.ts');
  if (await isAutoencoder(resolveRun(run))) return scoreIt(run, options, output);
  const live = await openLive();
  const { evaluateRun } = await import('../../runs/evaluateRun.ts');
  const { evaluation, dataset, plan, insights, nameOf } = await evaluateRun({
    folder: resolveRun(run),
    data: options.data,
    testCount: options.testCount,
    sheet: options.sheet,
    metrics: options.metrics,
    precision: options.precision,
    crops: options.crops === '10' ? 10 : 1,
    reading: { onUnreadable: unreadableNotes(output.note) },
    mistakes: Math.max(options.mistakes, 36),
    backend: openOptionsOf(options),
    load: {
      onProgress: (progress) => live.show(downloadLine(progress)),
      onNote: output.note,
    },
  }).finally(() => live.clear());
  const { loss, accuracy, topK, metrics, confusion, perClass, mistakes, classes, calibration } =
    evaluation;
  output.note(planLine(plan));
  output.text(`${resultLine(`${dataset}, test set`, evaluation)}\n`);
  output.text(
    [
      ...Object.entries(topK).map(([k, share]) => `top-${k}: ${share.toFixed(4)}`),
      ...(calibration === null
        ? []
        : [`expected calibration error: ${calibration.expectedError.toFixed(4)}`]),
    ].join('  '),
  );
  output.text(`\n${perClassTable(evaluation)}\n\n${confusionTable(evaluation)}\n`);
  if (mistakes.length > 0) output.text(`${mistakesTable(evaluation, options.mistakes, nameOf)}\n`);
  output.text(insightLines(insights));
  if (options.sheet !== undefined) output.note(`Wrote ${options.sheet}`);
  output.data({
    event: 'result',
    loss,
    accuracy,
    topK,
    metrics,
    confusion,
    perClass,
    mistakes: mistakes
      .slice(0, options.mistakes)
      .map(({ index, label, predicted, confidence }) => ({
        index,
        file: nameOf(index),
        true: classes[label],
        predicted: classes[predicted],
        confidence,
      })),
    insights,
    calibration,
  });
}

/** An auto-encoder: how near its pictures come to what it was shown. */
async function scoreIt(run: string, options: Options, output: Output): Promise<void> {
  const unread = options.sheet !== undefined ? 'sheet' : options.crops === '10' ? 'crops' : '';
  if (unread !== '') {
    throw new UsageError({
      option: unread,
      problem: 'an auto-encoder names no classes and makes no mistakes in them',
      expected: 'a run that names classes',
    });
  }
  const { scoreRun } = await import('../../runs/scoreRun.ts');
  const { metrics, dataset, count, loss, plan } = await scoreRun({
    folder: resolveRun(run),
    data: options.data,
    testCount: options.testCount,
    metrics: options.metrics,
    precision: options.precision,
    reading: { onUnreadable: unreadableNotes(output.note) },
    backend: openOptionsOf(options),
    load: { onNote: output.note },
  });
  output.note(planLine(plan));
  output.text(
    `${reconstructionLine(`${dataset}, test set`, metrics, loss)} (${count.toLocaleString('en-US')} pictures)`,
  );
  output.data({ event: 'result', ...metrics });
}

/** Options that would go unread are mistakes. */
function checkMeasures(options: Options): void {
  const { perturb, reject, strengths, plot } = options;
  const unread = (['metrics', 'precision'] as const).find((name) => options[name] !== undefined);
  if (unread !== undefined && (perturb !== undefined || reject === true)) {
    throw new UsageError({
      option: unread,
      problem: `${reject === true ? '--reject' : '--perturb'} has a table of its own`,
      expected: 'one of the two',
    });
  }
  if (strengths !== undefined && perturb === undefined) {
    throw new UsageError({
      where: '--strengths',
      problem: 'there is nothing to disturb',
      expected: 'strengths of --perturb',
      fix: '--perturb rotate --strengths 0,10,20',
    });
  }
  if (plot !== undefined && perturb === undefined && reject !== true) {
    throw new UsageError({
      where: '--plot',
      problem: 'a plain evaluation has no curve',
      expected: '--perturb HOW or --reject beside it',
      fix: '--sheet worst.png draws the worst mistakes',
    });
  }
}

/** `--perturb` and `--reject` have tables and plots of their own. */
async function measureOtherwise(run: string, options: Options, output: Output): Promise<void> {
  const { perturb, plot, data, testCount } = options;
  const request = { folder: resolveRun(run), data, testCount, backend: openOptionsOf(options) };
  const { printPerturbed, printRejected } = await import('../measurements.ts');
  if (perturb === undefined) {
    const { rejectRun } = await import('../../runs/rejectRun.ts');
    return printRejected(await rejectRun(request), output, plot);
  }
  const { perturbationOf, parseStrengths } = await import(
    '../../train/evaluation/perturbations.ts'
  );
  const { unit } = perturbationOf(perturb);
  const strengths =
    options.strengths === undefined ? undefined : parseStrengths(options.strengths, perturb);
  const { perturbRun } = await import('../../runs/perturb.ts');
  const measured = await perturbRun({ ...request, perturbation: perturb, strengths });
  return printPerturbed(measured, { name: perturb, unit }, output, plot);
}
