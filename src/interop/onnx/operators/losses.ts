/**
 * @file Losses that files carry along: the logarithm of the right class's probability, with weights and without.
 *
 * The right class is found by comparing it with all of them, so that it may be known only while the model runs.
 */
import { constantNode, type Node } from '../../../graph/node.ts';
import * as e from '../../../ops/expression.ts';
import { build } from '../../../ops/index.ts';
import { maxOver, sumOver } from '../../../ops/reductions.ts';
import type { Call } from '../call.ts';
import {
  alongChannels,
  computed,
  counting,
  given,
  type Operator,
  type Operators,
  reshaped,
} from './operator.ts';

const [x, y, z] = e.inputs;
const CLASSES = { axes: [1] };

/** Of logarithms of probabilities (N, C, ...) and the right classes (N, ...). */
function likelihoodLoss(call: Call, logs: Node): Node {
  const target = call.node(1);
  const [N = 1, C = 1, ...rest] = logs.shape;
  const ignored = call.int('ignore_index');
  const places = alongChannels(call, counting(call, C), logs.shape.length);
  const right = reshaped(call, target, [N, 1, ...rest]);
  const counts = ignored === undefined ? 1 : e.sub(1, e.equal(x, ignored));
  const isRight = e.mul(e.equal(x, y), counts);
  const given = call.optional(2)?.node;
  const weights =
    given === undefined ? constantNode(1) : alongChannels(call, given, logs.shape.length);
  const share = computed(call, e.mul(isRight, z), right, places, weights);
  const losses = sumOver(build, computed(call, e.neg(e.mul(x, y)), logs, share), CLASSES);
  const reduction = call.choice('reduction', ['mean', 'sum', 'none'], 'mean');
  if (reduction === 'none') return losses;
  const all = { axes: [...losses.shape.keys()] };
  const sum = sumOver(build, losses, all);
  if (reduction === 'sum') return sum;
  const weight = sumOver(build, share, { axes: [...share.shape.keys()] });
  return call.build('div', [sum, weight]);
}

const softmaxLoss: Operator = (call) => {
  const { type, node: scores } = call.input(0);
  const kept = { ...CLASSES, keepDims: true };
  const shifted = call.build('sub', [scores, maxOver(build, scores, kept)]);
  const sum = sumOver(build, call.build('exp', [shifted]), kept);
  const logs = computed(call, e.sub(x, e.log(y)), shifted, sum);
  return [
    { type, node: likelihoodLoss(call, logs) },
    { type, node: logs },
  ];
};

export const losses: Operators = {
  NegativeLogLikelihoodLoss: given((call) => likelihoodLoss(call, call.node(0))),
  SoftmaxCrossEntropyLoss: softmaxLoss,
};
