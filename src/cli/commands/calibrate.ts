/**
 * @file `fovea calibrate`: whether a trained network is as sure as it is right, and the temperature that makes it so.
 *
 * Next stop: `runs/calibrateRun.ts`.
 */
import { Command, Option } from 'commander';
import type { FittedPart } from '../../records/calibrationFile.ts';
import type { CalibratedRun } from '../../runs/calibrateRun.ts';
import type { Calibration } from '../../train/evaluation/calibration.ts';
import { resolveRun } from '../models.ts';
import {
  addBackendOptions,
  type BackendOptions,
  jsonOption,
  numberOption,
  openOptionsOf,
} from '../options/options.ts';
import { checkDrawingName, writeDrawing } from '../picture.ts';
import { openOutput, table } from '../terminal/output.ts';
import { unreadableNotes } from '../terminal/unreadable.ts';
import { planLine } from '../terminal/words.ts';

const EXAMPLES = `
A network is calibrated if of all it calls 90 % sure, 90 % are right. --fit looks for the temperature that makes it so,
on the validation pictures of its training; "--fit half" for runs without: on every second test picture, judged on the
others. The temperature is saved in the run and changes no answer; "predict --calibrated" uses it.

Examples:
  $ fovea calibrate runs/lenet5                     on the test set of what it was trained on
  $ fovea calibrate runs/lenet5 --fit --out calibration.svg
  $ fovea calibrate runs/imported --data mnist --fit half
  $ fovea predict runs/lenet5 digit.png --calibrated`;

interface Options extends BackendOptions {
  readonly data?: string;
  readonly testCount?: number;
  readonly bins?: number;
  /** True where nothing was said of what to fit on. */
  readonly fit?: FittedPart | true;
  readonly out?: string;
  readonly json?: boolean;
}

export function command(): Command {
  const described = new Command('calibrate')
    .description('measure whether a trained network is as sure as it is right, and mend it')
    .argument('<run>', 'folder of a run (runs/lenet5, or its bare name)')
    .option('--data <name>', 'data set (default: the one it was trained on)')
    .addOption(numberOption('count', '--test-count <n>', 'take the first n pictures only'))
    .addOption(numberOption('count', '--bins <n>', 'bins of the errors (default: 15)'))
    .addOption(
      new Option('--fit [on]', 'fit a temperature and save it in the run').choices([
        'validation',
        'half',
      ]),
    )
    .option('--out <file>', 'draw the reliability diagram: .png or .svg');
  return addBackendOptions(described)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(calibrate);
}

async function calibrate(run: string, options: Options): Promise<void> {
  const output = openOutput(options.json === true);
  const { data, testCount, bins, fit, out } = options;
  if (out !== undefined) checkDrawingName(out, '--out');
  const folder = resolveRun(run);
  const { calibrateRun } = await import('../../runs/calibrateRun.ts');
  const calibrated = await calibrateRun({
    ...{ folder, data, testCount, bins },
    fit: fit === true ? 'validation' : fit,
    backend: openOptionsOf(options),
    reading: { onUnreadable: unreadableNotes(output.note) },
    load: { onNote: output.note },
  });
  const { model, dataset, plan, before, after, fitted } = calibrated;
  output.note(planLine(plan));
  output.text(await wordsOf(calibrated));
  output.data({ event: 'calibration', model, data: dataset, before, after, fitted });
  if (out === undefined) return;
  await writeDrawing(out, await drawingOf(calibrated));
  output.note(`Wrote ${out}`);
}

async function wordsOf({ model, dataset, before, after, fitted }: CalibratedRun): Promise<string> {
  const head = `${model} on ${dataset}, ${before.count.toLocaleString('en-US')} test pictures`;
  const columns = after === null ? [before] : [before, after];
  const names = after === null ? [] : [['', 'as trained', 'calibrated']];
  const rows = figures.map(([name, of]) => [name, ...columns.map((c) => of(c).toFixed(4))]);
  const lines = [head, table([...names, ...rows])];
  if (fitted !== null) {
    const { fittedWords } = await import('../../records/calibrationFile.ts');
    lines.push(
      `Temperature ${fitted.temperature.toFixed(4)}, fitted on ${fittedWords(fitted)}; saved in the run.`,
    );
  }
  return lines.join('\n');
}

const figures: readonly (readonly [string, (calibration: Calibration) => number])[] = [
  ['accuracy', ({ accuracy }) => accuracy],
  ['confidence, mean', ({ confidence }) => confidence],
  ['expected calibration error', ({ expectedError }) => expectedError],
  ['  with bins of equally many', ({ adaptiveError }) => adaptiveError],
  ['  class by class, mean', ({ classwiseError }) => classwiseError],
  ['maximum calibration error', ({ maximumError }) => maximumError],
  ['Brier score', ({ brier }) => brier],
  ['negative log likelihood', ({ negativeLogLikelihood }) => negativeLogLikelihood],
];

async function drawingOf({ model, dataset, before, after, fitted }: CalibratedRun) {
  const { drawReliability } = await import('../../train/drawing/reliabilityDrawing.ts');
  const panels = [{ name: 'as trained', calibration: before }];
  if (after !== null && fitted !== null) {
    panels.push({ name: `at temperature ${fitted.temperature.toFixed(2)}`, calibration: after });
  }
  return drawReliability(panels, `${model} on ${dataset}`);
}
