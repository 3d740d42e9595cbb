/**
 * @file A trained model as two files in a folder: `model.json` and `weights.safetensors`.
 *
 * Next stop: `records/modelContents.ts`, what stands in them.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Session } from '../../backends/backend.ts';
import { advice, FoveaError, messageOf, setting } from '../../base/errors.ts';
import { MOST_JSON } from '../../base/json.ts';
import { readRegular } from '../../base/regularFile.node.ts';
import { decodeWeights } from '../../interop/modelTensors.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import { jsonText } from '../../records/jsonText.ts';
import { decodeSpec, encodeWeights } from '../../records/modelContents.ts';
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
  await writeWhole(path.join(folder, WEIGHTS), await encodeWeights(session, spec, classes));
}

/** Reads what `saveModel` wrote, or a run's folder. */
export async function loadModel(folder: string): Promise<TrainedModel> {
  const spec = await readSpec(path.join(folder, MODEL));
  const file = path.join(folder, WEIGHTS);
  return decodeWeights(await readFile(file, 'weights', MOST_WEIGHTS), spec, file);
}

/** A spec from a file; what stands under "//" is for people. */
export async function readSpec(file: string): Promise<ModelSpec> {
  return decodeSpec(await readFile(file, 'model', MOST_JSON), file);
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
