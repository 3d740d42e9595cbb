/**
 * @file Writes a model spec (`sequential`) and reads one from outside (`parseModelSpec`).
 *
 * Both check it to the end, shapes included, so that a spec that exists can be built. Errors name the
 * layer. `model.ts` writes the specs of graphs that are no chain. Next stop: `layers/index.ts`, then `shapes.ts`.
 */
import * as z from 'zod/mini';
import { FoveaError, nearestName } from '../base/errors.ts';
import { nonEmpty } from '../base/lists.ts';
import { checkEnds, endOptions, nameOption, readInputs } from './ends.ts';
import { layerOf } from './layers/index.ts';
import type { LayerInput } from './layers/wiring.ts';
import { baseNameOf, LayerNames } from './names.ts';
import { parseOptions } from './options.ts';
import { layerShapes } from './shapes.ts';
import { INPUT, type LayerSpec, type ModelOptions, type ModelSpec } from './spec.ts';

/** Ten times the deepest networks ever trained; more is a mistake, and would take minutes to plan. */
const MOST_LAYERS = 100_000;

const modelSchema = z.object({
  formatVersion: z._default(
    z.literal([1, 2], '1 or 2; a later one needs a later version of Fovea'),
    1,
  ),
  name: z._default(z.string().check(z.minLength(1)), 'sequential'),
  ...endOptions,
  layers: z
    .array(z.unknown())
    .check(
      z.minLength(1, 'at least one layer'),
      z.maxLength(MOST_LAYERS, `at most ${MOST_LAYERS} layers`),
    ),
});

const layerSchema = z.object({
  kind: z.string(),
  name: z.optional(nameOption),
  inputs: z.optional(z.array(z.string()).check(z.minLength(1))),
  shares: z.optional(z.string()),
  trainable: z.optional(z.boolean()),
  options: z._default(z.record(z.string(), z.unknown()), {}),
});

/**
 * A model whose layers follow one another. A layer may also name the layers it reads (`inputs`); where
 * many do, `model.ts` reads better.
 *
 *     sequential({ inputShape: [28, 28, 1] }, [
 *       conv2d({ filters: 6, kernelSize: 5, activation: 'tanh' }),
 *       flatten(),
 *       dense({ units: 10, activation: 'softmax' }),
 *     ]);
 */
export function sequential(options: ModelOptions, layers: readonly LayerInput[]): ModelSpec {
  return parseModelSpec({ ...options, layers });
}

/** Checks a spec from outside (a file, a user) and fills in what it leaves out. */
export function parseModelSpec(received: unknown): ModelSpec {
  const { name, outputs, ...model } = parseOptions(modelSchema, received, 'model');
  const ends = readInputs(model);
  const names = new LayerNames(ends.inputs?.map((input) => input.name) ?? [INPUT]);
  const layers: LayerSpec[] = [];
  const owners = new Map<string, LayerSpec>();
  model.layers.forEach((given, i) => {
    const layer = parseLayer(given, i, names);
    checkShares(layer, owners);
    layers.push(layer);
    owners.set(layer.name, layer);
  });
  const [first] = nonEmpty(layers, 'layers');
  if (first.inputs === undefined && (ends.inputs?.length ?? 1) > 1) throw unnamedInput(first);
  const isPlain =
    ends.inputs === undefined && outputs === undefined && layers.every((l) => !('shares' in l));
  const spec: ModelSpec = {
    formatVersion: isPlain ? 1 : 2,
    name,
    ...ends,
    ...(outputs === undefined ? {} : { outputs }),
    layers,
  };
  checkEnds(spec);
  layerShapes(spec);
  return spec;
}

/** A layer applied again is one that stands before it, word for word. */
function checkShares(layer: LayerSpec, before: ReadonlyMap<string, LayerSpec>): void {
  if (layer.shares === undefined) return;
  const owner = before.get(layer.shares);
  const isSame =
    owner !== undefined &&
    owner.shares === undefined &&
    owner.kind === layer.kind &&
    owner.trainable === layer.trainable &&
    JSON.stringify(owner.options) === JSON.stringify(layer.options);
  if (isSame) return;
  throw new FoveaError({
    where: `layer "${layer.name}" (${layer.kind})`,
    problem: `shares the parameters of "${layer.shares}"`,
    expected: `a ${layer.kind} layer before it with the same options and parameters of its own`,
  });
}

function unnamedInput({ name, kind }: LayerSpec): FoveaError {
  return new FoveaError({
    where: `layer "${name}" (${kind})`,
    problem: 'does not say which of the inputs it reads',
    expected: 'inputs: the names of those it reads',
  });
}

function parseLayer(received: unknown, position: number, names: LayerNames): LayerSpec {
  const place = `layer ${position + 1}`;
  const data = typeof received === 'function' ? { ...received } : received;
  const given = parseOptions(layerSchema, data, place);
  const layer = inPlace(place, () => layerOf(given.kind));
  if (given.name !== undefined && names.has(given.name)) {
    throw new FoveaError({
      problem: `the name "${given.name}" is taken`,
      expected: 'a name that no layer before has',
      where: place,
    });
  }
  const { kind, inputs, shares, trainable } = given;
  const where = `${given.name === undefined ? place : `layer "${given.name}"`} (${kind})`;
  const stranger = inputs?.find((input) => !names.has(input));
  if (stranger !== undefined) throw unknownLayer(stranger, names.all(), where);
  if (layer.arity !== 'many' && inputs !== undefined && inputs.length !== 1) {
    throw new FoveaError({
      problem: `reads ${inputs.length} layers`,
      expected: 'one',
      fix: 'join them first with an add or concatenate layer',
      where,
    });
  }
  const name = given.name === undefined ? names.takeFree(baseNameOf(kind)) : names.take(given.name);
  const options = parseOptions(layer.options, given.options, `layer "${name}" (${kind})`);
  return {
    kind,
    name,
    ...(inputs === undefined ? {} : { inputs }),
    ...(shares === undefined ? {} : { shares }),
    ...(trainable === false ? { trainable } : {}),
    options,
  };
}

function unknownLayer(read: string, before: readonly string[], where: string): FoveaError {
  const shown = before.length > MOST_SHOWN ? ['...', ...before.slice(-MOST_SHOWN)] : before;
  const near = nearestName(read, before);
  return new FoveaError({
    problem: `reads "${read}", which is no layer before it`,
    expected: `one of ${shown.join(', ')}`,
    ...(near === undefined ? {} : { fix: `did you mean "${near}"?` }),
    where,
  });
}

/** Names in an error. */
const MOST_SHOWN = 20;

/** Runs `task`; an error of ours that has no place yet gets this one. */
function inPlace<T>(where: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (error instanceof FoveaError && error.parts.where === undefined) {
      throw new FoveaError({ ...error.parts, where });
    }
    throw error;
  }
}
