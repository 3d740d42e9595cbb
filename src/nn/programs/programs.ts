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
import { backward } from '../../autodiff/backward.ts';
import { curvature } from '../../autodiff/curvature.ts';
import { unknownName } from '../../base/errors.ts';
import { at } from '../../base/lists.ts';
import { sizeOf } from '../../base/shape.ts';
import { constantNode, type Graph, inputNode, type Node, stateNode } from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import { initialValues } from '../initializers.ts';
import { metricKey } from '../losses/chosenMetrics.ts';
import { defaultLossOf, type Loss, lossOf } from '../losses/losses.ts';
import { type MeasureOptions, weightedSum } from '../losses/objectives.ts';
import { expand, type Head, parametersOf } from '../network.ts';
import { type Optimizer, preparationsOf, slotName, updatesOf } from '../optimizers/optimizer.ts';
import { float32, type StepPrecision } from '../precision/precision.ts';
import { hasSeveral, type ModelSpec, nameIn } from '../spec.ts';
import {
  type GradientOptions,
  lossOfBatch,
  measure,
  penaltiesOf,
  type RowOptions,
  sumOf,
  type TowerOptions,
} from './loss.ts';

export interface TrainingOptions extends MeasureOptions, RowOptions, TowerOptions {
  readonly optimizer: Optimizer;
  /** Default: float32. */
  readonly precision?: StepPrecision | undefined;
  /** Of the random numbers of layers (dropout); default 0. */
  readonly seed?: number;
}

/**
 * One training step. Inputs: `x` (N, ...inputShape), preprocessed; `labels` (N) i32 or, for losses that
 * want them, `targets` (N, classes) f32; the optimizer's scalars; `step` () i32 where a layer draws
 * random numbers. Outputs: `loss` (), the mean over rows with the penalties added; `correct` (), right
 * rows of the batch, or, where values are compared, `absoluteError` (), the sum over rows of a row's mean; and the
 * sum over rows of each metric that was asked for, `metric.NAME` ().
 *
 * Several inputs and outputs: `x/NAME`, `labels/NAME` or `targets/NAME`; `loss` is the weighted sum, and
 * `loss/NAME` and `correct/NAME` or `absoluteError/NAME` are each output's own. A precision may add outputs of its own.
 */
export function trainingGraph(spec: ModelSpec, options: TrainingOptions, batchSize: number): Graph {
  const { network, loss, measures } = lossOfBatch(spec, options, batchSize);
  const { optimizer, precision = float32 } = options;
  const trained = network.parameters.filter((p) => p.trainable).map((p) => p.node);
  const gradients = backward(precision.scaled(loss), trained);
  const step = precision.guarded(gradients, (found) => ({
    outputs: { loss, ...measures() },
    updates: [...updatesOf(optimizer, trained, found), ...network.updates],
  }));
  return precision.rounded(step);
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

/**
 * A training step without the optimizer; outputs `loss`, `correct`, `logits` and "gradient/PARAMETER" of each.
 * Moving statistics move. With `updateGraph` it does what `trainingGraph` does in one program.
 */
export function gradientGraph(spec: ModelSpec, options: GradientOptions, batchSize: number): Graph {
  const { network, loss, measures } = lossOfBatch(spec, options, batchSize);
  const trained = network.parameters.filter((p) => p.trainable).map((p) => p.node);
  const gradients = backward(loss, trained);
  const logits = network.heads.map((head) => [
    nameIn('logits', spec.outputs, head.name),
    head.logits,
  ]);
  return {
    outputs: {
      loss,
      ...measures(),
      ...Object.fromEntries(logits),
      ...Object.fromEntries(
        trained.map((p, i) => [gradientName(p.name), at(gradients, i, 'gradient')]),
      ),
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

export interface EvaluationGraphOptions extends MeasureOptions, TowerOptions {
  /** Default: float32. */
  readonly precision?: StepPrecision | undefined;
}

/**
 * `penalty` (), what the loss of training carries beside the mean over the rows, and of a classifier: `logits` (N,
 * classes), `probabilities` (N, classes), `lossPerRow` (N). Where
 * values are compared or there are several outputs: `lossPerRow` (N), weighted; `output`, and `correctPerRow` or
 * `absoluteErrorPerRow` (N); of several `output/NAME` and so on, and their own `lossPerRow/NAME`. Of each metric that
 * was asked for, `metric.NAMEPerRow` (N), of several outputs `metric.NAMEPerRow/OUTPUT`.
 */
export function evaluationGraph(
  spec: ModelSpec,
  options: EvaluationGraphOptions,
  batchSize: number,
): Graph {
  const { precision = float32 } = options;
  return precision.rounded(measuredForward(spec, options, batchSize));
}

function measuredForward(
  spec: ModelSpec,
  options: EvaluationGraphOptions,
  batchSize: number,
): Graph {
  const network = expand(spec, { batchSize, training: false, tower: options.tower });
  const measured = measure(spec, network, options);
  const penalty = sumOf([constantNode(0, [], 'penalty'), ...penaltiesOf(network)], 'penalty');
  const [first] = measured;
  if (!hasSeveral(spec.outputs) && first.metric === 'correct') {
    const { loss } = first.objective;
    const probabilities = probabilitiesOf(first.head, loss);
    const { logits } = first.head;
    const asked = first.metrics.map((m) => [`${metricKey(m.name)}PerRow`, m.rows()]);
    const outputs = { logits, probabilities, lossPerRow: first.rows, penalty };
    return { outputs: { ...outputs, ...Object.fromEntries(asked) }, updates: [] };
  }
  const outputs: Record<string, Node> = {};
  measured.forEach(({ head, rows, metric, metricRows, metrics, objective: { loss } }) => {
    const own = (what: string): string => nameIn(what, spec.outputs, head.name);
    outputs[own('output')] = probabilitiesOf(head, loss);
    outputs[own('lossPerRow')] = rows;
    outputs[own(`${metric}PerRow`)] = metricRows();
    for (const m of metrics) outputs[own(`${metricKey(m.name)}PerRow`)] = m.rows();
  });
  const all = measured.map(({ rows }) => rows);
  return { outputs: { ...outputs, lossPerRow: weightedSum(all, measured), penalty }, updates: [] };
}

/**
 * Output `probabilities`: the model's last layer, whatever it is; of several outputs, `output/NAME` of each. A
 * model that answers with distances has them in the output `distances`, and in `probabilities` what they say
 * of the classes (rubbish aside).
 */
export function inferenceGraph(spec: ModelSpec, batchSize: number): Graph {
  const { heads } = expand(spec, { batchSize, training: false });
  if (hasSeveral(spec.outputs)) {
    const outputs = heads.map(({ name, output }) => [`output/${name}`, output]);
    return { outputs: Object.fromEntries(outputs), updates: [] };
  }
  const [{ output, logits, rubbish }] = heads;
  if (rubbish === undefined) return { outputs: { probabilities: output }, updates: [] };
  const probabilities = build('softmax', [logits], {}, 'probabilities');
  return { outputs: { probabilities, distances: output }, updates: [] };
}

/**
 * The way of images through the network: outputs "stage/LAYER" (N, ...) of each layer, or of those named, and
 * `probabilities` of a model of one output.
 */
export function stagesGraph(
  spec: ModelSpec,
  batchSize = 1,
  layers: readonly string[] = spec.layers.map(({ name }) => name),
): Graph {
  const network = expand(spec, { batchSize, training: false });
  const stages = layers.map((name) => {
    const node = network.layers.get(name);
    if (node === undefined) throw unknownName('layer', name, [...network.layers.keys()]);
    return [`stage/${name}`, node];
  });
  const outputs: Record<string, Node> = Object.fromEntries(stages);
  if (!hasSeveral(spec.outputs)) {
    outputs.probabilities = probabilitiesOf(network.heads[0], lossOf(defaultLossOf(spec)));
  }
  return { outputs, updates: [] };
}

type StateOptions = Pick<TrainingOptions, 'optimizer' | 'seed' | 'precision'>;

/** First values of every state of a training step, by name. */
export function initialStates(
  spec: ModelSpec,
  { optimizer, seed = 0, precision = float32 }: Partial<StateOptions> = {},
): Map<string, Float32Array> {
  const parameters = parametersOf(spec);
  const states = new Map(
    parameters.map((p) => [p.name, initialValues(p.initializer, p.shape, seed, p.name, p.fans)]),
  );
  for (const [name, value] of precision.states) states.set(name, Float32Array.of(value));
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

/** A model trained from logits without a softmax of its own, or from distances, answers in probabilities. */
function probabilitiesOf({ output, logits, rubbish }: Head, { readsLogits }: Loss): Node {
  if (rubbish === undefined && (output !== logits || !readsLogits || output.shape.length !== 2)) {
    return output;
  }
  return build('softmax', [logits], {}, 'probabilities');
}
