/**
 * @file What each output of a model is trained to come near to, and by which loss.
 *
 *   'classes'     the right class of each row: class numbers, or one-hot rows, as the loss wants
 *   'values'      numbers of the output's own shape
 *   an input      the input of that name, as the network reads it: reconstruction
 *
 * A classifier is measured by its right answers, values by their mean absolute error. Previous stop:
 * `losses.ts`. Next stop: `nn/programs/programs.ts`.
 */
import * as z from 'zod/mini';
import { FoveaError, unknownName } from '../../base/errors.ts';
import { at } from '../../base/lists.ts';
import { formatShape, sameShape, twoAxes } from '../../base/shape.ts';
import { batchInput, constantNode, type Node } from '../../graph/node.ts';
import * as e from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';
import type { Head, Network } from '../network.ts';
import { parseOptions } from '../options.ts';
import { layerShapes } from '../shapes.ts';
import { inputsOf, type ModelSpec, nameIn, type OutputSpec, outputsOf } from '../spec.ts';
import { chosenMetrics, type MetricChoice, suits } from './chosenMetrics.ts';
import {
  checkClassifierOutput,
  defaultLossOf,
  type Loss,
  type LossFunction,
  lossNames,
  lossOf,
} from './losses.ts';
import { hitsByLabels, hitsByTargets, meanAbsoluteErrors } from './metrics.ts';

const settings = z.object({
  loss: z.union([z.enum(lossNames), z.custom<LossFunction>((f) => typeof f === 'function')]),
  /** In the sum over several outputs. */
  weight: z._default(z.number().check(z.nonnegative()), 1),
  /** 'classes', 'values' or the name of an input; default: what the data are, or the output's shape says. */
  target: z.optional(z.string()),
  /** Of huber: the error from which on it grows by its distance, no longer by its square. */
  delta: z._default(z.number().check(z.positive()), 1),
});

export type LossSettings = z.input<typeof settings>;
/** A loss by its name, a function, or either with settings: `{ loss: 'huber', delta: 0.5 }`. */
export type LossChoice = LossSettings['loss'] | LossSettings;

export interface LossOptions {
  /** Default: 'sparseCategoricalCrossentropy', or 'map' for a model that answers with distances. */
  readonly loss?: LossChoice | undefined;
  /** Of each output by name, where a model has several. */
  readonly losses?: Readonly<Record<string, LossChoice>> | undefined;
}

/** What is lowered, and what is measured beside it. */
export interface MeasureOptions extends LossOptions {
  /** Beside the loss and the accuracy or mean absolute error: names, or functions of one's own. */
  readonly metrics?: readonly MetricChoice[] | undefined;
}

/** The loss of one output, all said. */
export interface Objective extends Omit<z.output<typeof settings>, 'loss' | 'target'> {
  /** Name of the output. */
  readonly output: string;
  readonly loss: Loss;
  readonly target: string;
}

/** Every output's loss with all its settings, by the name of the output: what `losses` may say. */
export type ChosenLosses = Readonly<Record<string, ChosenLoss>>;

export interface ChosenLoss extends z.output<typeof settings> {
  readonly target: string;
}

/** Every output's, by its name. */
export function objectivesOf(
  spec: ModelSpec,
  options: LossOptions,
): ReadonlyMap<string, Objective> {
  const chosen = Object.entries(chosenLosses(spec, options));
  return new Map(
    chosen.map(([output, { loss, ...rest }]) => [output, { ...rest, output, loss: lossOf(loss) }]),
  );
}

/** `given` says what the data are, where they are known: 'classes' or 'values'. */
export function chosenLosses(
  spec: ModelSpec,
  { loss, losses }: LossOptions,
  given: Readonly<Record<string, 'classes' | 'values'>> = {},
): ChosenLosses {
  const outputs = outputsOf(spec);
  if (losses !== undefined) checkLosses(losses, loss, outputs);
  const shapes = new Map(layerShapes(spec).map((p) => [p.spec.name, p.outputShape]));
  const chosenOf = ({ name, layer }: OutputSpec): [string, ChosenLoss] => {
    const choice = losses?.[name] ?? loss ?? defaultLossOf(spec, layer);
    const where = `loss of output "${name}"`;
    const chosen = parseOptions(
      settings,
      typeof choice === 'object' ? choice : { loss: choice },
      where,
    );
    const found = lossOf(chosen.loss);
    const isRow = found.ofClasses || shapes.get(layer)?.length === 1;
    const target = chosen.target ?? given[name] ?? (isRow ? 'classes' : 'values');
    if (found.ofClasses && target !== 'classes')
      throw needsClasses(String(chosen.loss), target, where);
    checkTarget(spec, target, where);
    return [name, { ...chosen, target }];
  };
  return Object.fromEntries(outputs.map(chosenOf));
}

function checkLosses(
  losses: object,
  loss: unknown,
  outputs: readonly { readonly name: string }[],
): void {
  const names = outputs.map(({ name }) => name);
  const stranger = Object.keys(losses).find((name) => !names.includes(name));
  if (stranger !== undefined) throw unknownName('output', stranger, names);
  const missing = names.filter((name) => !Object.hasOwn(losses, name));
  if (missing.length === 0 && loss === undefined) return;
  throw new FoveaError({
    where: 'losses',
    problem: loss === undefined ? `none for ${missing.join(', ')}` : 'received loss and losses',
    expected: loss === undefined ? `a loss for each of ${names.join(', ')}` : 'one of the two',
  });
}

function needsClasses(loss: string, target: string, where: string): FoveaError {
  return new FoveaError({
    where,
    problem: `${loss} compares classes; the output is compared with ${target}`,
    expected: 'class numbers',
    fix: 'use meanSquaredError, meanAbsoluteError, huber or binaryCrossentropy',
  });
}

function checkTarget(spec: ModelSpec, target: string, where: string): void {
  const known = ['classes', 'values', ...inputsOf(spec).map(({ name }) => name)];
  if (known.includes(target)) return;
  throw new FoveaError({ ...unknownName('target', target, known).parts, where });
}

/** An objective in a graph. */
export interface Measured {
  readonly head: Head;
  readonly objective: Objective;
  /** (N), the loss of each row; weights left out. */
  readonly rows: Node;
  /** How programs call the metric, summed over rows: right answers, or mean absolute errors. */
  readonly metric: 'correct' | 'absoluteError';
  /** Makes it: (N). */
  metricRows(): Node;
  /** What was asked for beside it and suits this output. */
  readonly metrics: readonly { readonly name: string; rows(): Node }[];
}

export function measureHead(
  spec: ModelSpec,
  network: Network,
  head: Head,
  objective: Objective,
  {
    labelSmoothing = 0,
    metrics: choices,
  }: MeasureOptions & { readonly labelSmoothing?: number | undefined },
): Measured {
  const { output, logits } = head;
  const { loss, target } = objective;
  const classes = target === 'classes' ? output.shape[1] : undefined;
  const asked = chosenMetrics(choices).filter((metric) => suits(metric, { classes }));
  if (target !== 'classes') {
    const truth = numbersFor(spec, network, head, target);
    const rows = loss.rows(head, truth, objective);
    return {
      head,
      objective,
      rows,
      metric: 'absoluteError',
      metricRows: () => meanAbsoluteErrors(output, truth),
      metrics: asked.flatMap((metric) =>
        'k' in metric ? [] : [{ name: metric.name, rows: () => metric.rows(output, truth) }],
      ),
    };
  }
  checkClassifierOutput(output);
  const isLabels = loss.truth === 'labels';
  const name = nameIn(loss.truth, spec.outputs, head.name);
  const truth = isLabels
    ? batchInput(name, output.shape.slice(0, 1), 'i32')
    : batchInput(name, output.shape);
  const hits = (k: number) =>
    isLabels ? hitsByLabels(logits, truth, k) : hitsByTargets(logits, truth, k);
  const targets = isLabels
    ? batchInput(nameIn('targets', spec.outputs, head.name), output.shape)
    : truth;
  const soft = labelSmoothing === 0 ? truth : smoothed(truth, labelSmoothing);
  return {
    head,
    objective,
    rows: loss.rows(head, soft, objective),
    metric: 'correct',
    metricRows: () => hits(1),
    metrics: asked.map((metric) => ({
      name: metric.name,
      rows: () => ('k' in metric ? hits(metric.k) : metric.rows(output, targets)),
    })),
  };
}

/** (1 - s) target + s / classes: (N, classes) of targets. */
function smoothed(targets: Node, s: number): Node {
  if (targets.dtype === 'i32') {
    throw new FoveaError({
      where: 'labelSmoothing',
      problem: 'the loss takes class numbers',
      expected: 'categoricalCrossentropy, which takes shares of classes',
    });
  }
  const [, classes] = twoAxes(targets.shape);
  const expression = e.add(e.mul(1 - s, e.input(0)), s / classes);
  return build('elementwise', [targets], { expression, label: 'smoothed' }, 'smoothedTargets');
}

/** Values that enter beside the inputs, or the input that is to be reconstructed. */
function numbersFor(
  spec: ModelSpec,
  network: Network,
  { name, output }: Head,
  target: string,
): Node {
  const x = network.inputs.get(target);
  if (target === 'values' || x === undefined) {
    return batchInput(nameIn('targets', spec.outputs, name), output.shape);
  }
  if (sameShape(x.shape, output.shape)) return x;
  throw new FoveaError({
    problem: `output "${name}" gives ${formatShape(output.shape.slice(1))}, input "${target}" is ${formatShape(x.shape.slice(1))}`,
    expected: 'a reconstruction of the shape of its input',
  });
}

/** The mean over rows of every objective, times its weight: (). */
export function weightedSum(means: readonly Node[], measured: readonly Measured[]): Node {
  return measured
    .map(({ objective: { weight } }, i) => {
      const mean = at(means, i, 'mean');
      return weight === 1 ? mean : build('mul', [mean, constantNode(weight)], {}, 'weightedLoss');
    })
    .reduce((sum, part) => build('add', [sum, part], {}, 'loss'));
}
