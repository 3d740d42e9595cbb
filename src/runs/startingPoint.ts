/**
 * @file Where fine-tuning begins: the network of a run, what of it a new run keeps, and what it draws anew.
 *
 * Layers keep their weights where name and shapes agree. The layer that answers is drawn anew where the data
 * have other classes than those it was trained on: its units would mean something else.
 * Before: `trainRun.ts`. Next stop: `train/snapshots/warmStart.ts`.
 */
import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { advice, FoveaError, nearestName, setting, UsageError } from '../base/errors.ts';
import { sameShape } from '../base/shape.ts';
import { answeringLayer } from '../models/variants.ts';
import { parametersOf } from '../nn/network.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { TrainedModel } from '../nn/trained.ts';
import { loadModel } from './folder/modelFiles.ts';
import { RunFolder } from './folder/runFolder.ts';
import type { RunOrigin, RunRecord } from './folder/runRecord.ts';

export interface StartingPoint extends TrainedModel {
  readonly path: string;
  /** Of the run; undefined where the folder holds a model alone. */
  readonly record: RunRecord | undefined;
  /** SHA-256 of the weights' file. */
  readonly digest: string;
}

/** Reads the network of a run, or of a folder with a model and its weights. */
export async function openStartingPoint(folder: string): Promise<StartingPoint> {
  const model = await loadModel(folder);
  const bytes = await fs.readFile(path.join(folder, 'weights.safetensors'));
  const isRun = existsSync(path.join(folder, 'run.json'));
  return {
    ...model,
    path: folder,
    record: isRun ? await (await RunFolder.open(folder)).readRecord() : undefined,
    digest: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** Whether two paths are one folder, be it there or not. */
export function isSameFolder(one: string, other: string): boolean {
  const real = (folder: string) =>
    existsSync(folder) ? realpathSync(folder) : path.resolve(folder);
  return real(one) === real(other);
}

/** A run that begins with the weights of another must not take its place. */
export function checkOwnFolder(folder: string, from: string): void {
  if (!isSameFolder(folder, from)) return;
  throw new UsageError({
    where: folder,
    problem: 'training would begin with the weights of this run and write over them',
    expected: 'another folder for the new run',
    fix: advice`choose another ${setting('folder')}; ${setting('resume')} goes on with the run itself`,
  });
}

/** What of it the model keeps for data of these classes; throws where nothing fits. */
export function originOf(
  spec: ModelSpec,
  classes: readonly string[],
  { path: from, weights, classes: before, digest, record }: StartingPoint,
): { readonly origin: RunOrigin; readonly initialWeights: TrainedModel['weights'] } {
  const answering = classes.join('\n') === before.join('\n') ? undefined : answeringLayer(spec);
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
    origin: { path: from, weights: digest, epoch: record?.results?.keptEpoch ?? null, kept, drawn },
    initialWeights: new Map([...weights].filter(([name]) => kept.includes(layerOf(name)))),
  };
}

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
    const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    const shape = new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`);
    const matching = names.filter((name) => shape.test(name));
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
