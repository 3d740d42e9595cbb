/**
 * @file The one picture that a command is about: a file, or a picture of a test set, as a model reads it.
 */
import path from 'node:path';
import { type Command, Option } from 'commander';
import { FoveaError, UsageError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { TrainedModel } from '../nn/trained.ts';
import { numberOption } from './options/options.ts';

export interface SubjectOptions {
  readonly image?: string;
  readonly index?: number;
  readonly data?: string;
  readonly fit?: boolean;
}

/** (H, W, C) bytes of the model's input, and what to call them. */
export interface Subject {
  readonly pixels: Uint8Array;
  readonly title: string;
}

export function addSubjectOptions(command: Command): Command {
  return command
    .addOption(new Option('--image <file>', 'a picture file'))
    .addOption(numberOption('notNegative', '--index <n>', 'a picture of the test set, from 0'))
    .option('--data <name>', 'data set of --index (default: the one it was trained on)')
    .option('--fit', 'make the picture fit: crop, scale, centre');
}

/** Throws unless one picture was asked for. */
export function checkSubject({ image, index }: SubjectOptions, what: string): void {
  if ((image === undefined) !== (index === undefined)) return;
  throw new UsageError({
    problem: image === undefined ? `no picture to ${what}` : 'received both --image and --index',
    expected: 'one of --image FILE and --index N',
  });
}

export function subjectOf(
  folder: string,
  model: TrainedModel,
  options: SubjectOptions,
): Promise<Subject> {
  const { image, fit } = options;
  return image === undefined
    ? fromData(folder, model, options)
    : fromFile(image, model, fit === true);
}

/** A file must have the model's size, or be smaller by its border, unless it may be made to fit. */
async function fromFile(file: string, { spec }: TrainedModel, fit: boolean): Promise<Subject> {
  const [{ imageShapeOf }, { channelsOf }, { readImage }, { prepareImage }, { surround }] =
    await Promise.all([
      import('../nn/spec.ts'),
      import('../train/prediction/predict.ts'),
      import('../data/images/readImage.node.ts'),
      import('../data/images/prepare.ts'),
      import('../data/dataset.ts'),
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

async function fromData(
  folder: string,
  model: TrainedModel,
  options: SubjectOptions,
): Promise<Subject> {
  const [{ RunFolder }, { testPicture }, { dataOf }] = await Promise.all([
    import('../runs/folder/runFolder.ts'),
    import('../runs/testPicture.ts'),
    import('../runs/testedRun.ts'),
  ]);
  const record = await (await RunFolder.open(folder)).readRecord();
  const name = options.data ?? dataOf(record, folder);
  const { pixels, label } = await testPicture(model.spec, name, options.index ?? 0);
  return { pixels, title: `${name}, test picture ${options.index}, a ${label}` };
}
