/**
 * @file `fovea predict`: what a trained network says of picture files.
 *
 * Next stop: `train/prediction/predict.ts`.
 */
import { Command, Option } from 'commander';
import { FoveaError, UsageError } from '../../base/errors.ts';
import type { Picture } from '../../data/images/picture.ts';
import type { Prediction } from '../../train/prediction/reading.ts';
import type { GivenPicture } from '../givenSheet.ts';
import { resolveRun } from '../models.ts';
import {
  addBackendOptions,
  type BackendOptions,
  jsonOption,
  numberOption,
  openOptionsOf,
} from '../options/options.ts';
import { errorWords } from '../terminal/errorWords.ts';
import { type Output, openOutput, table } from '../terminal/output.ts';
import { bar } from '../terminal/progress.ts';
import { unreadableNotes } from '../terminal/unreadable.ts';

const EXAMPLES = `
FILE is a PNG, JPEG, WebP, PGM or PPM file, a folder of them, an IDX file of pictures, or - for a picture
on standard input. A network that reads characters gets them as MNIST has them: ink is told from paper, in
light and shade alike, cropped, scaled and centred. What was done is said; a sheet without ink gets no answer.
Pictures of a folder that cannot be read are named and left out; exit code 1 where none can be.

Examples:
  $ fovea predict runs/lenet5 digit.png
  $ fovea predict runs/lenet5 photo.jpg --show seen.png    and what the network was given
  $ fovea predict runs/lenet5 scans/ --top 1
  $ fovea predict runs/lenet5 digit.png --calibrated       as sure as "fovea calibrate --fit" found it to be
  $ cat digit.png | fovea predict runs/lenet5 -
  $ fovea predict runs/lenet5 t10k-images-idx3-ubyte.gz --first 20
  $ fovea predict runs/lenet5 *.png --json | jq -r '[.file, .predicted] | @tsv'`;

interface Options extends BackendOptions {
  readonly top: number;
  readonly first?: number;
  readonly invert: 'auto' | 'yes' | 'no';
  readonly rejectFar?: number;
  readonly rejectClose?: number;
  readonly strict?: boolean;
  readonly asIs?: boolean;
  readonly show?: string;
  readonly calibrated?: boolean;
  readonly json?: boolean;
}

const INVERT = { auto: 'auto', yes: true, no: false } as const;

export function command(): Command {
  const described = new Command('predict')
    .description('read pictures with a trained network')
    .argument('<run>', 'folder of a run (runs/lenet5, or its bare name)')
    .argument('<file...>', 'picture files, folders of them, IDX files, or - for standard input')
    .addOption(numberOption('count', '--top <n>', 'classes to name per picture').default(3))
    .addOption(numberOption('count', '--first <n>', 'stop after n pictures of each FILE'))
    .option('--strict', 'stop at a picture that cannot be read instead of skipping it')
    .option('--invert <when>', 'auto, yes or no: turn dark ink on light paper round', 'auto')
    .addOption(
      new Option(
        '--as-is',
        'scale pictures to the size of the network, and nothing else',
      ).conflicts('invert'),
    )
    .option('--calibrated', 'probabilities at the temperature that "calibrate --fit" found')
    .option('--show <file>', 'draw what the network was given into a PNG file')
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
        'reject if the second nearest is farther than the nearest by less',
      ),
    );
  return addBackendOptions(described, { threads: false })
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(predict);
}

async function predict(run: string, files: readonly string[], options: Options): Promise<void> {
  const { json, invert, asIs, top, rejectFar, rejectClose } = options;
  if (!Object.hasOwn(INVERT, invert)) {
    throw new UsageError({
      where: '--invert',
      problem: `received "${invert}"`,
      expected: 'auto, yes or no',
    });
  }
  const output = openOutput(json === true);
  const [
    { loadModel },
    { channelsOf, openPredictor, readerOf },
    { readsWriting },
    { openSession },
  ] = await Promise.all([
    import('../../runs/folder/modelFiles.ts'),
    import('../../train/prediction/predict.ts'),
    import('../../train/prediction/reading.ts'),
    import('../../backends/select.ts'),
  ]);
  const folder = resolveRun(run);
  const temperature = options.calibrated === true ? await temperatureOf(folder, output) : undefined;
  const model = await loadModel(folder);
  const session = await openSession({ ...openOptionsOf(options), threads: 1 });
  try {
    const predict = openPredictor(session, model);
    const asked = { top, invert: INVERT[invert], asIs, rejectFar, rejectClose, temperature };
    if (asIs !== true) output.note(readsWriting(readerOf(model)) ? AS_WRITING : AS_PICTURES);
    const given: GivenPicture[] = [];
    const show = async (name: string, picture: Picture) => {
      const prediction = await predict(picture, asked);
      output.text(inWords(name, prediction, model.classes));
      output.data(asData(name, prediction));
      if (options.show !== undefined) given.push({ name, ...prediction });
    };
    const { answered, failed, left } = await readAll(
      files,
      channelsOf(model),
      options,
      output,
      show,
    );
    if (left > 0)
      output.note(`${left} of ${answered + left} pictures in folders could not be read`);
    if (options.show !== undefined && given.length > 0) {
      const { writeGiven } = await import('../givenSheet.ts');
      output.note(await writeGiven(options.show, given, model.spec));
    }
    if (failed > 0 || answered === 0) process.exitCode = 1;
  } finally {
    await session.close();
  }
}

/** The one that is saved with the run, and says so. */
async function temperatureOf(folder: string, { note }: Output): Promise<number> {
  const [{ readTemperature }, { fittedWords }] = await Promise.all([
    import('../../runs/calibrateRun.ts'),
    import('../../records/calibrationFile.ts'),
  ]);
  const saved = await readTemperature(folder);
  note(
    `Probabilities at temperature ${saved.temperature.toFixed(4)}, fitted on ${fittedWords(saved)}`,
  );
  return saved.temperature;
}

const AS_WRITING =
  'Read as writing: ink is told from paper, cropped and centred, unless a picture has the size of the network (--as-is leaves pictures as they are)';
const AS_PICTURES = 'Read as pictures: scaled to the size of the network';

interface Tally {
  /** Pictures that were read. */
  answered: number;
  /** FILEs that could not be read. */
  failed: number;
  /** Pictures of folders that could not be read and were left out. */
  left: number;
}

/** Shows every picture of every FILE; what cannot be read is said and left out, or, if strict, thrown. */
async function readAll(
  files: readonly string[],
  channels: 1 | 3,
  { first = Number.POSITIVE_INFINITY, strict = false }: Options,
  output: Output,
  show: (name: string, picture: Picture) => Promise<void>,
): Promise<Tally> {
  const { readImages } = await import('../../data/images/readImage.node.ts');
  const tally: Tally = { answered: 0, failed: 0, left: 0 };
  const say = unreadableNotes(output.note);
  const leaveOut = (file: string, problem: string) => {
    tally.left++;
    say(file, problem);
    output.data({ event: 'unreadable', file, problem });
  };
  const onUnreadable = strict ? undefined : leaveOut;
  for (const file of files) {
    let seen = 0;
    try {
      for await (const { name, picture } of readImages(file, { channels, onUnreadable })) {
        if (seen++ >= first) break;
        tally.answered++;
        await show(name, picture);
      }
    } catch (error) {
      // One bad file among many: say so, read the others, fail at the end.
      if (!(error instanceof FoveaError) || strict) throw error;
      tally.failed++;
      output.note(`error: ${errorWords(error)}`);
    }
  }
  return tally;
}

function inWords(name: string, prediction: Prediction, classes: readonly string[]): string {
  const { answers, notes, distances, rejected } = prediction;
  const rows = answers.map(({ class: label, probability }) => [
    `  ${label}`,
    `${bar(probability)} ${(100 * probability).toFixed(1).padStart(5)} %`,
  ]);
  const done = notes.length === 0 ? '' : `  (${notes.join('; ')})`;
  if (prediction.blank) return `${name}: nothing to read${done}`;
  const answer = rejected === null ? answers[0]?.class : `rejected, since ${rejected}`;
  const away =
    distances === null
      ? ''
      : `\n  distances  ${distances.map((d, i) => `${classes[i] ?? i}: ${d.toFixed(2)}`).join('  ')}`;
  return `${name}: ${answer}${done}\n${table(rows)}${away}`;
}

function asData(file: string, { answers, given: _, ...rest }: Prediction) {
  const { class: predicted = null, probability = null } = answers[0] ?? {};
  return { event: 'prediction', file, predicted, probability, top: answers, ...rest };
}
