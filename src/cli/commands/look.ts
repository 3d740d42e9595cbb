/**
 * @file `fovea look`: one picture on its way through a trained network, layer by layer, as a drawing.
 *
 * Next stop: `train/prediction/look.ts`.
 */
import { Command, Option } from 'commander';
import type { TrainedModel } from '../../nn/trained.ts';
import type { Look } from '../../train/prediction/look.ts';
import { resolveRun } from '../models.ts';
import {
  addBackendOptions,
  jsonOption,
  numberOption,
  openOptionsOf,
  parseUnits,
} from '../options/options.ts';
import { checkDrawingName, writeDrawing } from '../picture.ts';
import {
  addSubjectOptions,
  checkSubject,
  type Subject,
  type SubjectOptions,
  subjectOf,
} from '../subject.ts';
import { firstRows, openOutput, table } from '../terminal/output.ts';
import { isOfUnits, lookAtUnits, type UnitsOptions } from '../unitsLooked.ts';

const EXAMPLES = `
Examples:
  $ fovea look runs/lenet5-1998 --index 7                 the test picture number 7
  $ fovea look runs/lenet5-1998 --image digit.png         a picture of the size the network reads
  $ fovea look runs/lenet5 --image photo.jpg --fit        cropped, scaled and centred first
  $ fovea look runs/lenet5 --index 0 --out look.svg
  $ fovea look runs/alexnet --image photo.jpg --fit --layers conv1 --max-maps 96
  $ fovea look runs/alexnet --weights                     filters of all layers
  $ fovea look runs/lenet5 --excites conv2d_1 --units 0-7,12
  $ fovea look runs/lenet5 --excites dense --data mnist --whole`;

interface Options extends UnitsOptions, SubjectOptions {
  readonly json?: boolean;
}

export function command(): Command {
  const described = new Command('look')
    .description(
      'draw what every layer makes of one picture, its filters, or what excites its units',
    )
    .argument('<run>', 'folder of a run (runs/lenet5, or its bare name)');
  addSubjectOptions(described)
    .option('--layers <name...>', 'these layers alone (default: all)')
    .addOption(
      numberOption('count', '--max-maps <n>', 'maps drawn of a layer (default: two lines of them)'),
    )
    .option('--weights', 'no picture: the filters of the layers')
    .option(
      '--excites <layer>',
      'no picture: for its units the 9 pictures of the test set that excite each most',
    )
    .addOption(
      new Option('--units <list>', 'of --excites: such as 0-15,20 (default: 0-15)').argParser(
        parseUnits,
      ),
    )
    .option('--whole', 'of --excites: whole pictures, what the unit sees framed (default: cut out)')
    .addOption(numberOption('count', '--test-count <n>', 'of --excites: the first n pictures only'))
    .option('--out <file>', 'where to draw: .png or .svg', 'look.png');
  return addBackendOptions(described, { threads: false })
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(look);
}

async function look(run: string, options: Options): Promise<void> {
  const output = openOutput(options.json === true);
  const { out } = options;
  checkDrawingName(out, '--out');
  const folder = resolveRun(run);
  if (isOfUnits(options)) {
    return lookAtUnits(folder, options, output);
  }
  checkSubject(options, 'look at');
  const { loadModel } = await import('../../runs/folder/modelFiles.ts');
  const model = await loadModel(folder);
  const subject = await subjectOf(folder, model, options);
  const result = await compute(model, subject, options);
  const { drawLook } = await import('../../train/drawing/lookDrawing.ts');
  const { maxMaps, layers } = options;
  const svg = drawLook(result, `${model.spec.name}: ${subject.title}`, { maxMaps, layers });
  await writeDrawing(out, svg);
  output.text(await answerWords(subject.title, result));
  output.note(`Wrote ${out}`);
  const { classes, distances, probabilities, answer, stages, rebuilt } = result;
  output.data({
    event: 'look',
    picture: subject.title,
    ...(rebuilt === null
      ? { predicted: classes[answer], distances, probabilities }
      : { meanError: rebuilt.error }),
    stages: stages.map(({ name, kind: of, shape }) => ({ name, kind: of, shape })),
    out,
  });
}

async function compute(model: TrainedModel, { pixels }: Subject, options: Options): Promise<Look> {
  const [{ openSession }, { lookAt }] = await Promise.all([
    import('../../backends/select.ts'),
    import('../../train/prediction/look.ts'),
  ]);
  const session = await openSession({ ...openOptionsOf(options), threads: 1 });
  try {
    return await lookAt(session, model, pixels);
  } finally {
    await session.close();
  }
}

/** Of more classes the likeliest alone are printed, best first. */
const MOST_ANSWERS = 20;

async function answerWords(title: string, result: Look): Promise<string> {
  const { classes, answer, rebuilt } = result;
  if (rebuilt !== null) {
    const { errorWords } = await import('../../train/drawing/lookAnswers.ts');
    return `${title}: given back, ${errorWords(rebuilt.error)}`;
  }
  return `${title}: ${classes[answer]}\n${answersTable(result)}`;
}

function answersTable({ classes, distances, probabilities }: Look): string {
  const numbers = distances ?? probabilities;
  const answers = numbers.map((number, i) => ({ name: classes[i] ?? String(i), number }));
  if (answers.length > MOST_ANSWERS) {
    const sign = distances === null ? -1 : 1;
    answers.sort((a, b) => sign * (a.number - b.number));
  }
  return table([
    ['class', distances === null ? 'probability' : 'distance'],
    ...firstRows(
      answers.map(({ name, number }) => [name, number.toFixed(distances === null ? 4 : 2)]),
      MOST_ANSWERS,
    ),
  ]);
}
