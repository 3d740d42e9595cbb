/**
 * @file `fovea compare pooling|padding`: window operations side by side on a real picture.
 *
 * Next stop: `windows/comparePooling.ts`, `windows/comparePadding.ts`.
 */
import { basename, extname } from 'node:path';
import { Argument, Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { readImage } from '../../data/images/readImage.node.ts';
import { loadDataset, type Picture } from '../../data/index.ts';
import { writeWhole } from '../../runs/folder/wholeFile.ts';
import type { RealTensor } from '../../windows/apply.ts';
import { comparePadding, leastSide, sceneOf } from '../../windows/comparePadding.ts';
import { comparePooling } from '../../windows/comparePooling.ts';
import type { Comparison } from '../../windows/comparison.ts';
import { comparisonInWords, comparisonPage, drawComparison } from '../../windows/comparisonPage.ts';
import { centre, heightOf, pictureOf, widthOf } from '../../windows/measure.ts';
import { jsonOption, numberOption } from '../options/options.ts';
import { writeSvgAsPng } from '../picture.ts';
import { openOutput } from '../terminal/output.ts';

const EXAMPLES = `
Examples:
  $ fovea compare pooling --image cat.jpg                  max, average and min, 4x4
  $ fovea compare pooling --data mnist --index 7 --kernel 2 --out pooling.html
  $ fovea compare padding --image cat.jpg --kernel 9       every rule and fill

One picture with the numbers under it: size, what a one-pixel shift leaves, what noise does.
--out takes .png, .svg or .html; the numbers are printed too, and --json prints them as data.`;

/** Larger pictures are cut to their middle: every pixel stays a pixel. */
const SIDE_MAX = 320;
/** From this side on, a picture counts as large and gets a larger window unless one is asked for. */
const LARGE = 100;

interface Options {
  readonly data?: string;
  readonly index: number;
  readonly image?: string;
  readonly kernel?: number;
  readonly stride?: number;
  readonly noise: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

export function command(): Command {
  return new Command('compare')
    .description('window operations side by side on a real picture, with numbers')
    .addArgument(new Argument('<what>', 'what to compare').choices(['pooling', 'padding']))
    .option('--data <name>', 'take a test picture of this data set (default: digits)')
    .addOption(numberOption('seed', '--index <n>', 'which test picture, from 0').default(0))
    .option('--image <file>', 'take this picture: PNG, JPEG, WebP, PGM or PPM')
    .addOption(
      numberOption('count', '-k, --kernel <n>', 'side of the window (default: by the picture)'),
    )
    .addOption(
      numberOption(
        'count',
        '-s, --stride <n>',
        'pooling: from window to window (default: --kernel)',
      ),
    )
    .addOption(
      numberOption('share', '--noise <share>', 'share of the pixels that noise replaces').default(
        0.05,
      ),
    )
    .addOption(numberOption('seed', '--seed <n>', 'which pixels the noise hits').default(0))
    .option('--out <file>', 'the picture: .png, .svg or .html (default: compare-WHAT.png)')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(compare);
}

async function compare(what: 'pooling' | 'padding', options: Options): Promise<void> {
  const output = openOutput(options.json ?? false);
  const out = options.out ?? `compare-${what}.png`;
  const write = writerOf(out);
  const { name, picture } = await givenPicture(options);
  const comparison =
    what === 'pooling' ? pooling(name, picture, options) : padding(name, picture, options);
  await write(comparison);
  output.data({ event: 'result', compare: what, out, ...comparison.data });
  output.text(comparisonInWords(comparison));
  output.note(`drawn: ${out}`);
}

function pooling(name: string, whole: RealTensor, options: Options): Comparison {
  const picture = centre(whole, SIDE_MAX);
  const window = options.kernel ?? (Math.min(heightOf(picture), widthOf(picture)) < LARGE ? 2 : 4);
  const stride = options.stride ?? window;
  requireSide(picture, window + Math.max(stride, 2), window);
  const isCut = heightOf(picture) < heightOf(whole) || widthOf(picture) < widthOf(whole);
  const shown = isCut ? `the middle of ${name} (${heightOf(whole)}x${widthOf(whole)})` : name;
  return comparePooling(picture, shown, {
    window: [window, window],
    strides: [stride, stride],
    density: options.noise,
    seed: options.seed,
  });
}

function padding(name: string, whole: RealTensor, options: Options): Comparison {
  const window = options.kernel ?? (Math.min(heightOf(whole), widthOf(whole)) < LARGE ? 3 : 9);
  const { noise: density, seed } = options;
  requireSide(whole, leastSide([window, window]), window);
  return comparePadding(sceneOf(whole, [window, window]), name, {
    window: [window, window],
    density,
    seed,
  });
}

function requireSide(picture: RealTensor, least: number, window: number): void {
  const [height, width] = [heightOf(picture), widthOf(picture)];
  if (Math.min(height, width) >= least) return;
  throw new UsageError({
    problem: `a window of ${window} on a picture of ${height}x${width}`,
    expected: `a picture of at least ${least}x${least} for this window`,
    fix: 'use a smaller --kernel, or a larger picture',
    where: '--kernel',
  });
}

async function givenPicture({ data, image, index }: Options) {
  if (data !== undefined && image !== undefined) {
    throw new UsageError('--data and --image both give the picture: leave one out');
  }
  if (image !== undefined) {
    return {
      name: basename(image),
      picture: realTensorOf(await readImage(image, { channels: 3 })),
    };
  }
  const name = data ?? 'digits';
  const { test, imageShape } = await loadDataset(name);
  if (index >= test.count) {
    throw new UsageError({
      problem: `picture ${index} of ${name}`,
      expected: `a number from 0 to ${test.count - 1}`,
      where: '--index',
    });
  }
  const [height, width, channels] = imageShape;
  const size = height * width * channels;
  const pixels = test.images.subarray(index * size, (index + 1) * size);
  return {
    name: `${name} test picture ${index}`,
    picture: pictureOf(height, width, channels, pixels),
  };
}

function realTensorOf({ height, width, channels, pixels }: Picture): RealTensor {
  return pictureOf(height, width, channels, pixels);
}

/** Chosen before the work starts, so that a wrong name is said at once. */
function writerOf(out: string): (comparison: Comparison) => Promise<void> {
  switch (extname(out).toLowerCase()) {
    case '.png':
      return (comparison) => writeSvgAsPng(out, drawComparison(comparison));
    case '.svg':
      return (comparison) => writeWhole(out, drawComparison(comparison));
    case '.html':
      return (comparison) => writeWhole(out, comparisonPage(comparison));
    default:
      throw new UsageError({
        problem: `received "${out}"`,
        expected: 'a name that ends in .png, .svg or .html',
        where: '--out',
      });
  }
}
