/**
 * @file Writes a model spec (`sequential`) and reads one from outside (`parseModelSpec`).
 *
 * Both check it to the end, shapes included, so that a spec that exists can be built. Errors name the
 * layer. `model.ts` writes the specs of graphs that are no chain. Next stop: `layers/index.ts`, then `shapes.ts`.
 */
import * as z from 'zod';
import { FoveaError, nearestName } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import { layerOf } from './layers/index.ts';
import type { LayerInput } from './layers/wiring.ts';
import { LayerNames } from './names.ts';
import { parseOptions, positiveInteger } from './options.ts';
import { layerShapes } from './shapes.ts';
import { INPUT, type LayerSpec, type ModelOptions, type ModelSpec } from './spec.ts';

/** Ten times the deepest networks ever trained; more is a mistake, and would take minutes to plan. */
const MOST_LAYERS = 100_000;

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
  layers: z
    .array(z.unknown())
    .min(1, 'at least one layer')
    .max(MOST_LAYERS, `at most ${MOST_LAYERS} layers`),
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
  const names = new LayerNames([INPUT]);
  const layers = model.layers.map((layer, i) => parseLayer(layer, i, names));
  const spec: ModelSpec = { ...model, layers };
  checkMean(spec);
  checkBorder(spec);
  layerShapes(spec);
  return spec;
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
  const { kind, inputs } = given;
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
  const name = given.name === undefined ? names.takeFree(kind) : names.take(given.name);
  const options = parseOptions(layer.options, given.options, `layer "${name}" (${kind})`);
  return { kind, name, ...(inputs === undefined ? {} : { inputs }), options };
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

/** The border is a part of the input: something has to be left of the picture. */
function checkBorder({ inputShape: [height, width], preprocessing: { border = 0 } }: ModelSpec) {
  const most = Math.floor((Math.min(height, width ?? height) - 1) / 2);
  if (border <= most) return;
  throw new FoveaError({
    where: 'model',
    problem: `preprocessing.border is ${border} on each side of an input of ${height} x ${width}`,
    expected: `at most ${most}, which leaves a pixel`,
  });
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
