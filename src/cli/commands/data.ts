/**
 * @file `fovea data`: the data sets: which there are, fetching, checking, looking at them.
 *
 * Next stop: `data/datasets/index.ts`.
 */
import { Command } from 'commander';
import { FoveaError, unknownName } from '../../base/errors.ts';
import type { FileSet } from '../../data/dataset.ts';
import { jsonOption, numberOption } from '../options/options.ts';
import { openOutput, table } from '../terminal/output.ts';
import { downloadLine, openLive } from '../terminal/progress.ts';

const EXAMPLES = `
Data sets are looked for in $FOVEA_DATA (default: the user's cache), a folder each, in their
original files, with or without .gz. "train" fetches what is missing by itself.

Examples:
  $ fovea data list
  $ fovea data get mnist
  $ fovea data verify mnist            compare each file with the published size and SHA-256
  $ fovea data show digits             a contact sheet, digits.png
  $ fovea data show cifar10 --augment alexnet`;

interface Options {
  readonly json?: boolean;
}

export function command(): Command {
  const data = new Command('data')
    .description('list, fetch, check and show data sets')
    .addHelpText('after', EXAMPLES);
  data
    .command('list')
    .description('the data sets there are')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  $ fovea data list')
    .action(list);
  data
    .command('get')
    .description('fetch what is missing, and check it')
    .argument('<name>', 'name of a data set')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  $ fovea data get mnist')
    .action(get);
  data
    .command('verify')
    .description('compare each file with the published one')
    .argument('<name>', 'name of a data set')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  $ fovea data verify mnist')
    .action(verify);
  data
    .command('show')
    .description('draw the first pictures of each class into a PNG file')
    .argument('<name>', 'name of a data set')
    .option('--out <file>', 'PNG file to write (default: NAME.png)')
    .option('--split <name>', 'train or test', 'train')
    .option('--augment <list>', 'one picture of each class as training would change it')
    .addOption(numberOption('count', '--size <n>', 'side that pictures from files are brought to'))
    .addOption(numberOption('count', '--columns <n>', 'pictures per class').default(20))
    .addOption(
      numberOption('seed', '--seed <n>', 'of sets drawn by code, of augmentation').default(0),
    )
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  $ fovea data show digits --columns 30 --out digits.png')
    .action(show);
  data
    .command('speed')
    .description('pictures per second that are read, decoded and augmented')
    .argument('<name>', 'name of a data set, folder:PATH or shards:GLOB')
    .option('--augment <list>', 'as train takes it', 'none')
    .addOption(numberOption('count', '--size <n>', 'side of the pictures made').default(227))
    .addOption(numberOption('threads', '--workers <n>', 'threads that read').default(1))
    .addOption(numberOption('positive', '--seconds <x>', 'how long to measure').default(5))
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  $ fovea data speed folder:pictures --augment alexnet')
    .action(speed);
  return data;
}

async function list({ json }: Options): Promise<void> {
  const output = openOutput(json === true);
  const [{ datasetNames, datasetOf }, { dataFolder }] = await Promise.all([
    import('../../data/index.ts'),
    import('../../data/files/location.node.ts'),
  ]);
  const rows: string[][] = [];
  for (const name of datasetNames) {
    const { summary, files } = datasetOf(name);
    const place =
      files === undefined ? 'built in' : (await isHere(files)) ? 'here' : 'not here yet';
    rows.push([name, place, summary]);
    output.data({ event: 'dataset', name, place, summary });
  }
  output.text(table(rows, 3));
  output.note(`\nFolder: ${dataFolder()}`);
}

/** Whether every file lies in its folder; `verify` looks inside. */
async function isHere(files: FileSet): Promise<boolean> {
  const { folderOf } = await import('../../data/files/files.node.ts');
  const { findFile } = await import('../../data/known.node.ts');
  const folder = folderOf(files);
  const found = await Promise.all(files.files.map((file) => findFile(folder, file)));
  return found.every((path) => path !== undefined);
}

async function get(name: string, { json }: Options): Promise<void> {
  const output = openOutput(json === true);
  const live = await openLive();
  const [{ loadDataset }, { dataFolder }] = await Promise.all([
    import('../../data/index.ts'),
    import('../../data/files/location.node.ts'),
  ]);
  const { train, test, classes } = await loadDataset(name, {
    onProgress: (progress) => live.show(downloadLine(progress)),
  }).finally(() => live.clear());
  const count = (n: number) => n.toLocaleString('en-US');
  output.text(
    `${name}: ${count(train.count)} training and ${count(test.count)} test pictures, ${classes.length} classes`,
  );
  output.note(`Folder: ${dataFolder()}`);
  output.data({ event: 'fetched', name, train: train.count, test: test.count, classes });
}

async function verify(name: string, { json }: Options): Promise<void> {
  const output = openOutput(json === true);
  const { verifyDataset } = await import('../../data/index.ts');
  const files = await verifyDataset(name);
  if (files.length === 0) output.text(`${name} is drawn by code: there are no files to check`);
  for (const file of files) output.data({ event: 'file', ...file });
  if (files.length > 0) {
    output.text(
      table(
        files.map(({ file, state, note = '' }) => [file, state, note]),
        3,
      ),
    );
  }
  const missing = files.filter(({ state }) => state === 'missing').length;
  const wrong = files.filter(({ state }) => state === 'wrong').length;
  if (missing + wrong === 0) return;
  const get = `fovea data get ${name}`;
  if (wrong === 0) {
    throw new FoveaError({
      problem: `${missing} of ${files.length} files of ${name} are missing; the others are the published ones`,
      expected: 'all of them, in one folder',
      fix: `${get} fetches what is missing`,
    });
  }
  throw new FoveaError({
    problem: `${wrong} of ${files.length} files of ${name} are not the published ones${missing === 0 ? '' : `, ${missing} are missing`}`,
    expected: 'the published size and SHA-256 of each',
    fix: `move the wrong ones away and run: ${get}`,
  });
}

interface ShowOptions extends Options {
  readonly out?: string;
  readonly augment?: string;
  readonly size?: number;
  readonly split: string;
  readonly columns: number;
  readonly seed: number;
}

async function show(name: string, options: ShowOptions): Promise<void> {
  const { json, out, split, columns, seed, augment, size = 96 } = options;
  const output = openOutput(json === true);
  const { contactSheet } = await import('../../data/index.ts');
  const { openDataset } = await import('../../data/open.ts');
  const { sheetOf } = await import('../../runs/sheet.ts');
  const { writeWhole } = await import('../../runs/folder/wholeFile.ts');
  if (split !== 'train' && split !== 'test') {
    throw unknownName('split', split, ['train', 'test'], true);
  }
  const dataset = await openDataset(name, {
    seed,
    imageShape: [size, size, 3],
    onNote: output.note,
  });
  const { imageShape, classes } = dataset;
  const file = out ?? `${dataset.name.replace(/[^\w.-]+/g, '-')}.png`;
  const shown = await sheetOf(dataset, { split, columns, seed, augment });
  await writeWhole(file, contactSheet(shown, { imageShape, classes, columns }));
  const what =
    augment === undefined
      ? `the first ${columns} pictures`
      : `a picture as it is and ${columns - 1} times augmented`;
  output.text(`Wrote ${file}: ${what}, of each of ${classes.length} classes`);
  output.data({ event: 'sheet', name: dataset.name, split, file, columns, classes });
}

interface SpeedOptions extends Options {
  readonly augment: string;
  readonly size: number;
  readonly workers: number;
  readonly seconds: number;
}

async function speed(name: string, options: SpeedOptions): Promise<void> {
  const { json, augment, size, workers, seconds } = options;
  const output = openOutput(json === true);
  const { isPlace, openDataset } = await import('../../data/open.ts');
  const { readingSpeed } = await import('../../runs/readingSpeed.ts');
  const dataset = await openDataset(name, { imageShape: [size, size, 3], onNote: output.note });
  // Sets of the table have a size of their own.
  const shape = isPlace(name) ? ([size, size, 3] as const) : dataset.imageShape;
  const result = await readingSpeed(dataset, { shape, augment, workers, seconds });
  const sides = shape.join('x');
  output.text(
    `${dataset.name}, ${augment}, ${sides}: ${result.picturesPerSecond.toFixed(0)} pictures per second ` +
      `with ${workers} reading ${workers === 1 ? 'thread' : 'threads'}`,
  );
  output.data({ event: 'speed', name: dataset.name, augment, shape, workers, ...result });
}
