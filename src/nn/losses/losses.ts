/**
 * @file Losses: one number per row, as graph nodes. The mean over the batch is taken in `nn/programs/programs.ts`.
 *
 * The cross-entropies read the logits, below the softmax: log(softmax) taken in one op keeps its digits
 * where a probability underflows. Next stop: `ops/scores/crossEntropy.ts`.
 */
import { FoveaError, unknownName } from '../../base/errors.ts';
import { first } from '../../base/lists.ts';
import { formatShape, type Shape, sameShape, twoAxes } from '../../base/shape.ts';
import { constantNode, type Node } from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import type { Build } from '../../ops/op.ts';
import type { ModelSpec } from '../spec.ts';
import { rubbishDistanceOf } from './answers.ts';
import { meanOfRows } from './metrics.ts';

export interface Predictions {
  /** (N, classes), before softmax. */
  readonly logits: Node;
  /** (N, classes), after it; the same node where there is none. */
  readonly output: Node;
  /** Where the output is squared distances: how far the rubbish class is, j of eq. 9. */
  readonly rubbish?: number | undefined;
}

export interface Loss {
  /** 'labels': class numbers, (N) i32. 'targets': numbers to come near to, (N, classes) f32. */
  readonly truth: 'labels' | 'targets';
  /** Whether the loss takes the softmax itself, so that a model without one answers in logits. */
  readonly readsLogits: boolean;
  /** Whether it compares classes alone, or numbers of any kind. */
  readonly ofClasses: boolean;
  /** (N) */
  rows(predictions: Predictions, truth: Node, settings: { readonly delta: number }): Node;
}

const LOSSES = {
  /** -log softmax(logits)[label] */
  sparseCategoricalCrossentropy: {
    truth: 'labels',
    ofClasses: true,
    readsLogits: true,
    rows: ({ logits }, labels) => build('softmaxCrossEntropy', [logits, labels], {}, 'lossPerRow'),
  },
  /** -sum over classes of target * log softmax(logits) */
  categoricalCrossentropy: {
    truth: 'targets',
    ofClasses: true,
    readsLogits: true,
    rows: ({ logits }, targets) =>
      build('categoricalCrossEntropy', [logits, targets], {}, 'lossPerRow'),
  },
  /** mean over the row's numbers of (output - target)^2 */
  meanSquaredError: {
    truth: 'targets',
    ofClasses: false,
    readsLogits: false,
    rows: ({ output }, targets) =>
      meanOfRows(build('square', [build('sub', [output, targets])]), 'lossPerRow'),
  },
  /** mean over the row's numbers of |output - target| */
  meanAbsoluteError: {
    truth: 'targets',
    ofClasses: false,
    readsLogits: false,
    rows: ({ output }, targets) =>
      meanOfRows(build('abs', [build('sub', [output, targets])]), 'lossPerRow'),
  },
  /**
   * mean over the row's numbers of e^2 / 2 up to an error e of delta, delta (e - delta / 2) beyond; with
   * q = min(e, delta) both are q (e - q / 2).
   */
  huber: {
    truth: 'targets',
    ofClasses: false,
    readsLogits: false,
    rows: ({ output }, targets, { delta }) => {
      const error = build('abs', [build('sub', [output, targets])]);
      const q = build('minimum', [error, constantNode(delta)]);
      const half = build('mul', [q, constantNode(0.5)]);
      return meanOfRows(build('mul', [q, build('sub', [error, half])]), 'lossPerRow');
    },
  },
  /** mean over the row's numbers of -t log(p) - (1 - t) log(1 - p) */
  binaryCrossentropy: {
    truth: 'targets',
    ofClasses: false,
    readsLogits: false,
    rows: ({ output }, targets) => meanOfRows(binaryCrossentropies(output, targets), 'lossPerRow'),
  },
  /**
   * LeCun et al. 1998, eq. 8: the distance to the right class's code. (With codes that are trained it has a
   * trivial solution: all codes alike. Ours stay as drawn.)
   */
  mle: {
    truth: 'targets',
    ofClasses: true,
    readsLogits: false,
    rows: (predictions, targets) => {
      const distances = distancesOf(predictions, 'mle');
      return sumOfRows(build('mul', [distances, targets]));
    },
  },
  /**
   * LeCun et al. 1998, eq. 9: y[right] + log(e^-j + sum over classes of e^-y), which pushes the wrong
   * classes away as well, no further than the rubbish class at the distance j. It is the cross-entropy of
   * -y with one more class at -j.
   */
  map: {
    truth: 'labels',
    ofClasses: true,
    readsLogits: true,
    rows: (predictions, labels) => {
      const distances = distancesOf(predictions, 'map');
      const logits = withRubbish(distances, predictions.rubbish ?? 0);
      return build('softmaxCrossEntropy', [logits, labels], {}, 'lossPerRow');
    },
  },
} as const satisfies Record<string, Loss>;

/** Probabilities nearer to 0 or 1 than this count as if they were as near: the logarithm stays finite. */
const LEAST_PROBABILITY = 1e-7;

/** Below a sigmoid, p = 1 / (1 + e^-z), it is log(1 + e^z) - t z, which keeps its digits. */
function binaryCrossentropies(p: Node, t: Node): Node {
  const one = constantNode(1);
  if (p.op === 'sigmoid') {
    const z = first(p.inputs, 'input');
    return build('sub', [build('softplus', [z]), build('mul', [t, z])]);
  }
  const within = (x: Node): Node =>
    build('log', [build('maximum', [x, constantNode(LEAST_PROBABILITY)])]);
  const yes = build('mul', [t, within(p)]);
  const no = build('mul', [build('sub', [one, t]), within(build('sub', [one, p]))]);
  return build('neg', [build('add', [yes, no])]);
}

function distancesOf({ output, rubbish }: Predictions, loss: string): Node {
  if (rubbish !== undefined) return output;
  throw new FoveaError({
    problem: `the loss ${loss} reads distances, the model's last layer gives none`,
    expected: 'a model whose last layer gives distances (rbf), such as lenet5-1998',
    fix: 'take another loss, such as sparseCategoricalCrossentropy',
  });
}

/** (N, classes) distances to (N, classes + 1) logits: -y, and -j for the rubbish class. Exact. */
function withRubbish(distances: Node, j: number): Node {
  const [, classes] = twoAxes(distances.shape);
  const negate = Array.from({ length: classes * (classes + 1) }, (_, i) =>
    Math.floor(i / (classes + 1)) === i % (classes + 1) ? -1 : 0,
  );
  const last = Array.from({ length: classes + 1 }, (_, i) => (i === classes ? -j : 0));
  const widened = build('matmul', [distances, constantNode(negate, [classes, classes + 1])]);
  return build('add', [widened, constantNode(last, [classes + 1])], {}, 'logitsWithRubbish');
}

/** (N, classes) -> (N) */
function sumOfRows(x: Node): Node {
  const [N, classes] = twoAxes(x.shape);
  const ones = constantNode(1, [classes, 1], 'ones');
  return build('reshape', [build('matmul', [x, ones])], { shape: [N] }, 'lossPerRow');
}

/**
 * A loss of one's own, in ops: from the output (N, ...) and the truth of the same shape (of classes: one-hot rows) the
 * loss of every row, (N).
 *
 *     const loss: LossFunction = (output, truth, build) =>
 *       build('categoricalCrossEntropy', [build('log', [output]), truth]);
 */
export type LossFunction = (output: Node, truth: Node, build: Build) => Node;

function ownLoss(loss: LossFunction): Loss {
  return {
    truth: 'targets',
    ofClasses: false,
    readsLogits: false,
    rows: ({ output }, truth) => checkedRows(loss(output, truth, build), output.shape.slice(0, 1)),
  };
}

/** `perRow`: (N,) */
function checkedRows(rows: Node, perRow: Shape): Node {
  if (rows?.shape !== undefined && sameShape(rows.shape, perRow)) return rows;
  throw new FoveaError({
    where: 'loss',
    problem: `the function gave ${rows?.shape === undefined ? String(rows) : formatShape(rows.shape)}`,
    expected: `one number per row: ${formatShape(perRow)}`,
  });
}

export type LossName = keyof typeof LOSSES;

export const lossNames = Object.keys(LOSSES) as readonly LossName[] as [LossName, ...LossName[]];

/** What an output (of the last layer, unless named) is trained with unless something else is asked for. */
export function defaultLossOf(spec: ModelSpec, layer?: string): LossName {
  return rubbishDistanceOf(spec, layer) !== undefined ? 'map' : 'sparseCategoricalCrossentropy';
}

export function lossOf(name: string | LossFunction): Loss {
  if (typeof name === 'function') return ownLoss(name);
  if (!Object.hasOwn(LOSSES, name)) throw unknownName('loss', name, lossNames);
  return LOSSES[name as LossName];
}

/** A classifier's output must be one row of numbers per image. */
export function checkClassifierOutput(output: Node): void {
  if (output.shape.length === 2) return;
  throw new FoveaError({
    problem: `the model's output for one image is ${formatShape(output.shape.slice(1))}`,
    expected: 'one row of numbers (classes,), to be compared with class numbers',
    fix: "end the model with a dense layer, flatten or global pooling; or give a loss of values, such as { loss: 'meanSquaredError', target: 'input' }",
  });
}
