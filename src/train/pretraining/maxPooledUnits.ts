/**
 * @file Probabilistic max-pooling: of the hidden units of a block one is on at most (Lee et al. 2009, section 3.3).
 *
 *   P(unit i) = e^a[i] / (1 + sum over the block of e^a[j])       none is on: 1 / (1 + ...)
 *
 * with a the sums that reach the units, (N, H, W, K); blocks are `side` x `side` pixels of one map and do not overlap.
 * With side 1 each unit is alone: P = sigmoid(a). A draw is a race: a unit finishes after -log(u) / e^a, "none" after
 * -log(u) / 1, and the first is on, which happens with just these probabilities. Units whose random numbers of 24
 * bits and weights are both alike tie, and are both on. Before: `contrastiveDivergence.ts`.
 */
import { constantNode, type Node } from '../../graph/node.ts';
import * as e from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';

/** Of each unit, (N, H, W, K). */
export function probabilitiesOf(sums: Node, side: number): Node {
  if (side === 1) return build('sigmoid', [sums], {}, 'hidden');
  const { weights, none } = weightsOf(sums, side);
  const pool = { ...blocks(side), countIncludePad: false };
  const mean = build('averagePool2d', [weights], pool, 'blockMean');
  const total = compute(
    'blockTotal',
    [mean, none],
    e.add(e.mul(side * side, e.input(0)), e.input(1)),
  );
  return build('div', [weights, repeated(total, side)], {}, 'hidden');
}

/** 0 or 1 for each unit; `random` gives uniform numbers in [0, 1) of a shape, anew for each name. */
export function drawnUnits(
  sums: Node,
  probabilities: Node,
  side: number,
  random: (name: string, shape: Node['shape']) => Node,
): Node {
  const chance = random('units', sums.shape);
  const [a, b] = e.inputs;
  if (side === 1) {
    return compute('drawn', [probabilities, chance], e.select(e.greater(a, b), 1, 0));
  }
  const { weights, none } = weightsOf(sums, side);
  const finish = e.div(e.neg(e.log(b)), a);
  const times = compute('times', [weights, chance], finish);
  const first = build('minPool2d', [times], blocks(side), 'first');
  const nobody = compute('nobody', [none, random('none', none.shape)], finish);
  const winner = e.select(e.greater(b, a), a, -1);
  const winning = compute('winning', [first, nobody], winner);
  const isFirst = e.select(e.equal(a, b), 1, 0);
  return compute('drawn', [times, repeated(winning, side)], isFirst);
}

/** e^(a - m) of the units and e^-m of "none", m = max(0, the block's largest): nothing overflows. */
function weightsOf(sums: Node, side: number): { readonly weights: Node; readonly none: Node } {
  const most = build('maxPool2d', [sums], blocks(side), 'blockMost');
  const shift = build('maximum', [most, constantNode(0)], {}, 'shift');
  const [a, m] = e.inputs;
  return {
    weights: compute('weights', [sums, repeated(shift, side)], e.exp(e.sub(a, m))),
    none: compute('none', [shift], e.exp(e.neg(a))),
  };
}

const blocks = (side: number) => ({
  window: [side, side],
  strides: [side, side],
  pads: [
    [0, 0],
    [0, 0],
  ],
});

const repeated = (perBlock: Node, side: number): Node =>
  build('upsample2d', [perBlock], { factors: [side, side] }, 'repeated');

function compute(label: string, inputs: readonly Node[], expression: e.Expression): Node {
  return build('elementwise', inputs, { expression, label }, label);
}
