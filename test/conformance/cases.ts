/**
 * @file All conformance cases, by the forward op they are about; a new op fails the types until it has some here.
 */
import {
  type ElementwiseName,
  elementwiseNames,
  elementwiseOps,
} from '../../src/ops/elementwise.ts';
import type { OpName } from '../../src/ops/index.ts';
import { maxOver, meanOver, minOver, productOver, sumOver } from '../../src/ops/reductions.ts';
import type { ConformanceCase } from './case.ts';
import * as other from './otherCases.ts';
import { reductionCases } from './reductionCases.ts';
import * as window from './windowCases.ts';

/** Gradient ops have no line of their own: the gradients of their forward op run them. */
type ForwardOp = Exclude<OpName, `${string}Gradient`> | 'conv2dInputGradient';

/** Rows that do not take every number, or have attributes; the others have the cases of their arity. */
const ownRowCases: Partial<Record<ElementwiseName, readonly ConformanceCase[]>> = {
  add: [...other.binaryCases('add'), ...other.chainCases],
  div: other.binaryCases('div', 'normal', 'positive', ['special']),
  pow: other.binaryCases('pow', 'positive', 'normal', []),
  sqrt: other.unaryCases('sqrt', ['positive', 'special']),
  log: other.unaryCases('log', ['positive', 'special']),
  leakyRelu: other.unaryCases('leakyRelu', ['normal', 'negative', 'special'], { alpha: 0.1 }),
  // A staircase: its gradient is that of the line it follows.
  roundToHalf: other.unaryCases('roundToHalf').map((test) => ({ ...test, smooth: false })),
  elu: other.unaryCases('elu', ['normal', 'negative', 'special'], { alpha: 1.5 }),
};

const rowCases = Object.fromEntries(
  elementwiseNames.map((op) => {
    const { arity } = elementwiseOps[op];
    return [op, ownRowCases[op] ?? (arity === 1 ? other.unaryCases(op) : other.binaryCases(op))];
  }),
) as Record<ElementwiseName, readonly ConformanceCase[]>;

export const cases: Readonly<Record<ForwardOp, readonly ConformanceCase[]>> = {
  ...rowCases,
  elementwise: other.elementwiseCases,
  sumTo: [...other.sumToCases, ...reductionCases(sumOver), ...reductionCases(meanOver)],
  broadcastTo: other.broadcastToCases,
  conv2d: window.conv2dCases,
  conv2dInputGradient: window.conv2dInputGradientCases,
  connectedConv2d: window.connectedConv2dCases,
  matmul: other.matmulCases,
  reshape: other.reshapeCases,
  transpose: other.transposeCases,
  averagePool2d: window.poolCases('averagePool2d'),
  maxPool2d: [...window.poolCases('maxPool2d'), ...reductionCases(maxOver)],
  minPool2d: [...window.poolCases('minPool2d'), ...reductionCases(minOver)],
  softmax: other.softmaxCases,
  softmaxCrossEntropy: other.softmaxCrossEntropyCases,
  categoricalCrossEntropy: other.categoricalCrossEntropyCases,
  inTopK: other.inTopKCases,
  randomUniform: other.randomUniformCases,
  concatenate: other.concatenateCases,
  slice: [...other.sliceCases, ...reductionCases(productOver)],
  pad2d: window.pad2dCases,
  upsample2d: window.upsample2dCases,
  localResponseNormalization: other.localResponseNormalizationCases,
  rbf: other.rbfCases,
  rankSum: other.rankCases('rankSum'),
  rankSwap: other.rankCases('rankSwap'),
};
