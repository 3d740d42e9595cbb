/**
 * @file `fovea explain`: why a trained network calls a picture what it does, as maps of the picture.
 *
 * Next stop: `train/explanation/explain.ts`.
 */
import { Command, Option } from 'commander';
import type { Explained } from '../../train/explanation/explain.ts';
import { resolveRun } from '../models.ts';
import {
  addBackendOptions,
  type BackendOptions,
  jsonOption,
  numberOption,
  openOptionsOf,
} from '../options/options.ts';
import { checkDrawingName, writeDrawing } from '../picture.ts';
import {
  addSubjectOptions,
  checkSubject,
  type Subject,
  type SubjectOptions,
  subjectOf,
} from '../subject.ts';
import { openOutput, table } from '../terminal/output.ts';

const EXAMPLES = `
Methods: gradient, smoothGrad, integratedGradients, guidedBackprop, gradCam, occlusion. A map says what the
network's answer hangs on, and not what is so; two methods that agree say more than one.

Examples:
  $ fovea explain runs/lenet5 --index 7                     all methods, in explain.png
  $ fovea explain runs/lenet5 --index 7 --class 1           what would speak for a 1?
  $ fovea explain runs/lenet5 --image photo.jpg --fit --method gradCam occlusion
  $ fovea explain runs/alexnet --image cat.jpg --fit --method gradCam --layer conv3 --out cat.svg`;

interface Options extends BackendOptions, SubjectOptions {
  readonly method?: readonly string[];
  readonly class?: string;
  readonly layer?: string;
  readonly samples?: number;
  readonly noise?: number;
  readonly seed?: number;
  readonly steps?: number;
  readonly baseline?: number;
  readonly size?: number;
  readonly stride?: number;
  readonly fill?: number;
  readonly out: string;
  readonly json?: boolean;
}

export function command(): Command {
  const described = new Command('explain')
    .description('draw what a trained network sees in a picture that speaks for its answer')
    .argument('<run>', 'folder of a run (runs/lenet5, or its bare name)');
  addSubjectOptions(described)
    .option('--method <name...>', 'one or more of the methods below (default: all)')
    .option('--class <name>', 'the class that is asked about (default: the answer)')
    .option('--layer <name>', 'of gradCam: whose maps (default: the last convolution)')
    .addOption(numberOption('count', '--samples <n>', 'of smoothGrad: noisy copies (default: 32)'))
    .addOption(
      numberOption(
        'notNegative',
        '--noise <x>',
        "of smoothGrad: share of the picture's span (0.15)",
      ),
    )
    .addOption(numberOption('seed', '--seed <n>', 'of smoothGrad: of the noise (default: 0)'))
    .addOption(
      numberOption(
        'count',
        '--steps <n>',
        'of integratedGradients: places on the way (default: 64)',
      ),
    )
    .addOption(
      numberOption(
        'notNegative',
        '--baseline <byte>',
        'of integratedGradients: the empty picture (0)',
      ),
    )
    .addOption(numberOption('count', '--size <n>', 'of occlusion: side of the square'))
    .addOption(numberOption('count', '--stride <n>', 'of occlusion: from place to place'))
    .addOption(numberOption('notNegative', '--fill <byte>', 'of occlusion: what covers (0)'))
    .addOption(new Option('--out <file>', 'where to draw: .png or .svg').default('explain.png'));
  return addBackendOptions(described)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(explainPicture);
}

async function explainPicture(run: string, options: Options): Promise<void> {
  const output = openOutput(options.json === true);
  const { out } = options;
  checkDrawingName(out, '--out');
  checkSubject(options, 'explain');
  const { loadModel } = await import('../../runs/folder/modelFiles.ts');
  const folder = resolveRun(run);
  const model = await loadModel(folder);
  const subject = await subjectOf(folder, model, options);
  const { openSession } = await import('../../backends/select.ts');
  const { explain } = await import('../../train/explanation/explain.ts');
  const session = await openSession(openOptionsOf(options));
  try {
    const { method: methods, ...settings } = options;
    const explained = await explain(session, model, subject.pixels, { ...settings, methods });
    const { drawExplained } = await import('../../train/drawing/explanationDrawing.ts');
    const { imageShapeOf } = await import('../../nn/spec.ts');
    const shape = imageShapeOf(model.spec);
    await writeDrawing(
      out,
      drawExplained(explained, subject.pixels, shape, titleOf(explained, subject)),
    );
    output.text(await wordsOf(explained, subject));
    output.note(`Wrote ${out}`);
    const { explanations, ...answer } = explained;
    output.data({
      event: 'explained',
      picture: subject.title,
      ...answer,
      explanations: explanations.map(({ map, ...rest }) => ({ ...rest, map: [...map] })),
      out,
    });
  } finally {
    await session.close();
  }
}

const titleOf = ({ model }: Explained, { title }: Subject): string => `${model}: ${title}`;

async function wordsOf(explained: Explained, { title }: Subject): Promise<string> {
  const { answerWords } = await import('../../train/drawing/explanationDrawing.ts');
  const rows = explained.explanations.flatMap(({ method, says, notes }) => [
    [method, says],
    ...notes.map((note) => ['', note]),
  ]);
  return `${title}\n${answerWords(explained)}\n\n${table(rows, 2)}`;
}
