/**
 * @file TensorFlow.js models in: model.json with its shards, of layers (Keras's) or of a graph of operations.
 *
 * Before: `manifest.ts`. Next stop: `../keras/buildModel.ts` for layers, `graph/importGraph.ts` for graphs.
 */
import { FoveaError } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { shownValue } from '../../base/printable.ts';
import type { ImportedModel } from '../importing.ts';
import { buildModel } from '../keras/buildModel.ts';
import { isObject, type Json } from '../keras/config.ts';
import { finished, statesFrom } from '../keras/finished.ts';
import { isTopology, parseTopology } from '../keras/topology.ts';
import { trainingNotes } from '../keras/trainingNotes.ts';
import { assign, wantedOf } from '../keras/weights/assign.ts';
import type { Source } from '../source.ts';
import { importGraph } from './graph/importGraph.ts';
import { readManifest } from './manifest.ts';

export async function importModel(source: Source): Promise<ImportedModel> {
  const { bytes, where } = source;
  const json = parseJson(bytes, { where, expected: 'a TensorFlow.js model' });
  const model = isObject(json) ? json : ({} as Json);
  const { modelTopology, weightsManifest, generatedBy, trainingConfig } = model;
  if (!isObject(modelTopology)) {
    throw new FoveaError({
      where,
      problem: `its modelTopology is ${shownValue(modelTopology)}`,
      expected: 'a description of the network',
      fix: 'weights alone are no model: save the model whole',
    });
  }
  const arrays = await readManifest(weightsManifest, source);
  if ('node' in modelTopology) return importGraph(model, arrays, source);
  const topology = isObject(modelTopology.model_config)
    ? modelTopology.model_config
    : modelTopology;
  if (!isTopology(topology)) {
    throw new FoveaError({
      where,
      problem: `its modelTopology is ${shownValue(modelTopology)}`,
      expected: 'layers, or a graph of operations',
    });
  }
  const version = String(modelTopology.keras_version ?? generatedBy ?? '');
  // TensorFlow.js has Keras 2's functions, whatever was converted to it.
  const built = buildModel(parseTopology(topology, where), source, 2);
  const pairs = assign(wantedOf(built.held), [...arrays.values()], where);
  return finished(built, statesFrom(built, pairs), {
    notes: trainingNotes(trainingConfig ?? modelTopology.training_config),
    where,
    ...(isObject(model.userDefinedMetadata) ? { classes: model.userDefinedMetadata.classes } : {}),
    producedBy: `TensorFlow.js${version === '' ? '' : `, ${version}`}`,
  });
}
