/**
 * @file Digits where a formula written down plainly loses them: tails, and numbers that all but cancel.
 *
 * Each number is judged by itself, against a closed form in float64 that shares no code with the ops.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { backward } from '../../src/autodiff/backward.ts';
import { inputNode, type Node } from '../../src/graph/node.ts';
import * as e from '../../src/ops/expression.ts';
import { build, type OpName } from '../../src/ops/index.ts';
import { backends } from '../backends.ts';

/** A few roundings of float32. */
const CLOSE = 1e-6;

const points = [
  -80, -40, -30, -18, -17, -8, -1, -1e-3, -1e-6, -1e-12, 0, 1e-6, 0.5, 1, 8, 18, 40, 80,
];

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

interface Curve {
  readonly op: OpName;
  readonly attrs?: Record<string, unknown>;
  value(x: number): number;
  slope(x: number): number;
  /** Where the slope, from the digits of the value, has digits of its own; default: everywhere. */
  readonly hasSlope?: (x: number) => boolean;
}

const CURVES: readonly Curve[] = [
  {
    op: 'softplus',
    value: (x) => (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x))),
    slope: logistic,
  },
  // y (1 - y) has the digits of 1 - y, which end where y is 1.
  {
    op: 'sigmoid',
    value: logistic,
    slope: (x) => logistic(x) * logistic(-x),
    hasSlope: (x) => x <= 1,
  },
  {
    op: 'elu',
    attrs: { alpha: 1.5 },
    value: (x) => (x > 0 ? x : 1.5 * Math.expm1(x)),
    slope: (x) => (x > 0 ? 1 : 1.5 * Math.exp(x)),
  },
  { op: 'exp', value: Math.exp, slope: Math.exp },
  {
    op: 'tanh',
    value: Math.tanh,
    slope: (x) => 1 / Math.cosh(x) ** 2,
    hasSlope: (x) => Math.abs(x) <= 1,
  },
  {
    op: 'selu',
    value: (x) => (x > 0 ? 1.0507009873554805 * x : 1.7580993408473766 * Math.expm1(x)),
    slope: (x) => (x > 0 ? 1.0507009873554805 : 1.7580993408473766 * Math.exp(x)),
  },
  { op: 'softsign', value: (x) => x / (1 + Math.abs(x)), slope: (x) => (1 + Math.abs(x)) ** -2 },
  {
    op: 'swish',
    value: (x) => x * logistic(x),
    slope: (x) => logistic(x) + x * logistic(x) * logistic(-x),
  },
  {
    op: 'leakyRelu',
    attrs: { alpha: 0.01 },
    value: (x) => (x > 0 ? x : 0.01 * x),
    slope: (x) => (x > 0 ? 1 : 0.01),
  },
];

/** Logits, the label, and the loss ln(sum e^x) - x[label] worked out by hand. */
const ROWS: readonly (readonly [logits: readonly number[], label: number, loss: number])[] = [
  [[1000, 990, 0], 0, Math.log1p(Math.exp(-10))],
  [[1000, 990, 0], 1, 10 + Math.log1p(Math.exp(-10))],
  [[1000, 990, 0], 2, 1000 + Math.log1p(Math.exp(-10))],
  [[-1000, -1000, -1000], 1, Math.log(3)],
  [[12345.5, 12345.5, 12340.5], 0, Math.log(2 + Math.exp(-5))],
  [[0, 5, 0], 1, Math.log1p(2 * Math.exp(-5))],
];
/** Of 1 + e^-10 float32 keeps so much of the second term. */
const TERM = 2e-3;

const within = (found: number, expected: number, tolerance: number, what: string): void => {
  const error = Math.abs(found - expected) / (Math.abs(expected) || 1);
  expect(error, `${what}: ${found}, expected ${expected}`).toBeLessThan(tolerance);
};

for (const { name, open } of backends) {
  describe(`digits on ${name}`, () => {
    const opened = open();
    afterAll(async () => (await opened).close());

    it.each(CURVES)('$op and its slope', async ({ op, attrs, value, slope, hasSlope }) => {
      const session = await opened;
      const x = inputNode('x', [points.length]);
      const y = build(op, [x], attrs);
      const [dx] = backward(build('sumTo', [y], { shape: [] }), [x]);
      const program = session.compile({ outputs: { y, dx }, updates: [] });
      program.input('x').set(points);
      program.run();
      const [ys, slopes] = [await program.output('y'), await program.output('dx')];
      const given = Float32Array.from(points);
      given.forEach((x, i) => {
        // Results below the smallest normal number keep no digits.
        if (Math.abs(value(x)) > 1e-37 || value(x) === 0)
          within(ys[i], value(x), CLOSE, `${op}(${x})`);
        if (hasSlope?.(x) !== false) within(slopes[i], slope(x), CLOSE, `slope of ${op} at ${x}`);
      });
    });

    it('tells parts of one expression apart that JSON writes alike', async () => {
      const session = await opened;
      const x = inputNode('x', [5]);
      // x infinity and x -infinity, 1 / (x 0) and 1 / (x -0), each part used twice.
      const parts = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((far) =>
        e.mul(e.input(0), far),
      );
      const zeros = [0, -0].map((zero) => e.div(1, e.mul(e.input(0), zero)));
      const clamped = [...parts, ...zeros].map((part) => e.min(e.max(part, -8), 8));
      const weighted = clamped.reduce((sum, part, i) => e.add(sum, e.mul(part, 2 ** i)));
      const y = build('elementwise', [x], { expression: e.add(weighted, clamped[0]) });
      const program = session.compile({ outputs: { y }, updates: [] });
      // Above 0: a driver may give 0 for -1 times 0, and so the other infinity.
      program.input('x').set([1, 2, 0.5, 4, 3]);
      program.run();
      expect([...(await program.output('y'))]).toEqual(Array(5).fill(8 * (1 + 1 - 2 + 4 - 8)));
    });

    it.each(['softmaxCrossEntropy', 'categoricalCrossEntropy'] as const)('%s', async (op) => {
      const session = await opened;
      const N = ROWS.length;
      const logits = inputNode('logits', [N, 3]);
      const sparse = op === 'softmaxCrossEntropy';
      const truth: Node = sparse ? inputNode('truth', [N], 'i32') : inputNode('truth', [N, 3]);
      const program = session.compile({
        outputs: { loss: build(op, [logits, truth]) },
        updates: [],
      });
      program.input('logits').set(ROWS.flatMap(([row]) => row));
      const labels = ROWS.map(([, label]) => label);
      program
        .input('truth')
        .set(sparse ? labels : labels.flatMap((label) => [0, 1, 2].map((c) => +(c === label))));
      program.run();
      const found = await program.output('loss');
      ROWS.forEach(([row, label, loss], n) => {
        within(found[n], loss, TERM, `${row} for ${label}`);
      });
    });
  });
}
