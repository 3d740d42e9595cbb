/**
 * @file Keras models in: .h5 of Keras 1 to 3, .keras of Keras 3, a model's JSON with its weights beside it, weights alone
 * onto a model of this house.
 *
 * The way of each: JSON -> tree (`topology.ts`) -> spec (`buildModel.ts`) -> numbers (`weights/`) -> what scales the input
 * becomes preprocessing (`scalings.ts`).
 */

import { readZip, type ZipEntry } from '../../archives/zip.ts';
import { advice, FoveaError, setting } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { ImportedModel, ImportOptions } from '../importing.ts';
import type { Source } from '../source.ts';
import { type BuiltKeras, buildModel } from './buildModel.ts';
import { isObject } from './config.ts';
import { kerasTopology } from './export/topology.ts';
import { type Finish, finished, statesFrom } from './finished.ts';
import { type Hdf5, withHdf5 } from './hdf5.ts';
import { isHdf5, isZip } from './recognise.ts';
import { type KerasModel, parseTopology } from './topology.ts';
import { trainingNotes } from './trainingNotes.ts';
import { legacyRoot, legacyWeights } from './weights/legacy.ts';
import { hasVars, varsWeights } from './weights/vars.ts';

export async function importModel(source: Source, options: ImportOptions): Promise<ImportedModel> {
  if (isZip(source.bytes)) return importArchive(source);
  if (isHdf5(source.bytes)) return importHdf5(source, options);
  return importJson(source, options);
}

/** Of a model's JSON; numbers do not shrink, but a description and zeros do. */
const MOST_UNPACKED = (packed: number) => 2 ** 28 + 20 * packed;

/** .keras: a zip of config.json, metadata.json and model.weights.h5. */
async function importArchive(source: Source): Promise<ImportedModel> {
  const { bytes, where } = source;
  const entries = readZip(bytes, { where, most: MOST_UNPACKED(bytes.length), mostEntries: 1000 });
  const named = (name: string): ZipEntry => {
    const entry = entries.find((one) => one.name === name);
    if (entry !== undefined) return entry;
    throw new FoveaError({
      where,
      problem: `it holds no ${name}`,
      expected: 'config.json and model.weights.h5, as Keras 3 saves a model',
    });
  };
  const read = async (name: string) => {
    const place = { where: `${where}: ${name}`, expected: 'a Keras model' };
    return parseJson(await named(name).read(), place);
  };
  const config = await read('config.json');
  const metadata = entries.some(({ name }) => name === 'metadata.json')
    ? await read('metadata.json')
    : {};
  const version = isObject(metadata) ? String(metadata.keras_version ?? '3') : '3';
  const model = parseTopology(config, `${where}: config.json`);
  const built = buildModel(model, source, majorOf(version));
  const weights = await named('model.weights.h5').read();
  const notes = isObject(config) ? trainingNotes(config.compile_config) : [];
  const inside = `${where}: model.weights.h5`;
  return withWeights({ bytes: weights, where: inside }, model, built, {
    notes,
    producedBy: `Keras ${version}`,
    ...(isObject(metadata) ? { classes: metadata.fovea_classes } : {}),
  });
}

/** .h5 with the network in it, or weights alone. */
async function importHdf5(source: Source, options: ImportOptions): Promise<ImportedModel> {
  const { bytes, where } = source;
  const found = await withHdf5(bytes, where, (file) => ({
    config: file.text('', 'model_config'),
    training: file.text('', 'training_config'),
    classes: file.text('', 'fovea_classes'),
    version: versionIn(file),
  }));
  if (found.config === undefined || options.model !== undefined) {
    if (options.model === undefined) throw weightsAlone(where);
    return ontoModel(source, options.model);
  }
  const json = parseJson(found.config, {
    where: `${where}: model_config`,
    expected: 'a Keras model',
  });
  const training =
    found.training === undefined
      ? undefined
      : parseJson(found.training, { where: `${where}: training_config` });
  const model = parseTopology(json, where);
  const built = buildModel(model, source, majorOf(found.version));
  const inside = (name: string) => ({ where: `${where}: ${name}` });
  return withWeights(source, model, built, {
    notes: trainingNotes(training),
    producedBy: `Keras ${found.version}`,
    ...(found.classes === undefined
      ? {}
      : { classes: parseJson(found.classes, inside('fovea_classes')) }),
  });
}

const versionIn = (file: Hdf5): string =>
  file.text('', 'keras_version') ?? file.text('model_weights', 'keras_version') ?? '2';

const majorOf = (version: string): number => Number.parseInt(version, 10) || 2;

function weightsAlone(where: string): FoveaError {
  return new FoveaError({
    where,
    problem: 'it holds weights alone and does not say of which network',
    expected: 'a model that was saved whole, or the network beside the weights',
    fix: advice`name the network with ${setting('model')}, a spec or the name of a model; or import the JSON of the model with ${setting('weights')}`,
  });
}

/** The JSON that `model.to_json()` gives, with the weights in a file of their own. */
async function importJson(source: Source, { weights }: ImportOptions): Promise<ImportedModel> {
  const { bytes, where } = source;
  const json = parseJson(bytes, { where, expected: 'a Keras model' });
  const model = parseTopology(json, where);
  const version =
    isObject(json) && typeof json.keras_version === 'string' ? json.keras_version : '2';
  const built = buildModel(model, source, majorOf(version));
  if (weights !== undefined) {
    return withWeights(weights, model, built, { notes: [], producedBy: `Keras ${version}` });
  }
  throw new FoveaError({
    where,
    problem: 'it describes a network and holds no weights',
    expected: 'its weights in a file of their own',
    fix: advice`name it: ${setting('weights', 'FILE.h5')}`,
  });
}

/** Weights alone, onto a network of this house: it says how Keras would have it. */
async function ontoModel(source: Source, spec: ModelSpec): Promise<ImportedModel> {
  // Weights alone say nothing of pixels.
  const plain = { ...spec, preprocessing: { scale: 1, offset: 0 } };
  const model = parseTopology(kerasTopology(plain, 'keras3').json, source.where);
  // Numbers that the words of Keras add are none of the network's own.
  const built = { ...buildModel(model, source, 3), spec, known: new Map() };
  const given = { notes: [], producedBy: 'Keras', preprocessing: spec.preprocessing };
  return withWeights(source, model, built, given);
}

type Given = Omit<Finish, 'where'>;

async function withWeights(
  { bytes, where }: Pick<Source, 'bytes' | 'where'>,
  model: KerasModel,
  built: BuiltKeras,
  given: Given,
): Promise<ImportedModel> {
  if (!isHdf5(bytes)) {
    throw new FoveaError({
      where,
      problem: 'it is no HDF5 file',
      expected: 'weights as Keras saves them',
    });
  }
  return withHdf5(bytes, where, (file) => {
    const root = legacyRoot(file);
    if (root === undefined && !hasVars(file) && built.held.length > 0) {
      throw new FoveaError({
        where,
        problem: `it holds no weights where Keras keeps them (${file.names('')?.join(', ')})`,
        expected: 'a group of layers',
      });
    }
    const pairs =
      root === undefined
        ? varsWeights(file, model, built.held, where)
        : legacyWeights(file, root, built.held, where);
    const hasOptimizer = ['optimizer', 'optimizer_weights'].some(
      (name) => file.names(name)?.length,
    );
    const notes = hasOptimizer ? ["left out the optimizer's state: training begins anew"] : [];
    return finished(built, statesFrom(built, pairs), {
      ...given,
      where,
      notes: [...given.notes, ...notes],
    });
  });
}
