/**
 * @file The models of a server: which folders, under which names, and what is to be known of each to read requests.
 */
import path from 'node:path';
import { FoveaError, UsageError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import { checkNamesClasses } from '../../nn/losses/answers.ts';
import { inferenceGraph } from '../../nn/programs/programs.ts';
import { inputsOf, type ModelSpec, outputsOf } from '../../nn/spec.ts';
import { loadModel } from '../../runs/folder/modelFiles.ts';
import { channelsOf, readerOf } from '../../train/prediction/predict.ts';
import type { Reader } from '../../train/prediction/reading.ts';

/** A tensor that the model takes or gives; the first axis is the batch. */
export interface ServedTensor {
  readonly name: string;
  /** Of one row. */
  readonly shape: Shape;
  /** The output of the inference program; an input has its own name. */
  readonly program: string;
}

export interface ServedModel {
  readonly name: string;
  readonly folder: string;
  readonly classes: readonly string[];
  readonly inputs: readonly ServedTensor[];
  readonly outputs: readonly ServedTensor[];
  /** What reads its pictures; where it reads none or names no classes, why. */
  readonly pictures: Reader | string;
}

const NAME = /^[\w][\w.+ -]*$/;

/** "runs/lenet5", or "digits=runs/lenet5" to serve it under another name. */
export async function openServed(
  given: readonly string[],
  resolve: (run: string) => string,
): Promise<ServedModel[]> {
  const models: ServedModel[] = [];
  for (const words of given) {
    const [, alias, run = words] = /^([\w][\w.+-]*)=(.+)$/.exec(words) ?? [];
    const folder = path.resolve(resolve(run));
    const name = alias ?? path.basename(folder);
    const other = models.find((model) => model.name === name);
    if (other !== undefined || !NAME.test(name)) {
      throw new UsageError({
        where: words,
        problem:
          other === undefined
            ? `"${name}" is no name of a model`
            : `"${name}" is ${other.folder} already`,
        expected: 'a name of its own for each: letters, digits, ".", "-" and "_"',
        fix: `NAME=${run}`,
      });
    }
    models.push(await servedModel(name, folder));
  }
  return models;
}

async function servedModel(name: string, folder: string): Promise<ServedModel> {
  const model = await loadModel(folder);
  const { spec, classes } = model;
  return {
    name,
    folder,
    classes,
    inputs: inputsOf(spec).map(({ name: input, shape }) => ({
      name: input,
      shape,
      program: input,
    })),
    outputs: outputsIn(spec),
    pictures: readerOr(() => {
      checkNamesClasses(spec, 'to name what a picture shows');
      channelsOf(model);
      return readerOf(model);
    }),
  };
}

function readerOr(read: () => Reader): Reader | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof FoveaError) return error.parts.problem;
    throw error;
  }
}

/** By the names that the model gives them; a classifier's one output is "probabilities" where it names none. */
function outputsIn(spec: ModelSpec): ServedTensor[] {
  const named = new Set(outputsOf(spec).map(({ name }) => name));
  return Object.entries(inferenceGraph(spec, 1).outputs).map(([program, { shape }]) => {
    const name = program.replace(/^output\//, '');
    return { name: named.has(name) ? name : program, shape: shape.slice(1), program };
  });
}
