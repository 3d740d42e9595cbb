/**
 * @file Losses: one number per row, as graph nodes. The mean over the batch is taken in `programs.ts`.
 *
 * The cross-entropies read the logits, below the softmax: log(softmax) taken in one op keeps its digits
 * where a probability underflows. Next stop: `ops/crossEntropy.ts`.
 */
import { FoveaError, unknownName } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { constantNode, type Node } from '../graph/node.ts';
import { build } from '../ops/index.ts';

export interface Predictions {
  /** (N, classes), before softmax. */
  readonly logits: Node;
  /** (N, classes), after it; the same node where there is none. */
  readonly output: Node;
}

export interface Loss {
  /** 'labels': class numbers, (N) i32. 'targets': numbers to come near to, (N, classes) f32. */
  readonly truth: 'labels' | 'targets';
  /** Whether the loss takes the softmax itself, so that a model without one answers in logits. */
  readonly readsLogits: boolean;
  /** (N) */
  rows(predictions: Predictions, truth: Node): Node;
}

const LOSSES = {
  /** -log softmax(logits)[label] */
  sparseCategoricalCrossentropy: {
    truth: 'labels',
    readsLogits: true,
    rows: ({ logits }, labels) => build('softmaxCrossEntropy', [logits, labels], {}, 'lossPerRow'),
  },
  /** -sum over classes of target * log softmax(logits) */
  categoricalCrossentropy: {
    truth: 'targets',
    readsLogits: true,
    rows: ({ logits }, targets) =>
      build('categoricalCrossEntropy', [logits, targets], {}, 'lossPerRow'),
  },
  /** mean over classes of (output - target)^2 */
  meanSquaredError: {
    truth: 'targets',
    readsLogits: false,
    rows: ({ output }, targets) => {
      const [N, classes] = output.shape;
      const squares = build('square', [build('sub', [output, targets])]);
      const sums = build('reshape', [build('sumTo', [squares], { shape: [N, 1] })], { shape: [N] });
      return build('mul', [sums, constantNode(1 / classes)], {}, 'lossPerRow');
    },
  },
} as const satisfies Record<string, Loss>;

export type LossName = keyof typeof LOSSES;

export const lossNames = Object.keys(LOSSES) as readonly LossName[];

export function lossOf(name: string): Loss {
  if (!Object.hasOwn(LOSSES, name)) throw unknownName('loss', name, lossNames);
  return LOSSES[name as LossName];
}

/** A classifier's output must be one row of numbers per image. */
export function checkClassifierOutput(output: Node): void {
  if (output.shape.length === 2) return;
  throw new FoveaError({
    problem: `the model's output for one image is ${formatShape(output.shape.slice(1))}`,
    expected: 'one row of numbers (classes,)',
    fix: 'end the model with a dense layer, or with flatten or global pooling',
  });
}
