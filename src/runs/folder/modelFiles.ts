/**
 * @file A trained model as two files: `model.json` (the spec) and `weights.safetensors` (the parameters).
 *
 * The names of the classes travel in the metadata of the weights, so that the two files are enough to
 * name what a picture shows. Next stop: `interop/safetensors.ts`.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Session } from '../../backends/backend.ts';
import { advice, FoveaError, messageOf, setting } from '../../base/errors.ts';
import { MOST_JSON, parseJson } from '../../base/json.ts';
import { shownValue } from '../../base/printable.ts';
import { readRegular } from '../../base/regularFile.node.ts';
import { formatShape, sameShape } from '../../base/shape.ts';
import { checkedClassNames } from '../../data/classNames.ts';
import { readSafetensors, type Safetensors, writeSafetensors } from '../../interop/safetensors.ts';
import { withoutComments } from '../../models/commented.ts';
import { parametersOf } from '../../nn/network.ts';
import { parseModelSpec } from '../../nn/sequential.ts';
import { layerShapes } from '../../nn/shapes.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { StateValue, TrainedModel } from '../../nn/trained.ts';
import { trainedScope } from '../../train/snapshots/snapshot.ts';
import { jsonText } from './jsonText.ts';
import { writeWhole } from './wholeFile.ts';

const MODEL = 'model.json';
const WEIGHTS = 'weights.safetensors';

/**
 * Writes both files into `folder`, which is made if need be. The parameters are those that the session holds
 * for this spec object, the one that was trained.
 */
export async function saveModel(
  folder: string,
  session: Session,
  spec: ModelSpec,
  classes: readonly string[],
): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  await writeWhole(path.join(folder, MODEL), jsonText(spec));
  await writeWeights(path.join(folder, WEIGHTS), session, spec, classes);
}

export async function writeWeights(
  file: string,
  session: Session,
  spec: ModelSpec,
  classes: readonly string[],
): Promise<void> {
  const scope = trainedScope(session, spec);
  const tensors = new Map<string, StateValue>();
  for (const { name, shape } of parametersOf(spec))
    tensors.set(name, { shape, data: await scope.readState(name) });
  const metadata = { format: 'fovea', model: spec.name, classes: JSON.stringify(classes) };
  await writeWhole(file, writeSafetensors(tensors, metadata));
}

/** Reads what `saveModel` wrote, or a run's folder. */
export async function loadModel(folder: string): Promise<TrainedModel> {
  const spec = await readSpec(path.join(folder, MODEL));
  const file = path.join(folder, WEIGHTS);
  const { tensors, metadata } = readSafetensors(
    await readFile(file, 'weights', MOST_WEIGHTS),
    file,
  );
  const weights = new Map<string, StateValue>();
  for (const { name, shape } of parametersOf(spec)) {
    const tensor = tensors.get(name);
    if (tensor === undefined || !sameShape(tensor.shape, shape)) {
      throw new FoveaError({
        where: file,
        problem:
          tensor === undefined
            ? `it has no "${name}"`
            : `"${name}" has the shape ${formatShape(tensor.shape)}`,
        expected: `${formatShape(shape)}, as ${MODEL} beside it says`,
        fix: 'take both files from the same run',
      });
    }
    const data = Float32Array.from(tensor.data);
    if (!data.every(Number.isFinite)) {
      throw new FoveaError({
        where: file,
        problem: `"${name}" holds NaN or Infinity: a network with such a number answers nothing that counts`,
        expected: 'finite numbers, as training saves them',
        fix: 'take the file from a copy, or train again',
      });
    }
    weights.set(name, { shape, data });
  }
  return { spec, weights, classes: classesOf(metadata, spec, file) };
}

/** A spec from a file; what stands under "//" is for people. */
export async function readSpec(file: string): Promise<ModelSpec> {
  const bytes = await readFile(file, 'model', MOST_JSON);
  try {
    const written = parseJson(bytes, { where: file, expected: 'a model spec' });
    return parseModelSpec(withoutComments(written));
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    const { where } = error.parts;
    if (where === file) throw error;
    throw new FoveaError({
      ...error.parts,
      where: where === undefined ? file : `${file}: ${where}`,
    });
  }
}

function classesOf(
  { classes }: Safetensors['metadata'],
  spec: ModelSpec,
  where: string,
): readonly string[] {
  const expected = 'names of classes, a list of texts';
  const names = classes === undefined ? [] : parseJson(classes, { where, expected });
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    throw new FoveaError({ where, problem: `"classes" is ${shownValue(names)}`, expected });
  }
  if (names.length > 0) return checkedClassNames(names, where);
  const width = layerShapes(spec).at(-1)?.outputShape.at(-1) ?? 0;
  return Array.from({ length: width }, (_, i) => String(i));
}

/** Nothing larger fits one buffer; a session has 4 GiB in all. */
const MOST_WEIGHTS = 2 ** 32 - 1;

async function readFile(file: string, what: string, most: number): Promise<Buffer> {
  try {
    return await readRegular(file, most, `a ${what} file`);
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    // What is there and is no such file has said so itself.
    if (cause === undefined) throw error;
    const code = (cause as NodeJS.ErrnoException).code;
    throw new FoveaError(
      {
        where: file,
        problem:
          code === 'ENOENT' ? `there is no ${what} file` : `cannot be read: ${messageOf(cause)}`,
        expected: 'the folder of a finished run, with model.json and weights.safetensors in it',
        fix: advice`train first (fovea train lenet5), or finish a run that was stopped (${setting('resume')})`,
      },
      { cause: error },
    );
  }
}
