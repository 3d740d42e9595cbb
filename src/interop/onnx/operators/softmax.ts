/**
 * @file Softmax, its logarithm, and the hard one, along an axis.
 *
 * Up to version 12 the axes from `axis` on are one row together; since then `axis` is the one that is a row.
 */
import type { Node } from '../../../graph/node.ts';
import * as e from '../../../ops/expression.ts';
import { build } from '../../../ops/index.ts';
import { maxOver, minOver, sumOver } from '../../../ops/reductions.ts';
import type { Call } from '../call.ts';
import {
  axisOf,
  borderOf,
  computed,
  counting,
  given,
  type Operators,
  reshaped,
  transposed,
} from './operator.ts';

const [x, y] = e.inputs;

/** Works along rows: what `of` makes of (rows, length) is put back under the input's shape. */
function inRows(of: (call: Call, rows: Node) => Node) {
  return given((call) => {
    const input = call.node(0);
    const { shape } = input;
    const rank = shape.length;
    if (call.opset < 13) {
      const axis = borderOf(call, call.int('axis', 1), rank);
      const rows = shape.slice(0, axis).reduce((n, extent) => n * extent, 1);
      const length = shape.slice(axis).reduce((n, extent) => n * extent, 1);
      return reshaped(call, of(call, reshaped(call, input, [rows, length])), shape);
    }
    const axis = axisOf(call, call.int('axis', -1), rank);
    const last = [...shape.keys()].filter((i) => i !== axis);
    const made = of(call, transposed(call, input, [...last, axis]));
    const back = [...shape.keys()].map((i) => (i === axis ? rank - 1 : last.indexOf(i)));
    return transposed(call, made, back);
  });
}

const lastAxis = ({ shape }: Node) => ({ axes: [shape.length - 1], keepDims: true });

function logSoftmax(call: Call, rows: Node): Node {
  const largest = maxOver(build, rows, lastAxis(rows));
  const shifted = call.build('sub', [rows, largest]);
  const sum = sumOver(build, call.build('exp', [shifted]), lastAxis(rows));
  return computed(call, e.sub(x, e.log(y)), shifted, sum);
}

/** 1 at the first of the largest, 0 elsewhere. */
function hardmax(call: Call, rows: Node): Node {
  const largest = maxOver(build, rows, lastAxis(rows));
  const length = rows.shape.at(-1) ?? 1;
  const places = counting(call, length);
  const candidates = computed(
    call,
    e.select(e.equal(x, y), e.input(2), length),
    rows,
    largest,
    places,
  );
  const first = minOver(build, candidates, lastAxis(rows));
  return computed(call, e.equal(x, y), places, first);
}

export const softmaxes: Operators = {
  Softmax: inRows((call, rows) => call.build('softmax', [rows])),
  LogSoftmax: inRows(logSoftmax),
  Hardmax: inRows(hardmax),
};
