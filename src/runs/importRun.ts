/**
 * @file A model of another program as a run's folder: read, checked, and put in its place whole.
 *
 * Before: `cli/commands/import.ts`. Next stop: `interop/importers.ts`; `folder/runFolder.ts`.
 */
import { createHash } from 'node:crypto';
import { FoveaError } from '../base/errors.ts';
import { withChannelsReversed } from '../interop/channelOrder.ts';
import { foldBatchNormalization } from '../interop/foldBatchNormalization.ts';
import { importModel } from '../interop/importers.ts';
import type { ImportedModel } from '../interop/importing.ts';
import { modelParts } from '../interop/modelTensors.ts';
import { parsePreprocessing } from '../interop/preprocessing.ts';
import { openSource } from '../interop/source.node.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { TrainedModel } from '../nn/trained.ts';
import { importedRecord, type Provenance } from '../records/importedRun.ts';
import { RunFolder } from './folder/runFolder.ts';
import { checkPlace } from './folder/runPlace.ts';

export interface ImportRequest {
  readonly file: string;
  /** The network of a file that holds weights alone. */
  readonly model?: ModelSpec | undefined;
  /** Another file, with the weights of the network in `file`. */
  readonly weights?: string | undefined;
  readonly format?: string | undefined;
  /** How pixels become numbers, as `parsePreprocessing` reads it, where the file does not say or is wrong. */
  readonly preprocess?: string | undefined;
  /** Names of the classes, where the file has none or others. */
  readonly classes?: readonly string[] | undefined;
  /** Batch normalisations go into the layers before them, for use without training; default false. */
  readonly foldBatchNorm?: boolean | undefined;
}

/** A model on its way in, in memory: nothing is kept yet. */
export interface OpenedModel {
  readonly model: ImportedModel;
  readonly from: Provenance;
}

/** Throws where a model may not be kept, before it is read: see `keepImport`. */
export const checkImportPlace = (folder: string, overwrite = false): Promise<void> =>
  checkPlace(folder, overwrite, false);

export async function openImport(request: ImportRequest): Promise<OpenedModel> {
  const source = await openSource(request.file);
  const { format, ...model } = await importModel(source, {
    model: request.model,
    format: request.format,
    weights: request.weights === undefined ? undefined : await openSource(request.weights),
  });
  const digest = createHash('sha256').update(source.bytes).digest('hex');
  const { preprocess, classes = model.classes, foldBatchNorm = false } = request;
  const given = withClasses(model, classes);
  const named = foldBatchNorm ? folded(given) : given;
  if (preprocess === undefined) {
    const { preprocessing } = model;
    return { model: named, from: { file: request.file, format, digest, preprocessing } };
  }
  const changed = withPreprocessing(named, preprocess);
  return {
    model: { ...changed.model, notes: [...named.notes, ...changed.notes] },
    from: { file: request.file, format, digest, preprocessing: 'given' },
  };
}

/** The model with another preprocessing, in words as `parsePreprocessing` reads them; a border stays. */
export function withPreprocessing<M extends TrainedModel>(
  model: M,
  words: string,
): { readonly model: M; readonly notes: readonly string[] } {
  const { preprocessing: given, order } = parsePreprocessing(words, model.spec);
  const { border } = model.spec.preprocessing;
  const preprocessing = border === undefined ? given : { ...given, border };
  const inputs = model.spec.inputs?.map((input) => ({ ...input, preprocessing }));
  const spec = { ...model.spec, preprocessing, ...(inputs === undefined ? {} : { inputs }) };
  const scaled = { ...model, spec };
  if (order === 'rgb') return { model: scaled, notes: [] };
  const turned = withChannelsReversed(scaled);
  return { model: turned.model, notes: [turned.note] };
}

function folded(model: ImportedModel): ImportedModel {
  const { spec, weights } = foldBatchNormalization(model);
  const count = model.spec.layers.length - spec.layers.length;
  const note =
    count === 0
      ? 'no batch normalisation was folded: none stands behind a layer that it alone reads'
      : `${count} batch normalisation${count === 1 ? ' was' : 's were'} folded into the layer before`;
  return { ...model, spec, weights, notes: [...model.notes, note] };
}

function withClasses(model: ImportedModel, classes: readonly string[]): ImportedModel {
  if (classes.length === model.classes.length) return { ...model, classes };
  throw new FoveaError({
    problem: `${classes.length} names of classes for a network of ${model.classes.length}`,
    expected: 'a name for each',
  });
}

/** Keeps it in `folder`, which is made; what stands there is an error, unless it is a run and `overwrite` is said. */
export async function keepImport(
  { model, from }: OpenedModel,
  folder: string,
  overwrite = false,
): Promise<void> {
  const run = await RunFolder.create(folder, overwrite);
  try {
    await run.begin(importedRecord(model, from), model.spec);
    await run.write('weights.safetensors', modelParts(model));
    await run.publish();
  } finally {
    await run.close();
  }
}
