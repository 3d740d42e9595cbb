/**
 * @file `fovea init`: writes a model to begin from, with comments, that trains as it is.
 *
 * Next stop: `models/commented.ts`.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { FoveaError, messageOf } from '../../base/errors.ts';
import { resolveModel } from '../models.ts';
import { jsonOption } from '../options/options.ts';
import { openOutput } from '../terminal/output.ts';
import { quoted, self } from '../terminal/words.ts';

const EXAMPLES = `
A file that is there is never written over. What may stand in it: docs/model-json.md.

Examples:
  $ fovea init                                       my-model.json, a small network for 28x28 digits
  $ fovea init wide.json --like lenet5,pooling=max   begin from another model
  $ fovea init mine.json --like alexnet,classes=3
  $ fovea train my-model.json`;

interface Options {
  readonly like: string;
  readonly json?: boolean;
}

export function command(): Command {
  return new Command('init')
    .description('write a model.json with comments, to begin from')
    .argument('[file]', 'where to write it', 'my-model.json')
    .option('--like <model>', 'a name with words, a model.json, or the folder of a run', 'lenet5')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(init);
}

async function init(file: string, { like, json }: Options): Promise<void> {
  const output = openOutput(json === true);
  const { commentedModel } = await import('../../models/commented.ts');
  const spec = await resolveModel(like);
  const name = path.basename(file, path.extname(file));
  const train = `${self()} train ${quoted(file)}`;
  const text = commentedModel(spec, name, [
    `Train it: ${train} --data digits (or mnist, cifar10, folder:PATH with a folder per class)`,
    'Every layer reads the one before it. docs/model-json.md lists the layers and their options.',
    'Lines under "//" are comments. The last layer has one unit per class.',
  ]);
  await writeNew(file, text);
  output.text(`Wrote ${file}, ${spec.layers.length} layers, like ${like}`);
  output.text(
    [
      '',
      'Next',
      `  ${self()} summary ${quoted(file)}    # what it is made of`,
      `  ${train}      # train it on the built-in digits`,
    ].join('\n'),
  );
  output.data({ event: 'written', file, like, layers: spec.layers.length });
}

/** A file that is there stays as it is, whoever makes it meanwhile. */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await fs.writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new FoveaError(
      {
        where: file,
        problem: isThere ? 'exists already' : `cannot be written: ${messageOf(error)}`,
        expected: isThere
          ? 'a new file: nothing is written over'
          : 'a place that can be written to',
        fix: isThere ? 'choose another name, or remove the file first' : 'make the folder first',
      },
      { cause: error },
    );
  }
}
