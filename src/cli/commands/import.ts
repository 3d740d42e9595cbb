/**
 * @file `fovea import`: a model of another program as a run's folder.
 *
 * Next stop: `runs/importRun.ts`.
 */
import { Command, Option } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { importers } from '../../interop/importers.ts';
import { preprocessingWords } from '../../interop/preprocessing.ts';
import { modelNameOf } from '../../interop/source.ts';
import type { CheckedModel } from '../../runs/checkImport.ts';
import type { OpenedModel } from '../../runs/importRun.ts';
import { resolveModel, runFolderOf } from '../models.ts';
import {
  addBackendOptions,
  type BackendOptions,
  jsonOption,
  numberOption,
  openOptionsOf,
} from '../options/options.ts';
import { type Output, openOutput, table } from '../terminal/output.ts';
import { downloadLine, openLive } from '../terminal/progress.ts';

const EXAMPLES = `
FILE is read as what it contains: ${Object.values(importers)
  .map(({ says }) => says)
  .join('; ')}.

Pixels 0..255 become the numbers that the network was trained on. Where the file does not say how, 0..1 is assumed,
and said. --preprocess says it: 0..1, 0..255, -1..1, mnist, imagenet, cifar10, or scale=1,mean=124/117/104,std=1
(x = pixel * scale, then (x - mean) / std; scale is 1/255 unless said); lists stand red/green/blue, and bgr after a comma says that the network reads blue first.
--check shows at once what comes of it, --check all what would come of each.

Examples:
  $ fovea import lenet5.safetensors                       as runs/lenet5
  $ fovea import weights.safetensors --model lenet5 --name old
  $ fovea import net.safetensors --check all --data mnist
  $ fovea import net.safetensors --preprocess mnist --overwrite
  $ fovea train runs/net --data mnist --epochs 1          train on`;

interface Options extends BackendOptions {
  readonly name?: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly model?: string;
  readonly weights?: string;
  readonly format?: string;
  readonly preprocess?: string;
  readonly foldBatchNorm?: boolean;
  readonly classes?: string;
  readonly check?: true | string;
  readonly data?: string;
  readonly testCount: number;
  readonly json?: boolean;
}

export function command(): Command {
  const described = new Command('import')
    .description('bring in a model of another program, as a run')
    .argument('<file>', 'the file of the model')
    .option('--name <name>', 'the run becomes runs/NAME (default: the name of the file)')
    .option('--out <dir>', 'the run becomes DIR')
    .option('--overwrite', 'replace a run that is there')
    .option('--model <model>', 'the network of a file that holds weights alone')
    .option('--weights <file>', 'the weights of a file that holds a network alone')
    .addOption(
      new Option('--format <format>', 'what the file is (default: its content says)').choices(
        Object.keys(importers),
      ),
    )
    .option('--preprocess <how>', 'how pixels become numbers, see below')
    .option('--fold-batch-norm', 'batch normalisations into the layers before them')
    .option(
      '--classes <names>',
      'names of the classes: cat,dog (default: those of the file, or 0, 1, ...)',
    )
    .addOption(
      new Option('--check [all]', 'test it on --data; all: under each of the common scalings'),
    )
    .option(
      '--data <name>',
      'of --check: a data set, folder:PATH or shards:GLOB; its names of classes are taken where the file has none',
    )
    .addOption(
      numberOption('count', '--test-count <n>', 'of --check: the first n test pictures').default(
        1000,
      ),
    );
  return addBackendOptions(described)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(importFile);
}

async function importFile(file: string, options: Options): Promise<void> {
  checkOptions(options);
  const output = openOutput(options.json === true);
  const folder = runFolderOf(options, modelNameOf({ name: file.replace(/^.*[\\/]/, '') }));
  const { checkImportPlace, openImport, keepImport } = await import('../../runs/importRun.ts');
  await checkImportPlace(folder, options.overwrite);
  const { model, weights, format, preprocess, classes, foldBatchNorm } = options;
  const opened = await openImport({
    file,
    weights,
    format,
    preprocess,
    foldBatchNorm,
    model: model === undefined ? undefined : await resolveModel(model),
    classes: classes?.split(',').map((name) => name.trim()),
  });
  sayOpened(opened, output);
  const checked = options.check === undefined ? undefined : await check(opened, options, output);
  const named = checked === undefined ? opened : withNamesOf(opened, checked);
  await keepImport(named, folder, options.overwrite);
  output.text(`\nKept as ${folder}`);
  output.data({
    event: 'result',
    folder,
    model: opened.model.spec.name,
    ...opened.from,
    producedBy: opened.model.producedBy,
    notes: opened.model.notes,
    scaling: opened.model.spec.preprocessing,
    ...(checked === undefined ? {} : { checked }),
  });
}

/** Options that would go unread are mistakes. */
function checkOptions({ check, data }: Options): void {
  if (check !== undefined && check !== true && check !== 'all') {
    throw new UsageError({
      where: '--check',
      problem: `received "${check}"`,
      expected: '--check alone, or --check all for each of the common scalings',
    });
  }
  if (check === undefined && data !== undefined) {
    throw new UsageError({
      where: '--data',
      problem: 'a model is not tested unless that is asked for',
      expected: '--check beside it',
      fix: `--check --data ${data}`,
    });
  }
  if (check !== undefined && data === undefined) {
    throw new UsageError({
      where: '--check',
      problem: 'there is nothing to test the model on',
      expected: '--data NAME beside it',
      fix: '--check --data mnist',
    });
  }
}

function sayOpened({ model, from }: OpenedModel, output: Output): void {
  const { spec, producedBy, notes, classes } = model;
  output.text(
    `${spec.name}: ${producedBy}, ${spec.layers.length} layers, ${classes.length} classes`,
  );
  for (const note of notes) output.text(`  ${note}`);
  output.text(
    `  a number is ${preprocessingWords(spec.preprocessing)}${WHO_SAYS[from.preprocessing]}`,
  );
}

const WHO_SAYS = {
  file: ', as the file says',
  model: ', as the model says that was named',
  given: '',
  assumed: '; that is a guess, the file does not say: --preprocess says it, --check all tries',
} as const;

/** Classes that have no names get those of the data. */
function withNamesOf(opened: OpenedModel, { classes }: CheckedModel): OpenedModel {
  return { ...opened, model: { ...opened.model, classes } };
}

async function check(
  { model }: OpenedModel,
  options: Options,
  output: Output,
): Promise<CheckedModel> {
  const live = await openLive();
  const { checkModel } = await import('../../runs/checkImport.ts');
  const checked = await checkModel(model, {
    data: options.data ?? '',
    count: options.testCount,
    all: options.check === 'all',
    backend: openOptionsOf(options),
    load: { onProgress: (progress) => live.show(downloadLine(progress)), onNote: output.note },
  }).finally(() => live.clear());
  const rows = checked.scalings.map(({ words, accuracy, loss }) => [
    words ?? 'as imported',
    `${(100 * accuracy).toFixed(1)} %`,
    loss.toFixed(4),
  ]);
  output.text(`\nOf the first ${checked.count} test pictures of ${checked.dataset}:`);
  output.text(table([['--preprocess', 'right', 'loss'], ...rows], 2));
  return checked;
}
