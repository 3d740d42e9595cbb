/**
 * @file All conformance cases, by the forward op they are about; a new op fails the types until it has some here.
 */
import type { OpName } from '../../src/ops/index.ts';
import { maxOver, meanOver, minOver, productOver, sumOver } from '../../src/ops/reductions.ts';
import type { ConformanceCase } from './case.ts';
import * as other from './otherCases.ts';
import { reductionCases } from './reductionCases.ts';
import * as window from './windowCases.ts';

/** Gradient ops have no line of their own: the gradients of their forward op run them. */
type ForwardOp = Exclude<OpName, `${string}Gradient`> | 'conv2dInputGradient';

export const cases: Readonly<Record<ForwardOp, readonly ConformanceCase[]>> = {
  add: [...other.binaryCases('add'), ...other.chainCases],
  sub: other.binaryCases('sub'),
  mul: other.binaryCases('mul'),
  div: other.binaryCases('div', 'normal', 'positive', ['special']),
  maximum: other.binaryCases('maximum'),
  minimum: other.binaryCases('minimum'),
  pow: other.binaryCases('pow', 'positive', 'normal', []),
  neg: other.unaryCases('neg'),
  abs: other.unaryCases('abs'),
  square: other.unaryCases('square'),
  sqrt: other.unaryCases('sqrt', ['positive', 'special']),
  exp: other.unaryCases('exp'),
  log: other.unaryCases('log', ['positive', 'special']),
  relu: other.unaryCases('relu'),
  tanh: other.unaryCases('tanh'),
  sigmoid: other.unaryCases('sigmoid'),
  scaledTanh: other.unaryCases('scaledTanh'),
  leakyRelu: other.unaryCases('leakyRelu', ['normal', 'negative', 'special'], { alpha: 0.1 }),
  elu: other.unaryCases('elu', ['normal', 'negative', 'special'], { alpha: 1.5 }),
  softplus: other.unaryCases('softplus'),
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
};
