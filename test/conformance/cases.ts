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
import * as elementwise from './elementwiseCases.ts';
import * as layout from './layoutCases.ts';
import { reductionCases } from './reductionCases.ts';
import * as rows from './rowCases.ts';
import * as sums from './sumCases.ts';
import * as window from './windowCases.ts';

/** Gradient ops have no line of their own: the gradients of their forward op run them. */
type ForwardOp = Exclude<OpName, `${string}Gradient`> | 'conv2dInputGradient';

/** Rows that do not take every number, or have attributes; the others have the cases of their arity. */
const ownRowCases: Partial<Record<ElementwiseName, readonly ConformanceCase[]>> = {
  add: [...elementwise.binaryCases('add'), ...elementwise.chainCases],
  div: elementwise.binaryCases('div', 'normal', 'positive', ['special']),
  pow: elementwise.binaryCases('pow', 'positive', 'normal', []),
  sqrt: elementwise.unaryCases('sqrt', ['positive', 'special']),
  log: elementwise.unaryCases('log', ['positive', 'special']),
  leakyRelu: elementwise.unaryCases('leakyRelu', ['normal', 'negative', 'special'], { alpha: 0.1 }),
  // A staircase: its gradient is that of the line it follows.
  roundToHalf: elementwise.unaryCases('roundToHalf').map((test) => ({ ...test, smooth: false })),
  elu: elementwise.unaryCases('elu', ['normal', 'negative', 'special'], { alpha: 1.5 }),
};

const rowCases = Object.fromEntries(
  elementwiseNames.map((op) => {
    const { arity } = elementwiseOps[op];
    return [
      op,
      ownRowCases[op] ?? (arity === 1 ? elementwise.unaryCases(op) : elementwise.binaryCases(op)),
    ];
  }),
) as Record<ElementwiseName, readonly ConformanceCase[]>;

export const cases: Readonly<Record<ForwardOp, readonly ConformanceCase[]>> = {
  ...rowCases,
  elementwise: elementwise.elementwiseCases,
  sumTo: [...sums.sumToCases, ...reductionCases(sumOver), ...reductionCases(meanOver)],
  broadcastTo: sums.broadcastToCases,
  conv2d: window.conv2dCases,
  conv2dInputGradient: window.conv2dInputGradientCases,
  connectedConv2d: window.connectedConv2dCases,
  matmul: rows.matmulCases,
  reshape: layout.reshapeCases,
  transpose: layout.transposeCases,
  averagePool2d: window.poolCases('averagePool2d'),
  maxPool2d: [...window.poolCases('maxPool2d'), ...reductionCases(maxOver)],
  minPool2d: [...window.poolCases('minPool2d'), ...reductionCases(minOver)],
  softmax: rows.softmaxCases,
  softmaxCrossEntropy: rows.softmaxCrossEntropyCases,
  categoricalCrossEntropy: rows.categoricalCrossEntropyCases,
  inTopK: rows.inTopKCases,
  randomUniform: elementwise.randomUniformCases,
  concatenate: layout.concatenateCases,
  slice: [...layout.sliceCases, ...reductionCases(productOver)],
  pad2d: window.pad2dCases,
  upsample2d: window.upsample2dCases,
  localResponseNormalization: rows.localResponseNormalizationCases,
  rbf: rows.rbfCases,
  rankSum: elementwise.rankCases('rankSum'),
  rankSwap: elementwise.rankCases('rankSwap'),
};
