/**
 * @file Where fine-tuning begins: the network of a run, what of it a new run keeps, and what it draws anew.
 *
 * Layers keep their weights where name and shapes agree. The layer that answers is drawn anew where the data
 * have other classes than those it was trained on: its units would mean something else.
 * Before: `newRun.ts`. Next stop: `train/snapshots/warmStart.ts`.
 */
import { FoveaError, nearestName, UsageError } from '../base/errors.ts';
import { fitsPattern } from '../base/patterns.ts';
import { sameShape } from '../base/shape.ts';
import { answeringLayer } from '../models/variants.ts';
import { parametersOf } from '../nn/network.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { TrainedModel } from '../nn/trained.ts';
import { namesOfRun } from './classNames.ts';
import { isImported, type RunOrigin, type RunRecord } from './runRecord.ts';

export interface StartingPoint extends TrainedModel {
  readonly path: string;
  /** Of the run; undefined where the folder holds a model alone. */
  readonly record: RunRecord | undefined;
  /** SHA-256 of the weights' file. */
  readonly digest: string;
}

/** What of it the model keeps for data of these classes; throws where nothing fits. */
export function originOf(
  spec: ModelSpec,
  classes: readonly string[],
  { path: from, weights, classes: before, digest, record }: StartingPoint,
): { readonly origin: RunOrigin; readonly initialWeights: TrainedModel['weights'] } {
  const named = namesOfRun(record, before, classes);
  const answering = classes.join('\n') === named.join('\n') ? undefined : answeringLayer(spec);
  const byLayer = Map.groupBy(parametersOf(spec), ({ name }) => layerOf(name));
  const fits = ([layer, parameters]: [string, ReturnType<typeof parametersOf>]): boolean =>
    layer !== answering &&
    parameters.every(({ name, shape }) => sameShape(weights.get(name)?.shape ?? [-1], shape));
  const kept = [...byLayer].filter(fits).map(([layer]) => layer);
  if (kept.length === 0) {
    throw new FoveaError({
      where: from,
      problem: `no layer of ${spec.name} has the name and the shape of one that was trained there`,
      expected: `one at least of ${[...byLayer.keys()].join(', ')}`,
      fix: 'give layers the names that they have in the model the weights are from',
    });
  }
  const drawn = [...byLayer.keys()].filter((layer) => !kept.includes(layer));
  return {
    origin: { path: from, weights: digest, epoch: epochOf(record), kept, drawn },
    initialWeights: new Map([...weights].filter(([name]) => kept.includes(layerOf(name)))),
  };
}

/** The epoch whose weights a run kept; null where it was not trained here. */
const epochOf = (record: RunRecord | undefined): number | null =>
  record === undefined || isImported(record) ? null : (record.results?.keptEpoch ?? null);

/** Freezing a layer that has learned nothing is a mistake. */
export function checkNotDrawn(origin: RunOrigin | null, frozen: readonly string[]): void {
  const drawn = origin?.drawn.find((layer) => frozen.includes(layer));
  if (origin === null || drawn === undefined) return;
  throw new UsageError({
    option: 'freeze',
    problem: `"${drawn}" would stay as it is drawn: it does not begin with the weights of ${origin.path}`,
    expected: `layers that do: ${origin.kept.join(', ')}`,
  });
}

const layerOf = (parameter: string): string => parameter.slice(0, parameter.lastIndexOf('/'));

/** Names of layers from names and patterns, in the model's order: ["conv*"] -> conv1, conv2. */
export function layersNamed(spec: ModelSpec, patterns: readonly string[]): string[] {
  const names = spec.layers.map(({ name }) => name);
  const found = patterns.map((pattern) => {
    const matching = names.filter(fitsPattern(pattern));
    if (matching.length > 0) return matching;
    const near = nearestName(pattern, names);
    throw new UsageError({
      option: 'freeze',
      problem: `no layer of ${spec.name} is named "${pattern}"`,
      expected: `names or patterns such as conv*, of ${names.join(', ')}`,
      ...(near === undefined ? {} : { fix: `did you mean "${near}"?` }),
    });
  });
  const chosen = new Set(found.flat());
  return names.filter((name) => chosen.has(name));
}
