/**
 * @file Metrics beside the loss, one number per row, as graph nodes: right answers, mean absolute errors.
 *
 * Among equal scores the class with the smaller number comes first, so that exactly k classes of a row
 * are "the best k" and a model that says the same for all classes is right for one of them.
 */
import { nonEmpty } from '../../base/lists.ts';
import { sizeOf, twoAxes } from '../../base/shape.ts';
import { NO_PADS } from '../../base/window.ts';
import { constantNode, type Node } from '../../graph/node.ts';
import * as e from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';

/** 1 for rows whose label is among the k best scores, else 0: scores (N, classes), labels (N) -> (N). */
export function hitsByLabels(scores: Node, labels: Node, k = 1): Node {
  return build('inTopK', [scores, labels], { k }, `inTop${k}`);
}

/**
 * 1 for rows where the class of the largest target is among the k best scores, else 0: (N, classes) both -> (N).
 */
export function hitsByTargets(scores: Node, targets: Node, k = 1): Node {
  if (k > 1) return amongBest(scores, targets, k);
  const hits = build('elementwise', [bestClass(scores), bestClass(targets)], {
    expression: e.equal(e.input(0), e.input(1)),
    label: 'equal',
  });
  return build('reshape', [hits], { shape: scores.shape.slice(0, 1) }, 'hits');
}

/** `hitsByLabels` of the largest targets: the classes that come before each are counted; with a NaN all do. */
function amongBest(scores: Node, targets: Node, k: number): Node {
  const [N, classes] = twoAxes(scores.shape);
  const row = build('reshape', [scores], { shape: [N, 1, classes, 1] });
  const label = bestClass(targets);
  const own = build('elementwise', [row, label, classNumbers(classes)], {
    expression: e.select(e.equal(e.input(1), e.input(2)), e.input(0), Number.NEGATIVE_INFINITY),
    label: 'ownScore',
  });
  const wholeRow = { window: [1, classes], strides: [1, 1], pads: NO_PADS };
  const score = build('maxPool2d', [own], wholeRow);
  const [other, mine, at, place] = e.inputs;
  const tiedBefore = e.select(e.equal(other, mine), e.greater(at, place), 0);
  const isBefore = e.select(e.greater(other, mine), 1, tiedBefore);
  const isNumber = e.select(e.equal(other, other), e.equal(mine, mine), 0);
  const before = build('elementwise', [row, score, label, classNumbers(classes)], {
    expression: e.select(isNumber, isBefore, k),
    label: 'comesBefore',
  });
  const count = build('sumTo', [before], { shape: [N, 1, 1, 1] });
  const isIn = { expression: e.greater(k, e.input(0)), label: 'isAmongBest' };
  const hits = build('elementwise', [count], isIn);
  return build('reshape', [hits], { shape: [N] }, `inTop${k}`);
}

const classNumbers = (classes: number): Node =>
  constantNode(
    Array.from({ length: classes }, (_, i) => i),
    [classes, 1],
    'classNumbers',
  );

/** mean over the numbers of a row of |output - target|: (N, ...) both -> (N) */
export function meanAbsoluteErrors(output: Node, target: Node): Node {
  const errors = build('abs', [build('sub', [output, target])]);
  return meanOfRows(errors, 'absoluteErrorPerRow');
}

/** mean over the numbers of a row of (output - target)^2: (N, ...) both -> (N) */
export function meanSquaredErrors(output: Node, target: Node): Node {
  return meanOfRows(build('square', [build('sub', [output, target])]), 'squaredErrorPerRow');
}

/** The mean of the numbers of each row: (N, ...) -> (N) */
export function meanOfRows(x: Node, name: string): Node {
  const [N, ...rest] = nonEmpty(x.shape, 'axes');
  const size = sizeOf(rest);
  const rows = rest.length === 1 ? x : build('reshape', [x], { shape: [N, size] });
  const sums = build('reshape', [build('sumTo', [rows], { shape: [N, 1] })], { shape: [N] });
  return build('mul', [sums, constantNode(1 / size)], {}, name);
}

/**
 * The number of each row's first maximum, (N, classes) -> (N, 1, 1, 1): a row is an image of one pixel
 * height and one channel, pooled in one window. A row with NaN has no best class and gives `classes`.
 */
function bestClass(scores: Node): Node {
  const [N, classes] = twoAxes(scores.shape);
  const row = build('reshape', [scores], { shape: [N, 1, classes, 1] });
  const wholeRow = { window: [1, classes], strides: [1, 1], pads: NO_PADS };
  const best = build('maxPool2d', [row], wholeRow);
  const candidates = build('elementwise', [row, best, classNumbers(classes)], {
    expression: e.select(e.equal(e.input(0), e.input(1)), e.input(2), classes),
    label: 'whereBest',
  });
  return build('minPool2d', [candidates], wholeRow);
}
