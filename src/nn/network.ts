/**
 * @file Expands a spec to graph nodes: the forward pass of a batch, with a state per parameter.
 *
 * Next stop: `programs/programs.ts`, which adds loss, gradients and updates.
 */
import { unreachable } from '../base/errors.ts';
import { first, type NonEmpty, nonEmpty } from '../base/lists.ts';
import { streamOf } from '../base/random.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import { batchInput, inputNode, type Node, stateNode, type Update } from '../graph/node.ts';
import { build } from '../ops/index.ts';
import type { Parameter } from './layers/layer.ts';
import { rubbishDistanceOf } from './losses/answers.ts';
import type { AcrossRanks } from './rowShare.ts';
import { layerShapes, type PlacedLayer } from './shapes.ts';
import { inputsOf, type ModelSpec, nameIn, outputsOf } from './spec.ts';

export interface NetworkOptions {
  readonly batchSize: number;
  /** Dropout and batch statistics act in training alone. */
  readonly training: boolean;
  /** Of dropout's random numbers. */
  readonly seed?: number;
  /** Where in a larger batch the rows begin; default 0. */
  readonly firstRow?: number;
  /** Batch statistics are those of the larger batch, of which other ranks have the other rows. */
  readonly across?: AcrossRanks | undefined;
  /** The layers as one of two towers has them (`towers/towerLayers.ts`); default: those of the spec. */
  readonly tower?: readonly PlacedLayer[] | undefined;
}

/** A parameter of a network: its state's name, and what the layer says of it. */
export interface NamedParameter extends Omit<Parameter, 'name'> {
  /** "conv2d/kernel" */
  readonly name: string;
}

/** One output of a network. */
export interface Head {
  readonly name: string;
  readonly output: Node;
  /**
   * What ranks the classes, largest first: the output before its softmax, the output itself where there is
   * none, and distances with their sign turned.
   */
  readonly logits: Node;
  /** Where the output is distances: that of the rubbish class. */
  readonly rubbish: number | undefined;
}

export interface Network {
  /** By name: (N, ...shape of one image), preprocessed; "x", or "x/NAME" where the model has several. */
  readonly inputs: ReadonlyMap<string, Node>;
  /** The output node of each layer by name. */
  readonly layers: ReadonlyMap<string, Node>;
  readonly heads: NonEmpty<Head>;
  readonly parameters: readonly (NamedParameter & { readonly node: Node })[];
  /** Of states that a training step moves without a gradient (moving statistics). */
  readonly updates: readonly Update[];
  /** Whether it holds a part of the parameters, and another rank the rest. */
  readonly isTower: boolean;
}

/** Parameters of a spec in the order of its layers. */
export function parametersOf(spec: ModelSpec): NamedParameter[] {
  return layerShapes(spec).flatMap(namedParameters);
}

function namedParameters({ spec, parameters }: PlacedLayer): NamedParameter[] {
  return parameters.map((p) => ({
    ...p,
    name: `${spec.name}/${p.name}`,
    trainable: p.trainable && spec.trainable !== false,
  }));
}

export function expand(spec: ModelSpec, options: NetworkOptions): Network {
  const { batchSize, training, seed = 0, firstRow = 0, across, tower } = options;
  const placed = tower ?? layerShapes(spec);
  const parameters = placed
    .flatMap(namedParameters)
    .map((p) => ({ ...p, node: stateNode(p.name, p.shape) }));
  const states = new Map(parameters.map((p) => [p.name, p.node]));
  /** New values of states; a layer applied twice moves its moving statistics twice, one after the other. */
  const moved = new Map<string, Node>();
  const state = (name: string) => states.get(name) as Node;
  const step = lazy(() => inputNode('step', [], 'i32'));

  const inputs = new Map(
    inputsOf(spec).map(({ name, shape }) => [
      name,
      batchInput(nameIn('x', spec.inputs, name), [batchSize, ...shape]),
    ]),
  );
  const layers = new Map<string, Node>();
  for (const { spec: layerSpec, layer, inputs: reads } of placed) {
    const { name, options, shares = name } = layerSpec;
    // Statistics of a frozen layer stay; what draws random numbers and owns none is no less random.
    const isFrozen = layerSpec.trainable === false && layer.parameters !== undefined;
    const output = layer.call({
      build,
      name,
      options,
      training: training && !isFrozen,
      across,
      inputs: nonEmpty(
        reads.map((from) => layers.get(from) ?? inputs.get(from) ?? unreachable(`no "${from}"`)),
        'inputs',
      ),
      parameter: (own) => moved.get(`${shares}/${own}`) ?? state(`${shares}/${own}`),
      update: (own, value) => moved.set(`${shares}/${own}`, value),
      random: (shape: Shape) =>
        build(
          'randomUniform',
          [step()],
          {
            shape,
            seed,
            stream: streamOf(name),
            ...(firstRow === 0 ? {} : { first: firstRow * (sizeOf(shape) / batchSize) }),
          },
          `${name}/random`,
        ),
    });
    layers.set(name, output);
  }
  const updates = [...moved].map(([name, value]) => ({ state: state(name), value }));
  const heads = headsOf(spec, layers);
  return { inputs, layers, heads, parameters, updates, isTower: tower !== undefined };
}

function headsOf(spec: ModelSpec, layers: ReadonlyMap<string, Node>): NonEmpty<Head> {
  const heads = outputsOf(spec).map(({ name, layer }) => {
    const output = layers.get(layer) ?? unreachable(`no layer "${layer}"`);
    const rubbish = rubbishDistanceOf(spec, layer);
    const logits = rubbish === undefined ? scoresOf(output) : nearnessOf(output);
    return { name, output, logits, rubbish };
  });
  return nonEmpty(heads, 'outputs');
}

const scoresOf = (output: Node): Node =>
  output.op === 'softmax' ? first(output.inputs, 'input') : output;

const nearnessOf = (distances: Node): Node => build('neg', [distances], {}, 'nearness');

function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
