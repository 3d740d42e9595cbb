/**
 * @file Operators that make one number of many along axes: sums, means, extremes, norms, the place of the largest.
 *
 * Axes are an attribute, and an input in later versions. Next stop: `softmax.ts`.
 */
import { constantNode, type Node } from '../../../graph/node.ts';
import * as e from '../../../ops/expression.ts';
import { build } from '../../../ops/index.ts';
import {
  maxOver,
  meanOver,
  minOver,
  productOver,
  type ReduceOptions,
  type Reduction,
  sumOver,
} from '../../../ops/reductions.ts';
import type { Call } from '../call.ts';
import {
  axesOf,
  axisOf,
  computed,
  given,
  listed,
  type Operator,
  type Operators,
  reshaped,
} from './operator.ts';

const [x, y, z] = e.inputs;

/** What is reduced, and how; undefined where nothing is. */
function optionsOf(call: Call, rank: number, since: number): ReduceOptions | undefined {
  const given = call.setting('axes', 1, since);
  const isEmpty = given === undefined || given.length === 0;
  if (isEmpty && call.flag('noop_with_empty_axes')) return undefined;
  const axes = isEmpty ? Array.from({ length: rank }, (_, i) => i) : axesOf(call, given, rank);
  return { axes, keepDims: call.flag('keepdims', true) };
}

interface Parts {
  /** Before the reduction, number by number. */
  readonly before?: e.Expression;
  readonly after?: e.Expression;
  /** From which version on the axes are an input. */
  readonly since?: number;
}

function reducing(reduction: Reduction, { before, after, since = 18 }: Parts = {}): Operator {
  return given((call) => {
    const input = call.node(0);
    const options = optionsOf(call, input.shape.length, since);
    const prepared = before === undefined ? input : computed(call, before, input);
    const made = options === undefined ? prepared : reduction(build, prepared, options);
    return after === undefined ? made : computed(call, after, made);
  });
}

/** ln of the sum of e^x, the largest taken out before so that nothing overflows. */
const logSumExp: Operator = given((call) => {
  const input = call.node(0);
  const options = optionsOf(call, input.shape.length, 18);
  if (options === undefined) return input;
  const largest = maxOver(build, input, { ...options, keepDims: true });
  // Where the largest is infinite, it is the answer.
  const isBounded = e.greater(Number.MAX_VALUE, e.abs(y));
  const shifted = computed(call, e.exp(e.select(isBounded, e.sub(x, y), x)), input, largest);
  const sum = sumOver(build, shifted, options);
  const back = reshaped(call, largest, sum.shape);
  return computed(call, e.add(e.log(x), e.select(isBounded, y, 0)), sum, back);
});

/** Along an axis, the place of the largest number: the first of equals, or the last. */
function placeOf(extreme: Reduction): Operator {
  return (call) => {
    const input = call.node(0, 1);
    const rank = input.shape.length;
    const axis = axisOf(call, call.int('axis', 0), rank);
    const keepDims = call.flag('keepdims', true);
    const found = placesOf(call, input, extreme, { axes: [axis], keepDims });
    return [{ type: 'int64', node: found }];
  };
}

function placesOf(call: Call, input: Node, extreme: Reduction, options: ReduceOptions): Node {
  const [axis = 0] = options.axes;
  const extent = input.shape[axis] ?? 1;
  const best = extreme(build, input, { axes: [axis], keepDims: true });
  const shape = input.shape.map((_, i) => (i === axis ? extent : 1));
  const places = constantNode(
    listed(call, extent, (i) => i),
    shape,
  );
  const isLast = call.flag('select_last_index');
  const elsewhere = isLast ? -1 : extent;
  const candidates = computed(call, e.select(e.equal(x, y), z, elsewhere), input, best, places);
  return (isLast ? maxOver : minOver)(build, candidates, options);
}

/** Sums from the beginning of an axis up to each place. */
const cumulativeSum: Operator = given((call) => {
  const input = call.node(0, 1);
  const rank = input.shape.length;
  const [given = 0] = call.numbers(1, 'axis') ?? [];
  const axis = axisOf(call, given, rank);
  const [isExclusive, isReverse] = [call.flag('exclusive'), call.flag('reverse')];
  const counts = (from: number, to: number): boolean => {
    const [early, late] = isReverse ? [to, from] : [from, to];
    return isExclusive ? early < late : early <= late;
  };
  const n = input.shape[axis] ?? 1;
  const matrix = listed(call, n * n, (i) => (counts(Math.floor(i / n), i % n) ? 1 : 0));
  return alongAxis(call, input, axis, matrix, n);
});

/** The numbers along an axis times a matrix (extent, n). */
export function alongAxis(
  call: Call,
  input: Node,
  axis: number,
  matrix: Float32Array,
  n: number,
): Node {
  const { shape } = input;
  const others = shape.map((_, i) => i).filter((i) => i !== axis);
  const last = call.build('transpose', [input], { axes: [...others, axis] });
  const extent = shape[axis] ?? 1;
  const rows = others.reduce((count, i) => count * (shape[i] ?? 1), 1);
  const product = call.build('matmul', [
    reshaped(call, last, [rows, extent]),
    constantNode(matrix, [extent, n]),
  ]);
  const back = shape.map((_, i) => (i === axis ? others.length : others.indexOf(i)));
  const apart = reshaped(call, product, [...others.map((i) => shape[i] ?? 1), n]);
  return call.build('transpose', [apart], { axes: back });
}

const square = e.mul(x, x);

export const reductions: Operators = {
  ReduceSum: reducing(sumOver, { since: 13 }),
  ReduceMean: reducing(meanOver),
  ReduceMax: reducing(maxOver),
  ReduceMin: reducing(minOver),
  ReduceProd: reducing(productOver),
  ReduceL1: reducing(sumOver, { before: e.abs(x) }),
  ReduceL2: reducing(sumOver, { before: square, after: e.sqrt(x) }),
  ReduceSumSquare: reducing(sumOver, { before: square }),
  ReduceLogSum: reducing(sumOver, { after: e.log(x) }),
  ReduceLogSumExp: logSumExp,
  ArgMax: placeOf(maxOver),
  ArgMin: placeOf(minOver),
  CumSum: cumulativeSum,
};
