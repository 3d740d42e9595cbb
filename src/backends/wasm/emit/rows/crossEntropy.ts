/**
 * @file Cross-entropy of rows of logits, with labels or with target distributions, and the gradients.
 *
 * Previous stop: `ops/scores/crossEntropy.ts`, which has the formulas. What rows share is in `rows.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import {
  categoricalCrossEntropy,
  categoricalCrossEntropyGradient,
  logitGradient,
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
  surprise,
  type Terms,
} from '../../../../ops/scores/crossEntropy.ts';
import type { Value } from '../../assembler/function.ts';
import { f32, f32x4, i32 } from '../../assembler/lanes.ts';
import { log } from '../language/math.ts';
import {
  defineRows,
  exponential,
  exponentialSum,
  forVectors,
  type RowContext,
  reduceLanes,
  storeLanes,
} from './rows.ts';

const SCALARS: Terms<Value<'f32'>> = {
  sub: (a, b) => f32.op('sub', a, b),
  mul: (a, b) => f32.op('mul', a, b),
};
const LANES: Terms<Value<'f32x4'>> = {
  sub: (a, b) => f32x4.sub(a, b),
  mul: (a, b) => f32x4.mul(a, b),
};

/** The surprise at the label's class. */
export const softmaxCrossEntropyKernel = defineRows(softmaxCrossEntropy, (c, node) => {
  const [x, labels] = node.inputs;
  const { f } = c;
  const { max, sum } = exponentialSum(c, x);
  const total = f.local('f32x4', 'total');
  f.set(total, log(f, c.m, sum));
  const label = i32.load(c.vectorOffset, c.address(labels));
  const own = f32.load(i32.add(c.matrixOffset, i32.mul(label, 4)), c.address(x));
  const row = { x: own, max: f32x4.extract(max, 0), logSum: f32x4.extract(total, 0) };
  f.run(f32.store(c.vectorOffset, c.address(node), surprise(SCALARS, row)));
});

/** dx = dy[n] (softmax(x) - target), the target 1 at the label alone: there dy is taken off what is stored. */
export const softmaxCrossEntropyGradientKernel = defineRows(
  softmaxCrossEntropyGradient,
  (c, node) => {
    const [x, labels, dy] = node.inputs;
    const { f } = c;
    const { max, sum } = exponentialSum(c, x);
    const scale = f.local('f32x4', 'scale');
    const factor = f32x4.loadSplat(c.vectorOffset, c.address(dy));
    f.set(scale, f32x4.div(factor, sum));
    forVectors(c, (at, count) => {
      storeLanes(c, node, at, count, f32x4.mul(exponential(c, x, at, count, max), scale));
    });
    const label = i32.load(c.vectorOffset, c.address(labels));
    const own = f.local('i32', 'own');
    f.set(own, i32.add(c.matrixOffset, i32.mul(label, 4)));
    const less = f32.op(
      'sub',
      f32.load(own, c.address(node)),
      f32.load(c.vectorOffset, c.address(dy)),
    );
    f.run(f32.store(own, c.address(node), less));
  },
);

const lanesOf = (c: RowContext, node: Node, at: Value<'i32'>, count: number): Value<'f32x4'> =>
  f32x4.loadPart(count, at, c.address(node));

/** The surprise at each class, weighted by its target. */
export const categoricalCrossEntropyKernel = defineRows(categoricalCrossEntropy, (c, node) => {
  const [x, targets] = node.inputs;
  const { f, m } = c;
  const { max, sum } = exponentialSum(c, x);
  const total = f.local('f32x4', 'total');
  f.set(total, log(f, m, sum));
  const loss = f.local('f32x4', 'loss');
  f.set(loss, f32x4.splat(0));
  // Lanes past the row have a target of 0.
  forVectors(c, (at, count) => {
    const own = surprise(LANES, { x: lanesOf(c, x, at, count), max, logSum: total });
    f.set(loss, m.madd(lanesOf(c, targets, at, count), own, loss));
  });
  f.run(f32.store(c.vectorOffset, c.address(node), reduceLanes(c, loss, 'add')));
});

/** The share of a class is its part of all targets: softmax(x) * sum of t. */
export const categoricalCrossEntropyGradientKernel = defineRows(
  categoricalCrossEntropyGradient,
  (c, node) => {
    const [x, targets, dy] = node.inputs;
    const { f } = c;
    const { max, sum } = exponentialSum(c, x);
    const mass = f.local('f32x4', 'mass');
    f.set(mass, f32x4.splat(0));
    forVectors(c, (at, count) => {
      f.set(mass, f32x4.add(mass, lanesOf(c, targets, at, count)));
    });
    f.set(mass, f32x4.div(f32x4.splat(reduceLanes(c, mass, 'add')), sum));
    const factor = f.local('f32x4', 'factor');
    f.set(factor, f32x4.loadSplat(c.vectorOffset, c.address(dy)));
    forVectors(c, (at, count) => {
      const share = f32x4.mul(exponential(c, x, at, count, max), mass);
      const target = lanesOf(c, targets, at, count);
      storeLanes(c, node, at, count, logitGradient(LANES, { share, target, dy: factor }));
    });
  },
);
