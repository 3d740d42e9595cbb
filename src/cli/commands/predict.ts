/**
 * @file `fovea predict`: what a trained network says of picture files.
 *
 * Next stop: `train/predict.ts`.
 */
import { Command } from 'commander';
import { FoveaError, UsageError } from '../../base/errors.ts';
import type { Prediction } from '../../train/predict.ts';
import { resolveRun } from '../models.ts';
import {
  addBackendOptions,
  type BackendOptions,
  jsonOption,
  numberOption,
  openOptionsOf,
} from '../options.ts';
import { openOutput, table } from '../output.ts';
import { bar } from '../progress.ts';

const EXAMPLES = `
FILE is a PNG, JPEG, WebP, PGM or PPM file, a folder of them, or an IDX file of pictures.
A picture with a light background is inverted, since the digits are light on dark; it is said.

Examples:
  $ fovea predict runs/lenet5 digit.png
  $ fovea predict runs/lenet5 scans/ --top 1
  $ fovea predict runs/lenet5 t10k-images-idx3-ubyte.gz --first 20
  $ fovea predict runs/lenet5 *.png --json | jq -r '[.file, .predicted] | @tsv'`;

interface Options extends BackendOptions {
  readonly top: number;
  readonly first?: number;
  readonly invert: 'auto' | 'yes' | 'no';
  readonly rejectFar?: number;
  readonly rejectClose?: number;
  readonly json?: boolean;
}

const INVERT = { auto: 'auto', yes: true, no: false } as const;

export function command(): Command {
  const described = new Command('predict')
    .description('read pictures with a trained network')
    .argument('<run>', 'folder of a run (runs/lenet5, or its bare name)')
    .argument('<file...>', 'picture files, folders of them, or IDX files')
    .addOption(numberOption('count', '--top <n>', 'classes to name per picture').default(3))
    .addOption(numberOption('count', '--first <n>', 'stop after n pictures of each FILE'))
    .option('--invert <when>', 'auto, yes or no: turn dark ink on light paper round', 'auto')
    .addOption(
      numberOption(
        'positive',
        '--reject-far <x>',
        'of distances: reject if the nearest is farther',
      ),
    )
    .addOption(
      numberOption(
        'positive',
        '--reject-close <x>',
        'reject if the second is nearer than this to it',
      ),
    );
  return addBackendOptions(described, { threads: false })
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(predict);
}

async function predict(run: string, files: readonly string[], options: Options): Promise<void> {
  const { json, invert, top, first = Number.POSITIVE_INFINITY } = options;
  if (!Object.hasOwn(INVERT, invert)) {
    throw new UsageError({
      where: '--invert',
      problem: `received "${invert}"`,
      expected: 'auto, yes or no',
    });
  }
  const output = openOutput(json === true);
  const [{ loadModel }, { channelsOf, openPredictor }, { openSession }, { readImages }] =
    await Promise.all([
      import('../../runs/folder/modelFiles.ts'),
      import('../../train/predict.ts'),
      import('../../backends/select.ts'),
      import('../../data/images/readImage.node.ts'),
    ]);
  const model = await loadModel(resolveRun(run));
  const session = await openSession({ ...openOptionsOf(options), threads: 1 });
  try {
    const read = openPredictor(session, model);
    let failed = 0;
    for (const file of files) {
      let seen = 0;
      try {
        for await (const { name, picture } of readImages(file, { channels: channelsOf(model) })) {
          if (seen++ >= first) break;
          const { rejectFar, rejectClose } = options;
          const asked = { top, invert: INVERT[invert], rejectFar, rejectClose };
          const prediction = read(picture, asked);
          output.text(inWords(name, prediction, model.classes));
          output.data(asData(name, prediction));
        }
      } catch (error) {
        // One bad file among many: say so, read the others, fail at the end.
        if (!(error instanceof FoveaError)) throw error;
        failed++;
        output.note(`error: ${error.message}`);
      }
    }
    if (failed > 0) process.exitCode = 1;
  } finally {
    await session.close();
  }
}

function inWords(name: string, prediction: Prediction, classes: readonly string[]): string {
  const { answers, notes, distances, rejected } = prediction;
  const rows = answers.map(({ class: label, probability }) => [
    `  ${label}`,
    `${bar(probability)} ${(100 * probability).toFixed(1).padStart(5)} %`,
  ]);
  const done = notes.length === 0 ? '' : `  (${notes.join('; ')})`;
  const answer = rejected === null ? answers[0].class : `rejected, since ${rejected}`;
  const away =
    distances === null
      ? ''
      : `\n  distances  ${distances.map((d, i) => `${classes[i] ?? i}: ${d.toFixed(2)}`).join('  ')}`;
  return `${name}: ${answer}${done}\n${table(rows)}${away}`;
}

function asData(file: string, { answers, ...rest }: Prediction) {
  const [{ class: predicted, probability }] = answers;
  return { event: 'prediction', file, predicted, probability, top: answers, ...rest };
}
