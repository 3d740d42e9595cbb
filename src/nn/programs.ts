/**
 * @file The programs of a model: training step, evaluation, inference, each one graph.
 *
 *   training     x, labels | targets, optimizer scalars, [step]  ->  loss, correct; updates of all states
 *   evaluation   x, labels | targets   ->  logits, probabilities, lossPerRow, penalty
 *   inference    x                     ->  probabilities
 *
 * Programs of one model name their states alike ("conv2d/kernel", "adam/m/conv2d/kernel"), so in one
 * scope of a session they share them. Before: `graph/node.ts`; `network.ts` expands the layers.
 * Next stop: `autodiff/backward.ts`, then `compile/pipeline.ts`.
 */
import { backward } from '../autodiff/backward.ts';
import { curvature } from '../autodiff/curvature.ts';
import { sizeOf } from '../base/shape.ts';
import {
  batchInput,
  constantNode,
  type Graph,
  inputNode,
  type Node,
  stateNode,
} from '../graph/node.ts';
import { build } from '../ops/index.ts';
import { initialValues } from './initializers.ts';
import { checkClassifierOutput, defaultLossOf, type LossName, lossOf } from './losses.ts';
import { correctByLabels, correctByTargets } from './metrics.ts';
import { expand, type Network, parametersOf } from './network.ts';
import { type Optimizer, preparationsOf, slotName, updatesOf } from './optimizers/optimizer.ts';
import type { ModelSpec } from './spec.ts';

export interface LossOptions {
  /** Default: 'sparseCategoricalCrossentropy', or 'map' for a model that answers with distances. */
  readonly loss?: LossName;
}

export interface TrainingOptions extends LossOptions {
  readonly optimizer: Optimizer;
  /** Of the random numbers of layers (dropout); default 0. */
  readonly seed?: number;
}

/**
 * One training step. Inputs: `x` (N, ...inputShape), preprocessed; `labels` (N) i32 or, for losses that
 * want them, `targets` (N, classes) f32; the optimizer's scalars; `step` () i32 where a layer draws
 * random numbers. Outputs: `loss` (), the mean over rows with the penalties added; `correct` (), right
 * rows of the batch.
 */
export function trainingGraph(spec: ModelSpec, options: TrainingOptions, batchSize: number): Graph {
  const { network, loss, correct } = lossOfBatch(spec, options, batchSize);
  const trained = network.parameters.filter((p) => p.trainable).map((p) => p.node);
  return {
    outputs: { loss, correct },
    updates: [
      ...updatesOf(options.optimizer, trained, backward(loss, trained)),
      ...network.updates,
    ],
  };
}

/**
 * What the optimizer measures before each pass (`Optimizer.preparation`). Inputs as in training, for the
 * number of patterns it asks for; updates its slots alone.
 */
export function preparationGraph(
  spec: ModelSpec,
  options: TrainingOptions,
  patterns: number,
): Graph {
  const { network, loss } = lossOfBatch(spec, options, patterns);
  const trained = network.parameters.filter((p) => p.trainable).map((p) => p.node);
  return {
    outputs: { loss },
    updates: preparationsOf(options.optimizer, trained, curvature(loss, trained)),
  };
}

/** Name of a parameter's gradient, an output of the gradient program and an input of the update program. */
export const gradientName = (parameter: string): string => `gradient/${parameter}`;

export interface GradientOptions extends LossOptions {
  /** Of the random numbers of layers (dropout); default 0. */
  readonly seed?: number;
  /** Where in a larger batch the rows begin: random layers draw for them what they would draw there. */
  readonly firstRow?: number;
}

/**
 * A training step without the optimizer; outputs `loss`, `correct`, `logits` and "gradient/PARAMETER" of each.
 * Moving statistics move. With `updateGraph` it does what `trainingGraph` does in one program.
 */
export function gradientGraph(spec: ModelSpec, options: GradientOptions, batchSize: number): Graph {
  const { network, loss, correct } = lossOfBatch(spec, options, batchSize);
  const trained = network.parameters.filter((p) => p.trainable).map((p) => p.node);
  const gradients = backward(loss, trained);
  return {
    outputs: {
      loss,
      correct,
      logits: network.logits,
      ...Object.fromEntries(trained.map((p, i) => [gradientName(p.name), gradients[i]])),
    },
    updates: network.updates,
  };
}

/** The optimizer alone. Inputs "gradient/PARAMETER" of each, and the optimizer's scalars. */
export function updateGraph(spec: ModelSpec, optimizer: Optimizer): Graph {
  const trained = parametersOf(spec).filter(({ trainable }) => trainable);
  const parameters = trained.map(({ name, shape }) => stateNode(name, shape));
  const gradients = trained.map(({ name, shape }) => inputNode(gradientName(name), shape));
  return { outputs: {}, updates: updatesOf(optimizer, parameters, gradients) };
}

/**
 * Outputs `logits` (N, classes), `probabilities` (N, classes), `lossPerRow` (N), and `penalty` (), what the loss of
 * training carries beside the mean over the rows.
 */
export function evaluationGraph(spec: ModelSpec, options: LossOptions, batchSize: number): Graph {
  const network = expand(spec, { batchSize, training: false });
  const loss = options.loss ?? defaultLossOf(spec);
  const { rows } = lossPerRow(network, loss);
  return {
    outputs: {
      logits: network.logits,
      probabilities: probabilitiesOf(network, loss),
      lossPerRow: rows,
      penalty: sumOf([constantNode(0, [], 'penalty'), ...penaltiesOf(network)], 'penalty'),
    },
    updates: [],
  };
}

/**
 * Output `probabilities`: the model's last layer, whatever it is. A model that answers with distances has
 * them in the output `distances`, and in `probabilities` what they say of the classes (rubbish aside).
 */
export function inferenceGraph(spec: ModelSpec, batchSize: number): Graph {
  const { output, logits, rubbish } = expand(spec, { batchSize, training: false });
  if (rubbish === undefined) return { outputs: { probabilities: output }, updates: [] };
  const probabilities = build('softmax', [logits], {}, 'probabilities');
  return { outputs: { probabilities, distances: output }, updates: [] };
}

/** One image's way through the network: outputs "stage/LAYER" of each layer, and `probabilities`. */
export function stagesGraph(spec: ModelSpec): Graph {
  const network = expand(spec, { batchSize: 1, training: false });
  const stages = [...network.layers].map(([name, node]) => [`stage/${name}`, node]);
  const probabilities = probabilitiesOf(network, defaultLossOf(spec));
  return { outputs: { ...Object.fromEntries(stages), probabilities }, updates: [] };
}

/** First values of every state of a training step, by name. */
export function initialStates(
  spec: ModelSpec,
  { optimizer, seed = 0 }: { readonly optimizer?: Optimizer; readonly seed?: number } = {},
): Map<string, Float32Array> {
  const parameters = parametersOf(spec);
  const states = new Map(
    parameters.map((p) => [p.name, initialValues(p.initializer, p.shape, seed, p.name, p.fans)]),
  );
  if (optimizer === undefined) return states;
  for (const p of parameters.filter(({ trainable }) => trainable)) {
    for (const slot of optimizer.slots) {
      states.set(slotName(optimizer, slot, p.name), new Float32Array(sizeOf(p.shape)));
    }
  }
  return states;
}

/** Names of the parameters in the order of layers, moving statistics included. */
export function parameterNames(spec: ModelSpec): string[] {
  return parametersOf(spec).map(({ name }) => name);
}

function lossOfBatch(
  spec: ModelSpec,
  options: GradientOptions,
  batchSize: number,
): { network: Network; loss: Node; correct: Node } {
  const { seed = 0, firstRow = 0 } = options;
  const network = expand(spec, { batchSize, training: true, seed, firstRow });
  const { rows, correct } = lossPerRow(network, options.loss ?? defaultLossOf(spec));
  const sum = build('sumTo', [rows], { shape: [] }, 'lossSum');
  const mean = build('mul', [sum, constantNode(1 / batchSize)], {}, 'meanLoss');
  const loss = sumOf([mean, ...penaltiesOf(network)], 'loss');
  return { network, loss, correct: correct() };
}

function lossPerRow(network: Network, name: LossName) {
  const { output, logits, rubbish } = network;
  checkClassifierOutput(output);
  const loss = lossOf(name);
  const truth =
    loss.truth === 'labels'
      ? batchInput('labels', [output.shape[0]], 'i32')
      : batchInput('targets', output.shape);
  const correct = () =>
    loss.truth === 'labels' ? correctByLabels(logits, truth) : correctByTargets(logits, truth);
  return { rows: loss.rows({ logits, output, rubbish }, truth), correct };
}

/** A model trained from logits without a softmax of its own, or from distances, answers in probabilities. */
function probabilitiesOf({ output, logits, rubbish }: Network, loss: LossName): Node {
  if (rubbish === undefined && (output !== logits || !lossOf(loss).readsLogits)) return output;
  return build('softmax', [logits], {}, 'probabilities');
}

/** l2 * sum(w^2) of each parameter that has a penalty. */
function penaltiesOf({ parameters }: Network): Node[] {
  return parameters.flatMap(({ node, l2 = 0 }) => {
    if (l2 === 0) return [];
    const squares = build('sumTo', [build('square', [node])], { shape: [] });
    return [build('mul', [squares, constantNode(l2)], {}, `${node.name}/penalty`)];
  });
}

function sumOf(terms: readonly Node[], name: string): Node {
  return terms.reduce((sum, term) => build('add', [sum, term], {}, name));
}
