/**
 * @file `fovea look`: one picture on its way through a trained network, layer by layer, as a drawing.
 *
 * Next stop: `train/prediction/look.ts`.
 */
import path from 'node:path';
import { Command } from 'commander';
import { FoveaError, UsageError } from '../../base/errors.ts';
import { formatShape } from '../../base/shape.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import type { Look } from '../../train/prediction/look.ts';
import { resolveRun } from '../models.ts';
import {
  addBackendOptions,
  type BackendOptions,
  jsonOption,
  numberOption,
  openOptionsOf,
} from '../options/options.ts';
import { firstRows, openOutput, table } from '../terminal/output.ts';

const EXAMPLES = `
Examples:
  $ fovea look runs/lenet5-1998 --index 7                 the test picture number 7
  $ fovea look runs/lenet5-1998 --image digit.png         a picture of the size the network reads
  $ fovea look runs/lenet5 --image photo.jpg --fit        cropped, scaled and centred first
  $ fovea look runs/lenet5 --index 0 --out look.svg
  $ fovea look runs/alexnet --image photo.jpg --fit --layers conv1 --max-maps 96`;

interface Options extends BackendOptions {
  readonly image?: string;
  readonly index?: number;
  readonly data?: string;
  readonly fit?: boolean;
  readonly layers?: readonly string[];
  readonly maxMaps?: number;
  readonly out: string;
  readonly json?: boolean;
}

/** What is looked at: (H, W, C) bytes of the model's input, and what to call it. */
interface Subject {
  readonly pixels: Uint8Array;
  readonly title: string;
}

export function command(): Command {
  const described = new Command('look')
    .description('draw what every layer of a trained network makes of one picture')
    .argument('<run>', 'folder of a run (runs/lenet5, or its bare name)')
    .option('--image <file>', 'a picture file')
    .addOption(numberOption('notNegative', '--index <n>', 'a picture of the test set, from 0'))
    .option('--data <name>', 'data set of --index (default: the one it was trained on)')
    .option('--fit', 'make the picture fit: crop, scale, centre')
    .option('--layers <name...>', 'these layers alone (default: all)')
    .addOption(
      numberOption('count', '--max-maps <n>', 'maps drawn of a layer (default: two lines of them)'),
    )
    .option('--out <file>', 'where to draw: .png or .svg', 'look.png');
  return addBackendOptions(described, { threads: false })
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(look);
}

async function look(run: string, options: Options): Promise<void> {
  const output = openOutput(options.json === true);
  const { image, index, out } = options;
  const kind = path.extname(out).toLowerCase();
  if (kind !== '.png' && kind !== '.svg') {
    throw new UsageError({
      where: '--out',
      problem: `received "${out}"`,
      expected: 'a name that ends in .png or .svg',
    });
  }
  if ((image === undefined) === (index === undefined)) {
    throw new UsageError({
      problem: image === undefined ? 'no picture to look at' : 'received both --image and --index',
      expected: 'one of --image FILE and --index N',
    });
  }
  const { loadModel } = await import('../../runs/folder/modelFiles.ts');
  const folder = resolveRun(run);
  const model = await loadModel(folder);
  const subject =
    image === undefined
      ? await fromData(folder, model, options)
      : await fromFile(image, model, options.fit === true);
  const result = await compute(model, subject, options);
  const { drawLook } = await import('../../train/drawing/lookDrawing.ts');
  const { maxMaps, layers } = options;
  const svg = drawLook(result, `${model.spec.name}: ${subject.title}`, { maxMaps, layers });
  const { writeWhole } = await import('../../runs/folder/wholeFile.ts');
  if (kind === '.svg') await writeWhole(out, svg);
  else await (await import('../picture.ts')).writeSvgAsPng(out, svg);
  output.text(`${subject.title}: ${result.classes[result.answer]}\n${answersTable(result)}`);
  output.note(`Wrote ${out}`);
  const { classes, distances, probabilities, answer, stages } = result;
  output.data({
    event: 'look',
    picture: subject.title,
    predicted: classes[answer],
    distances,
    probabilities,
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

/** A file must have the model's size, or be smaller by its border, unless it may be made to fit. */
async function fromFile(file: string, { spec }: TrainedModel, fit: boolean): Promise<Subject> {
  const [{ imageShapeOf }, { channelsOf }, { readImage }, { prepareImage }, { surround }] =
    await Promise.all([
      import('../../nn/spec.ts'),
      import('../../train/prediction/predict.ts'),
      import('../../data/images/readImage.node.ts'),
      import('../../data/images/prepare.ts'),
      import('../../data/dataset.ts'),
    ]);
  const channels = channelsOf({ spec });
  const [height, width] = imageShapeOf(spec);
  const { border = 0 } = spec.preprocessing;
  const inner = [height - 2 * border, width - 2 * border, channels] as const;
  const picture = await readImage(file, { channels });
  const isWhole = picture.height === height && picture.width === width;
  const isInner = picture.height === inner[0] && picture.width === inner[1];
  if (!isWhole && !isInner && !fit) {
    throw new FoveaError({
      where: file,
      problem: `the picture is ${formatShape([picture.height, picture.width])}`,
      expected: [...new Set([formatShape([height, width]), formatShape(inner.slice(0, 2))])].join(
        ' or ',
      ),
      fix: '--fit crops, scales and centres it',
    });
  }
  const whole = isWhole && !fit;
  const shape = whole ? ([height, width, channels] as const) : inner;
  const { pixels, notes } = prepareImage(picture, shape, { centre: fit ? 'auto' : false });
  const done = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  return {
    pixels: whole ? pixels : surround(pixels, inner, border),
    title: `${path.basename(file)}${done}`,
  };
}

async function fromData(folder: string, model: TrainedModel, options: Options): Promise<Subject> {
  const [{ RunFolder }, { testPicture }, { dataOf }] = await Promise.all([
    import('../../runs/folder/runFolder.ts'),
    import('../../runs/testPicture.ts'),
    import('../../runs/testedRun.ts'),
  ]);
  const record = await (await RunFolder.open(folder)).readRecord();
  const name = options.data ?? dataOf(record, folder);
  const { pixels, label } = await testPicture(model.spec, name, options.index ?? 0);
  return { pixels, title: `${name}, test picture ${options.index}, a ${label}` };
}
