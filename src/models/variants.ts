/**
 * @file What may be changed in any model by one word: its classes, its input, its activation, its pooling.
 *
 * Each variant is a function from a spec to a spec, so that a model's own file shows the network as it was
 * published and nothing else. `fovea train lenet5,activation=relu,pooling=max` reads the words.
 * Before: `options.ts`, which gives every model of the table these options.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { innerActivationOption } from '../nn/activations.ts';
import { positiveInteger } from '../nn/options.ts';
import { parseModelSpec } from '../nn/sequential.ts';
import { layerShapes, type PlacedLayer } from '../nn/shapes.ts';
import { type LayerSpec, type ModelSpec, outputsOf } from '../nn/spec.ts';

const POOLINGS = { max: 'maxPooling2d', average: 'averagePooling2d', min: 'minPooling2d' } as const;

const SHAPE = 'height x width x channels, such as 32x32x3';

/** [32, 32, 3], or in words "32x32x3". */
export const inputShapeOption = z.pipe(
  z.transform((given: unknown) =>
    typeof given === 'string' ? given.split('x').map(Number) : given,
  ),
  z.array(positiveInteger, { error: () => SHAPE }).check(z.minLength(1, SHAPE)),
);

/** Options that every model of the table takes; left out, a model is as its file has it. */
export const variantOptions = z.object({
  /** How many classes the last layer tells apart. */
  classes: z.optional(positiveInteger.check(z.minimum(2))),
  /** (height, width, channels) of a picture. */
  input: z.optional(inputShapeOption),
  /** Of every layer that has one, but the last. */
  activation: z.optional(innerActivationOption),
  /** Of every pooling layer. */
  pooling: z.optional(z.enum(['max', 'average', 'min'])),
});

export type Variants = z.output<typeof variantOptions>;

/** The model with what is said changed in it. */
export function varied(
  spec: ModelSpec,
  { classes, input, activation, pooling }: Variants,
): ModelSpec {
  const changes: readonly ((spec: ModelSpec) => ModelSpec)[] = [
    ...(activation === undefined ? [] : [(s: ModelSpec) => withActivation(s, activation)]),
    ...(pooling === undefined ? [] : [(s: ModelSpec) => withPooling(s, pooling)]),
    ...(input === undefined ? [] : [(s: ModelSpec) => withInput(s, input)]),
    ...(classes === undefined ? [] : [(s: ModelSpec) => withClasses(s, classes)]),
  ];
  return changes.reduce((changed, change) => change(changed), spec);
}

/** The layer that gives the answer a number per class; undefined where its numbers are of another kind. */
export function answeringLayer(spec: ModelSpec): string | undefined {
  return answering(spec)?.name;
}

/** The model for data of so many classes: itself where it answers for as many, or can answer for no others. */
export function forClasses(spec: ModelSpec, classes: number): ModelSpec {
  const answer = layerShapes(spec).at(-1)?.outputShape.at(-1);
  return answer === classes || answering(spec) === undefined ? spec : withClasses(spec, classes);
}

/** The model with a last layer for so many classes; throws where it has none that could be made so. */
export function withClasses(spec: ModelSpec, classes: number): ModelSpec {
  const last = answering(spec);
  if (last === undefined) {
    const layer = spec.layers.at(-1);
    throw new FoveaError({
      problem: `${spec.name} cannot be given ${classes} classes: its last layer is "${layer?.name}" (${layer?.kind})`,
      expected:
        'a dense or conv2d layer at the end, behind it only layers without numbers of their own',
    });
  }
  const width = last.kind === 'dense' ? { units: classes } : { filters: classes };
  return parseModelSpec({
    ...spec,
    layers: spec.layers.map((layer) =>
      layer.name === last.name ? { ...layer, options: { ...layer.options, ...width } } : layer,
    ),
  });
}

/** The last layer with numbers of its own, if its units are what the answer counts. */
function answering(spec: ModelSpec): LayerSpec | undefined {
  const placed = new Map(layerShapes(spec).map((layer) => [layer.spec.name, layer]));
  const [output, ...others] = outputsOf(spec);
  const isOne = output !== undefined && others.length === 0;
  let at: PlacedLayer | undefined = isOne ? placed.get(output.layer) : undefined;
  const classes = at?.outputShape.at(-1);
  while (at !== undefined && at.outputShape.at(-1) === classes) {
    const [input, ...more] = at.inputs;
    if (input === undefined || more.length > 0) return undefined;
    if (at.spec.kind === 'dense' || at.spec.kind === 'conv2d') return at.spec;
    if (at.parameters.length > 0) return undefined;
    at = placed.get(input);
  }
  return undefined;
}

/** The model on other pictures; throws, naming the layer, where they are too small. */
export function withInput(spec: ModelSpec, inputShape: Shape): ModelSpec {
  if (spec.inputs !== undefined || inputShape.length !== spec.inputShape.length) {
    throw new FoveaError({
      problem: `received an input of ${formatShape(inputShape)}${spec.inputs === undefined ? '' : ', which of several is not said'}`,
      expected: `as many extents as ${spec.name} has: ${formatShape(spec.inputShape)}`,
    });
  }
  return parseModelSpec({ ...spec, inputShape: [...inputShape] });
}

function withActivation(spec: ModelSpec, activation: string): ModelSpec {
  const last = answering(spec)?.name ?? spec.layers.at(-1)?.name;
  const end = spec.layers.findIndex(({ name }) => name === last);
  const change = ({ options, ...layer }: LayerSpec, i: number): LayerSpec =>
    i >= end || options.activation === undefined || options.activation === 'linear'
      ? { ...layer, options }
      : { ...layer, options: { ...options, activation } };
  return changedLayers(spec, change, 'activation');
}

function withPooling(spec: ModelSpec, pooling: keyof typeof POOLINGS): ModelSpec {
  const kinds: readonly string[] = Object.values(POOLINGS);
  const kind = POOLINGS[pooling];
  return changedLayers(
    spec,
    (layer) => {
      if (!kinds.includes(layer.kind)) return layer;
      const { countIncludePad: _, ...options } = layer.options;
      return { ...layer, kind, options };
    },
    'pooling',
  );
}

/** Throws where no layer is one that could be changed. */
function changedLayers(
  spec: ModelSpec,
  change: (layer: LayerSpec, i: number) => LayerSpec,
  what: string,
): ModelSpec {
  const layers = spec.layers.map(change);
  if (layers.every((layer, i) => layer === spec.layers[i])) {
    throw new FoveaError({
      problem: `${spec.name} has no layers whose ${what} could be another`,
      expected: `a model with ${what} layers, or no word for it`,
    });
  }
  return parseModelSpec({ ...spec, layers });
}
