/**
 * @file Metrics beside the loss: right answers, as graph nodes.
 *
 * Among equal scores the class with the smaller number comes first, so that exactly k classes of a row
 * are "the best k" and a model that says the same for all classes is right for one of them.
 */
import { NO_PADS } from '../base/window.ts';
import { constantNode, type Node } from '../graph/node.ts';
import * as e from '../ops/expression.ts';
import { build } from '../ops/index.ts';

/** Number of rows whose label is among the k best scores: scores (N, classes), labels (N) -> (). */
export function correctByLabels(scores: Node, labels: Node, k = 1): Node {
  const hits = build('inTopK', [scores, labels], { k }, `inTop${k}`);
  return build('sumTo', [hits], { shape: [] }, 'correct');
}

/** Number of rows whose best score stands where the largest target stands: (N, classes) both -> (). */
export function correctByTargets(scores: Node, targets: Node): Node {
  const hits = build('elementwise', [bestClass(scores), bestClass(targets)], {
    expression: e.equal(e.input(0), e.input(1)),
    label: 'equal',
  });
  return build('sumTo', [hits], { shape: [] }, 'correct');
}

/**
 * The number of each row's first maximum, (N, classes) -> (N, 1, 1, 1): a row is an image of one pixel
 * height and one channel, pooled in one window. A row with NaN has no best class and gives `classes`.
 */
function bestClass(scores: Node): Node {
  const [N, classes] = scores.shape;
  const row = build('reshape', [scores], { shape: [N, 1, classes, 1] });
  const wholeRow = { window: [1, classes], strides: [1, 1], pads: NO_PADS };
  const best = build('maxPool2d', [row], wholeRow);
  const numbers = constantNode(
    Array.from({ length: classes }, (_, i) => i),
    [classes, 1],
    'classNumbers',
  );
  const candidates = build('elementwise', [row, best, numbers], {
    expression: e.select(e.equal(e.input(0), e.input(1)), e.input(2), classes),
    label: 'whereBest',
  });
  return build('minPool2d', [candidates], wholeRow);
}
