/**
 * @file `fovea window`: the arithmetic of one window, step by step, with a picture.
 *
 * Parses words to numbers and prints; what is true of windows is in `base/window.ts`, what is said about
 * one in `windows/`. Next stop: `windows/explain.ts`.
 */
import { Command, Option } from 'commander';
import { FoveaError, UsageError } from '../../base/errors.ts';
import type { PaddingRule, Pair } from '../../base/window.ts';
import { writeWhole } from '../../runs/folder/wholeFile.ts';
import { drawWindowAnswer } from '../../windows/drawing.ts';
import {
  explainWindow,
  type WindowAnswer,
  type WindowOp,
  type WindowQuestion,
  windowAsJson,
  windowOps,
} from '../../windows/explain.ts';
import { explainInWords } from '../../windows/words.ts';
import { type NumberGrid, parseNumbers, readNumbers } from '../options/numbers.ts';
import { jsonOption } from '../options/options.ts';
import { writeSvgAsPng } from '../picture.ts';
import { openOutput } from '../terminal/output.ts';

const EXAMPLES = `
Examples:
  $ fovea window 6x6 --kernel 3                    valid padding: 4x4
  $ fovea window 6x6 --kernel 3 --padding same     what same means, side by side
  $ fovea window 6x6 --kernel 3 --op max           the numbers 1, 2, 3, ... pooled, each cell worked
  $ fovea window 5x5 --kernel 3 --dilation 2 --padding 2,2,1,1
  $ fovea window --values "1 2 3; 4 5 6; 7 8 9" --kernel 2 --op conv --weights "1 -1; 1 -1"
  $ fovea window 227x227 --kernel 11 --stride 4 --png conv1.png

Padding is an amount: valid (none), same, one number for all sides, or top,bottom,left,right.
Without numbers of yours, --op works on 1, 2, 3, ... and --op conv with weights of 1.`;

const PICTURE = /\.(png|jpe?g|webp|p[bgpn]m)$/i;

/** Larger pictures than this are no longer an explanation. */
const SIDE_MAX = 2048;

interface Options {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: PaddingRule;
  readonly op?: WindowOp;
  readonly values?: readonly string[];
  readonly input?: string;
  readonly weights?: readonly string[];
  readonly svg?: string;
  readonly png?: string;
  readonly json?: boolean;
}

export function command(): Command {
  return new Command('window')
    .description('explain one window: output size, padding, coverage, worked numbers, a picture')
    .argument('[size]', 'input size, such as 6x6 (or taken from --values or --input)', pair('size'))
    .addOption(pairOption('-k, --kernel <size>', 'window size: 3 or 3x5').makeOptionMandatory())
    .addOption(pairOption('-s, --stride <size>', 'stride: 2 or 2x1').default([1, 1], '1'))
    .addOption(pairOption('-d, --dilation <size>', 'distance between taps').default([1, 1], '1'))
    .option('-p, --padding <rule>', 'valid, same, 1, or top,bottom,left,right', padding, 'valid')
    .addOption(new Option('--op <name>', 'what to compute').choices(windowOps))
    .option('--values <numbers...>', 'input numbers, row by row; "1 2; 3 4" is two rows')
    .option('--input <file>', 'input numbers from a file: JSON, CSV, text, or a picture in grey')
    .option('--weights <numbers...>', 'numbers of the kernel for --op conv (default: all 1)')
    .option('--svg <file>', 'also draw it as SVG')
    .option('--png <file>', 'also draw it as PNG')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(explain);
}

async function explain(size: Pair | undefined, options: Options): Promise<void> {
  const output = openOutput(options.json ?? false);
  const given = await givenNumbers(options);
  const answer = asUsage(() => explainWindow(questionOf(size, options, given)));
  output.data({ event: 'window', ...windowAsJson(answer) });
  output.text(explainInWords(answer));
  await draw(answer, options, output.note);
}

async function draw(
  answer: WindowAnswer,
  { svg, png }: Options,
  note: (words: string) => void,
): Promise<void> {
  if (svg === undefined && png === undefined) return;
  const drawing = asUsage(() => drawWindowAnswer(answer));
  if (svg !== undefined) await writeWhole(svg, drawing);
  if (png !== undefined) await writeSvgAsPng(png, drawing);
  note(`drawn: ${[svg, png].filter((file) => file !== undefined).join(', ')}`);
}

async function givenNumbers({ values, input }: Options): Promise<NumberGrid | undefined> {
  if (values !== undefined && input !== undefined) {
    throw new UsageError('--values and --input both give the input: leave one out');
  }
  if (input !== undefined) return PICTURE.test(input) ? readPixels(input) : readNumbers(input);
  return values === undefined ? undefined : parseNumbers(values.join(' '), '--values');
}

/** A picture as numbers from 0 (black) to 255 (white). */
async function readPixels(file: string): Promise<NumberGrid> {
  const { readImage } = await import('../../data/images/readImage.node.ts');
  const { height, width, pixels } = await readImage(file, { channels: 1 });
  return { numbers: [...pixels], size: [height, width] };
}

function questionOf(
  size: Pair | undefined,
  options: Options,
  given: NumberGrid | undefined,
): WindowQuestion {
  const input = inputSize(size, given);
  const { kernel, stride: strides, dilation } = options;
  checkSides('an input', input);
  // A window of 0 is left to the arithmetic, which says more.
  if (Math.max(...kernel) > SIDE_MAX) checkSides('a window', kernel);
  const weights =
    options.weights === undefined
      ? undefined
      : parseNumbers(options.weights.join(' '), '--weights').numbers;
  const op = options.op ?? (weights !== undefined || given !== undefined ? 'conv' : undefined);
  if (weights !== undefined && op !== 'conv') {
    throw new UsageError({
      problem: `weights with --op ${op}`,
      expected: 'weights for a convolution; pooling has none',
      fix: 'use --op conv, or leave --weights out',
      where: '--weights',
    });
  }
  const values = given?.numbers ?? ramp(input);
  const compute = op && { op, values, ...(weights === undefined ? {} : { weights }) };
  const question = { input, kernel, strides, dilation, padding: options.padding };
  return compute === undefined ? question : { ...question, compute };
}

/** The size asked for, or that of the numbers; where both are there, they must agree. */
function inputSize(size: Pair | undefined, given: NumberGrid | undefined): Pair {
  const rows = given?.size;
  if (size === undefined && rows === undefined) {
    throw new UsageError({
      problem: given === undefined ? 'no input size' : 'the input numbers are not in rows',
      expected: 'a size such as 6x6, or numbers in rows',
      fix: 'fovea window 6x6 --kernel 3',
    });
  }
  const input = size ?? rows ?? [0, 0];
  if (size !== undefined && rows !== undefined && rows[0] > 1 && size.join() !== rows.join()) {
    throw new UsageError({
      problem: `the input numbers are ${rows.join('x')}, the size says ${size.join('x')}`,
      expected: 'one of the two, or the same in both',
    });
  }
  return input;
}

function checkSides(noun: string, sides: Pair): void {
  if (sides.every((side) => Number.isInteger(side) && side >= 1 && side <= SIDE_MAX)) return;
  throw new UsageError({
    problem: `${noun} of ${sides.join('x')}`,
    expected: `whole sides from 1 to ${SIDE_MAX}`,
  });
}

const ramp = ([h, w]: Pair): number[] => Array.from({ length: h * w }, (_, i) => i + 1);

function pairOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.argParser(pair(option.long ?? flags));
}

/** "3" or "3x5"; what the numbers may be is said by the arithmetic itself, which explains more. */
function pair(where: string) {
  return (words: string): Pair => {
    const numbers = words
      .split(/[x×,]/i)
      .map((word) => (word.trim() === '' ? Number.NaN : Number(word)));
    const [first = Number.NaN, second = first] = numbers;
    if (numbers.length > 2 || [first, second].some((n) => Number.isNaN(n))) {
      const problem = `received "${words}"`;
      throw new UsageError({ problem, expected: 'a number such as 3, or two such as 3x5', where });
    }
    return [first, second];
  };
}

function padding(words: string): PaddingRule {
  if (words === 'valid' || words === 'same') return words;
  const numbers = words.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word)));
  const [top = Number.NaN, bottom = top, left = top, right = top] = numbers;
  if ((numbers.length !== 1 && numbers.length !== 4) || numbers.some((n) => Number.isNaN(n))) {
    throw new UsageError({
      problem: `received "${words}"`,
      expected: 'valid, same, one number for all sides, or top,bottom,left,right such as 1,1,0,2',
      where: '--padding',
    });
  }
  return [
    [top, bottom],
    [left, right],
  ];
}

/** All numbers here come from the command line: what is wrong with them is wrong usage. */
function asUsage<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof FoveaError && !(error instanceof UsageError)) {
      throw new UsageError(error.parts, { cause: error });
    }
    throw error;
  }
}
