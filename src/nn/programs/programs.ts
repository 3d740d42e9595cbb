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
import { unknownName, unreachable } from '../../base/errors.ts';
import { at, type NonEmpty, nonEmpty } from '../../base/lists.ts';
import { sizeOf } from '../../base/shape.ts';
import {
  batchInput,
  constantNode,
  type Graph,
  inputNode,
  type Node,
  stateNode,
} from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import { initialValues } from '../initializers.ts';
import { metricKey } from '../losses/chosenMetrics.ts';
import { defaultLossOf, type Loss, lossOf } from '../losses/losses.ts';
import {
  type Measured,
  type MeasureOptions,
  measureHead,
  objectivesOf,
  weightedSum,
} from '../losses/objectives.ts';
import { expand, type Head, type Network, parametersOf } from '../network.ts';
import { type Optimizer, preparationsOf, slotName, updatesOf } from '../optimizers/optimizer.ts';
import type { RowShare } from '../rowShare.ts';
import { hasSeveral, type ModelSpec, nameIn } from '../spec.ts';

/** What a training step does to its rows. */
export interface RowOptions {
  /** Share of each target that is spread evenly over the classes, where targets are asked for; default 0. */
  readonly labelSmoothing?: number | undefined;
  /** Whether each row's loss is multiplied by the input `rowWeights` (N); default false. */
  readonly weighted?: boolean | undefined;
}

export interface TrainingOptions extends MeasureOptions, RowOptions {
  readonly optimizer: Optimizer;
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
 * `loss/NAME` and `correct/NAME` or `absoluteError/NAME` are each output's own.
 */
export function trainingGraph(spec: ModelSpec, options: TrainingOptions, batchSize: number): Graph {
  const { network, loss, measures } = lossOfBatch(spec, options, batchSize);
  const trained = network.parameters.filter((p) => p.trainable).map((p) => p.node);
  return {
    outputs: { loss, ...measures() },
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

/** Name of the input (N) by which a step weighs its rows. */
export const ROW_WEIGHTS = 'rowWeights';

/** Name of a parameter's gradient, an output of the gradient program and an input of the update program. */
export const gradientName = (parameter: string): string => `gradient/${parameter}`;

export interface GradientOptions extends MeasureOptions, RowOptions {
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

/**
 * `penalty` (), what the loss of training carries beside the mean over the rows, and of a classifier: `logits` (N,
 * classes), `probabilities` (N, classes), `lossPerRow` (N). Where
 * values are compared or there are several outputs: `lossPerRow` (N), weighted; `output`, and `correctPerRow` or
 * `absoluteErrorPerRow` (N); of several `output/NAME` and so on, and their own `lossPerRow/NAME`. Of each metric that
 * was asked for, `metric.NAMEPerRow` (N), of several outputs `metric.NAMEPerRow/OUTPUT`.
 */
export function evaluationGraph(
  spec: ModelSpec,
  options: MeasureOptions,
  batchSize: number,
): Graph {
  const network = expand(spec, { batchSize, training: false });
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

interface LossOptions extends GradientOptions {
  /** Of which larger batch the rows are a part: the loss is their part of its mean. */
  readonly share?: RowShare | undefined;
  /** Whether batch statistics are those of the larger batch. */
  readonly synchronized?: boolean | undefined;
}

/** What a step lowers, for `trainingGraph` and its kin. */
export function lossOfBatch(spec: ModelSpec, options: LossOptions, batchSize: number) {
  const { seed = 0, share, synchronized = false } = options;
  const { firstRow = share?.first ?? 0 } = options;
  // Rows that are there to have a program at all count for nothing.
  const counts = share?.count === 0 ? 0 : 1;
  const across = synchronized && share !== undefined ? { ...share, counts } : undefined;
  const network = expand(spec, { batchSize, training: true, seed, firstRow, across });
  const measured = measure(spec, network, options);
  const weights = options.weighted === true ? batchInput(ROW_WEIGHTS, [batchSize]) : undefined;
  const means = measured.map(({ rows }) => {
    const weighed = weights === undefined ? rows : build('mul', [rows, weights], {}, 'weighedLoss');
    const sum = build('sumTo', [weighed], { shape: [] }, 'lossSum');
    return build('mul', [sum, constantNode(counts / (share?.of ?? batchSize))], {}, 'meanLoss');
  });
  const measures = (): Record<string, Node> => {
    const found: Record<string, Node> = {};
    measured.forEach(({ metric, metricRows, metrics, objective: { output } }, i) => {
      if (hasSeveral(spec.outputs)) found[`loss/${output}`] = at(means, i, 'mean');
      const asked = metrics.map((m) => ({ name: metricKey(m.name), rows: m.rows }));
      for (const { name: what, rows } of [{ name: metric, rows: metricRows }, ...asked]) {
        const name = nameIn(what, spec.outputs, output);
        const sum = build('sumTo', [rows()], { shape: [] }, name);
        found[name] = counts === 1 ? sum : build('mul', [sum, constantNode(0)], {}, name);
      }
    });
    return found;
  };
  const part = share === undefined ? 1 : share.count / share.of;
  const penalties = penaltiesOf(network).map((penalty) =>
    part === 1 ? penalty : build('mul', [penalty, constantNode(part)], {}, penalty.name),
  );
  const loss = sumOf([weightedSum(means, measured), ...penalties], 'loss');
  return { network, loss, measures };
}

function measure(
  spec: ModelSpec,
  network: Network,
  options: MeasureOptions & RowOptions,
): NonEmpty<Measured> {
  const objectives = objectivesOf(spec, options);
  const measured = network.heads.map((head) => {
    const objective = objectives.get(head.name) ?? unreachable(`no loss of "${head.name}"`);
    return measureHead(spec, network, head, objective, options);
  });
  return nonEmpty(measured, 'outputs');
}

/** A model trained from logits without a softmax of its own, or from distances, answers in probabilities. */
function probabilitiesOf({ output, logits, rubbish }: Head, { readsLogits }: Loss): Node {
  if (rubbish === undefined && (output !== logits || !readsLogits || output.shape.length !== 2)) {
    return output;
  }
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
