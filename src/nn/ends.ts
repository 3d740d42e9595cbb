/**
 * @file The ends of a model as a spec writes them: its inputs with their preprocessing, its outputs by layer.
 *
 * A model of one unnamed input and output says less: `inputShape`, and the last layer. Previous stop:
 * `sequential.ts`, which reads a whole spec.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../base/errors.ts';
import { first, last, nonEmpty } from '../base/lists.ts';
import { formatShape, sameShape, sizeOf } from '../base/shape.ts';
import { positiveInteger } from './options.ts';
import { type InputSpec, inputsOf, type ModelSpec, outputsOf, type Preprocessing } from './spec.ts';

export const nameOption = z
  .string()
  .check(z.regex(/^[\w.-]+$/, 'letters, digits, "_", "-" and "." alone'));

const shapeOption = z.array(positiveInteger).check(z.minLength(1));

const scaleOption = z.number().check(z.refine((scale) => scale !== 0, 'a number other than 0'));

export const preprocessingOption = z.strictObject({
  scale: z._default(z.union([scaleOption, z.array(scaleOption)]), 1 / 255),
  offset: z._default(z.number(), 0),
  mean: z.optional(z.array(z.number())),
  border: z.optional(z.int().check(z.positive())),
});

/** What a spec may say of its ends. */
export const endOptions = {
  inputShape: z.optional(shapeOption),
  preprocessing: z.prefault(preprocessingOption, {}),
  inputs: z.optional(
    z
      .array(
        z.strictObject({
          name: nameOption,
          shape: shapeOption,
          preprocessing: z.optional(preprocessingOption),
        }),
      )
      .check(z.minLength(1, 'at least one input')),
  ),
  outputs: z.optional(
    z
      .array(z.strictObject({ name: nameOption, layer: z.string() }))
      .check(z.minLength(1, 'at least one output')),
  ),
};

type Ends = Pick<ModelSpec, 'inputShape' | 'preprocessing' | 'inputs'>;

/** The inputs; a preprocessing that an input does not say is the model's. */
export function readInputs({
  inputShape,
  preprocessing,
  inputs,
}: {
  readonly inputShape?: readonly number[] | undefined;
  readonly preprocessing: Preprocessing;
  readonly inputs?:
    | readonly (Omit<InputSpec, 'preprocessing'> & {
        readonly preprocessing?: Preprocessing | undefined;
      })[]
    | undefined;
}): Ends {
  if (inputs === undefined) {
    if (inputShape !== undefined) return { inputShape, preprocessing };
    throw wrong('inputShape is missing', 'a list: [height, width, channels]');
  }
  const named = inputs.map(({ preprocessing: own = preprocessing, ...input }) => ({
    ...input,
    preprocessing: own,
  }));
  const [first] = nonEmpty(named, 'inputs');
  if (inputShape !== undefined && !sameShape(inputShape, first.shape)) {
    const shapes = `${formatShape(inputShape)}, the first input is ${formatShape(first.shape)}`;
    throw wrong(`inputShape is ${shapes}`, 'the same twice, or inputs alone');
  }
  return { inputShape: first.shape, preprocessing: first.preprocessing, inputs: named };
}

/** Names that are no one else's, outputs of layers that exist, inputs that are read, means and borders that fit. */
export function checkEnds(spec: ModelSpec): void {
  const [inputs, outputs] = [inputsOf(spec), outputsOf(spec)];
  checkDistinct('input', inputs);
  checkDistinct('output', outputs);
  const layers = new Set(spec.layers.map(({ name }) => name));
  for (const { name, layer } of outputs) {
    if (layers.has(layer)) continue;
    throw wrong(`its output "${name}" is of "${layer}"`, 'the name of one of its layers');
  }
  const { name: lowest } = last(spec.layers, 'layer');
  const [{ layer: given }, ...more] = outputs;
  if (more.length === 0 && given !== lowest) {
    throw wrong(`its one output is of "${given}"`, `one of its last layer, "${lowest}"`);
  }
  const read = new Set(spec.layers.flatMap(({ inputs: reads = [] }) => reads));
  const unread = first(spec.layers, 'layer').inputs === undefined ? inputs.slice(1) : inputs;
  for (const { name } of spec.inputs === undefined ? [] : unread) {
    if (!read.has(name)) throw wrong(`no layer reads its input "${name}"`, 'inputs that are read');
  }
  for (const input of inputs) {
    checkScale(input);
    checkMean(input);
    checkBorder(input);
  }
}

function checkDistinct(noun: string, ends: readonly { readonly name: string }[]): void {
  const names = ends.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw wrong(`two ${noun}s are called "${twice}"`, 'a name for each');
}

/** A scale is one, or one per channel. */
function checkScale({ shape, preprocessing: { scale } }: InputSpec): void {
  const channels = last(shape, 'extent');
  if (typeof scale === 'number' || scale.length === channels) return;
  throw wrong(
    `preprocessing.scale has ${scale.length} numbers`,
    `one number, or ${channels} (one per channel)`,
  );
}

/** A mean is subtracted per channel or per number of the input. */
function checkMean({ shape, preprocessing: { mean } }: InputSpec): void {
  const channels = shape[shape.length - 1];
  if (mean === undefined || [channels, sizeOf(shape)].includes(mean.length)) return;
  throw wrong(
    `preprocessing.mean has ${mean.length} numbers`,
    `${channels} (one per channel) or ${sizeOf(shape)} (one per number of the input)`,
  );
}

/** The border is a part of the input: something has to be left of the picture. */
function checkBorder({ shape, preprocessing: { border = 0 } }: InputSpec) {
  const [height, width = height] = nonEmpty(shape, 'extents');
  const most = Math.floor((Math.min(height, width) - 1) / 2);
  if (border <= most) return;
  throw wrong(
    `preprocessing.border is ${border} on each side of an input of ${shape.slice(0, 2).join(' x ')}`,
    `at most ${most}, which leaves a pixel`,
  );
}

function wrong(problem: string, expected: string): FoveaError {
  return new FoveaError({ where: 'model', problem, expected });
}
