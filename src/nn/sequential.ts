/**
 * @file Writes a model spec (`sequential`) and reads one from outside (`parseModelSpec`).
 *
 * Both check it to the end, shapes included, so that a spec that exists can be built. Errors name the
 * layer. `model.ts` writes the specs of graphs that are no chain. Next stop: `layers/index.ts`, then `shapes.ts`.
 */
import { z } from 'zod';
import { FoveaError } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import { layerOf } from './layers/index.ts';
import type { LayerInput } from './layers/wiring.ts';
import { parseOptions, positiveInteger } from './options.ts';
import { layerShapes } from './shapes.ts';
import { INPUT, type LayerSpec, type ModelOptions, type ModelSpec } from './spec.ts';

const modelSchema = z.object({
  formatVersion: z.literal(1).default(1),
  name: z.string().min(1).default('sequential'),
  inputShape: z.array(positiveInteger).min(1),
  preprocessing: z
    .strictObject({
      scale: z
        .number()
        .refine((scale) => scale !== 0, 'a number other than 0')
        .default(1 / 255),
      offset: z.number().default(0),
      mean: z.array(z.number()).optional(),
      border: z.int().positive().optional(),
    })
    .prefault({}),
  layers: z.array(z.unknown()).min(1, 'at least one layer'),
});

const layerSchema = z.object({
  kind: z.string(),
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'letters, digits, "_", "-" and "." alone')
    .optional(),
  inputs: z.array(z.string()).min(1).optional(),
  options: z.record(z.string(), z.unknown()).default({}),
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
  const model = parseOptions(modelSchema, received, 'model');
  const taken = new Set<string>([INPUT]);
  const layers = model.layers.map((layer, i) => parseLayer(layer, i, taken));
  const spec: ModelSpec = { ...model, layers };
  checkMean(spec);
  layerShapes(spec);
  return spec;
}

function parseLayer(received: unknown, position: number, taken: Set<string>): LayerSpec {
  const place = `layer ${position + 1}`;
  const data = typeof received === 'function' ? { ...received } : received;
  const given = parseOptions(layerSchema, data, place);
  const layer = inPlace(place, () => layerOf(given.kind));
  const name = given.name ?? freeName(given.kind, taken);
  const where = `layer "${name}" (${given.kind})`;
  if (taken.has(name)) {
    throw new FoveaError({
      problem: `the name "${name}" is taken`,
      expected: 'a name that no layer before has',
      where: place,
    });
  }
  const inputs = given.inputs;
  for (const input of inputs ?? []) {
    if (!taken.has(input)) {
      throw new FoveaError({
        problem: `reads "${input}", which is no layer before it`,
        expected: `one of ${[...taken].join(', ')}`,
        where,
      });
    }
  }
  if (layer.arity !== 'many' && inputs !== undefined && inputs.length !== 1) {
    throw new FoveaError({
      problem: `reads ${inputs.length} layers`,
      expected: 'one',
      fix: 'join them first with an add or concatenate layer',
      where,
    });
  }
  taken.add(name);
  const options = parseOptions(layer.options, given.options, where);
  return { kind: given.kind, name, ...(inputs === undefined ? {} : { inputs }), options };
}

/** A mean is subtracted per channel or per number of the input. */
function checkMean({ inputShape, preprocessing: { mean } }: ModelSpec): void {
  const channels = inputShape[inputShape.length - 1];
  if (mean === undefined || [channels, sizeOf(inputShape)].includes(mean.length)) return;
  throw new FoveaError({
    where: 'model',
    problem: `preprocessing.mean has ${mean.length} numbers`,
    expected: `${channels} (one per channel) or ${sizeOf(inputShape)} (one per number of the input)`,
  });
}

/** conv2d, conv2d_1, conv2d_2, ... as Keras numbers them; averagePooling2d becomes average_pooling2d. */
export function freeName(kind: string, taken: ReadonlySet<string>): string {
  const base = kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  let name = base;
  for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
  return name;
}

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
