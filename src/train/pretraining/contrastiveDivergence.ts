/**
 * @file One step of contrastive divergence, CD-1, for a convolutional restricted Boltzmann machine, as a graph.
 *
 *   up      P0 = P(h | v0) of the sums conv(v0, W) + b;  h0 drawn of it          (`maxPooledUnits.ts`)
 *   down    v1 = what the transposed convolution of h0 with W, plus c, says: its sigmoid, or as it is
 *   up      P1 = P(h | v1)
 *   W += rate (<v0 P0> - <v1 P1>)   b += rate (<P0> - <P1>)   c += rate (<v0> - <v1>)
 *
 * Visible units are 'binary' (numbers in 0..1 count as probabilities) or 'gaussian' of variance 1; hidden units are
 * binary, each map with one bias, all of one block of `pooling` x `pooling` at most one on. <> is the mean over
 * pictures and places. Only h0 is drawn; v1 and P1 are probabilities, as Hinton 2010 (section 3) advises. Where
 * `sparsity` is asked for, b is moved towards that mean activity, since a layer with more maps than channels can
 * otherwise copy its picture. Sources: Lee, Grosse, Ranganath, Ng 2009; Hinton 2002.
 * Before: `boltzmann.ts`, which runs it.
 */
import { at, last } from '../../base/lists.ts';
import { streamOf } from '../../base/random.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import {
  batchInput,
  constantNode,
  type Graph,
  inputNode,
  type Node,
  stateNode,
} from '../../graph/node.ts';
import { type Optimizer, updatesOf } from '../../nn/optimizers/optimizer.ts';
import { build } from '../../ops/index.ts';
import { type Conv2dAttrs, conv2dShape } from '../../ops/windows/conv2d.ts';
import { drawnUnits, probabilitiesOf } from './maxPooledUnits.ts';

export interface Machine {
  /** Of one picture, (H, W, C). */
  readonly inputShape: Shape;
  /** (KH, KW, C / groups, K) */
  readonly kernelShape: Shape;
  /** Of the way up. */
  readonly convolution: Conv2dAttrs;
  readonly visible: 'binary' | 'gaussian';
  /** Side of the blocks in which one unit is on at most; 1: units are on each for itself. */
  readonly pooling: number;
  /** Mean activity that the hidden biases are moved towards, and how strongly; absent: not at all. */
  readonly sparsity?: { readonly target: number; readonly weight: number } | undefined;
}

/** Names of the states. */
export const MACHINE_STATES = {
  kernel: 'rbm/kernel',
  bias: 'rbm/bias',
  visible: 'rbm/visibleBias',
};

/** (OH, OW, K) of the hidden units of one picture. */
export function hiddenShape({ inputShape, kernelShape, convolution }: Machine): Shape {
  return conv2dShape([1, ...inputShape], kernelShape, convolution).slice(1);
}

/** The step's nodes by what they are. */
export interface Divergence {
  readonly parameters: readonly Node[];
  /** Of -log P, as contrastive divergence takes it to be; in the order of the parameters. */
  readonly gradients: readonly Node[];
  readonly pictures: Node;
  readonly hidden: Node;
  readonly drawn: Node;
  readonly reconstruction: Node;
  /** Sums over pictures and places of v0 P0 and of v1 P1, in the kernel's shape. */
  readonly positive: Node;
  readonly negative: Node;
}

/** Input `x` (N, H, W, C) and, of the draws, `step` () i32. */
export function divergenceNodes(machine: Machine, batchSize: number, seed: number): Divergence {
  const { inputShape, kernelShape, convolution, pooling, sparsity } = machine;
  const v0 = batchInput('x', [batchSize, ...inputShape]);
  const W = stateNode(MACHINE_STATES.kernel, kernelShape);
  const b = stateNode(MACHINE_STATES.bias, [at(kernelShape, 3, 'axis')]);
  const c = stateNode(MACHINE_STATES.visible, [at(inputShape, 2, 'axis')]);
  const step = inputNode('step', [], 'i32');
  const random = (name: string, shape: Shape): Node =>
    build('randomUniform', [step], { shape, seed, stream: streamOf(`rbm/${name}`) }, name);
  const sumsOf = (v: Node): Node =>
    build('add', [build('conv2d', [v, W], { ...convolution }, 'up'), b], {}, 'sums');
  const sums0 = sumsOf(v0);
  const hidden = probabilitiesOf(sums0, pooling);
  const drawn = drawnUnits(sums0, hidden, pooling, random);
  const downAttrs = { ...convolution, inputShape: v0.shape };
  const down = build('add', [build('conv2dInputGradient', [drawn, W], downAttrs, 'down'), c]);
  const reconstruction =
    machine.visible === 'binary' ? build('sigmoid', [down], {}, 'reconstruction') : down;
  const again = probabilitiesOf(sumsOf(reconstruction), pooling);
  const products = (v: Node, h: Node): Node =>
    build('conv2dKernelGradient', [v, h], { ...convolution, kernelShape }, 'products');
  const [positive, negative] = [products(v0, hidden), products(reconstruction, again)];
  const places = sizeOf(hidden.shape) / lastOf(hidden);
  const difference = build('sub', [meanPerMap(again), meanPerMap(hidden)], {}, 'biasGradient');
  const tooActive = (target: number): Node =>
    build('sub', [meanPerMap(hidden), constantNode(target)], {}, 'tooActive');
  const biasGradient =
    sparsity === undefined
      ? difference
      : build('add', [difference, scaled(tooActive(sparsity.target), sparsity.weight)]);
  return {
    parameters: [W, b, c],
    gradients: [
      scaled(build('sub', [negative, positive]), 1 / places),
      biasGradient,
      build('sub', [meanPerMap(reconstruction), meanPerMap(v0)]),
    ],
    pictures: v0,
    hidden,
    drawn,
    reconstruction,
    positive,
    negative,
  };
}

/** Outputs `error` (), the mean square of v0 - v1, and `activity` (), the mean of P0. Updates all states. */
export function divergenceGraph(
  machine: Machine,
  optimizer: Optimizer,
  batchSize: number,
  seed: number,
): Graph {
  const nodes = divergenceNodes(machine, batchSize, seed);
  const { parameters, gradients, pictures, hidden, reconstruction } = nodes;
  const error = build('square', [build('sub', [pictures, reconstruction])]);
  return {
    outputs: { error: meanOfAll(error, 'error'), activity: meanOfAll(hidden, 'activity') },
    updates: updatesOf(optimizer, parameters, gradients),
  };
}

const lastOf = ({ shape }: Node): number => last(shape, 'axis');

const scaled = (x: Node, factor: number): Node => build('mul', [x, constantNode(factor)]);

const meanTo = (x: Node, shape: Shape, name: string): Node =>
  scaled(build('sumTo', [x], { shape }, name), sizeOf(shape) / sizeOf(x.shape));

/** Over pictures and places. */
const meanPerMap = (x: Node): Node => meanTo(x, [lastOf(x)], 'sumPerMap');

const meanOfAll = (x: Node, name: string): Node => meanTo(x, [], name);
