/**
 * @file THE table of operators that become layers. A new one is one entry here.
 *
 * Before: `step.ts`. Next stop: `windows.ts`, `rows.ts`, `activations.ts`, `joins.ts`.
 */
import * as activations from './activations.ts';
import * as borders from './borders.ts';
import * as joins from './joins.ts';
import * as rows from './rows.ts';
import type { Step } from './step.ts';
import type { View } from './view.ts';
import * as windows from './windows.ts';

/** Writes the layers of a node; gives the view of its first output. */
export type Converter = (step: Step) => View;

const table: Readonly<Record<string, Converter>> = {
  Conv: windows.conv,
  ConvTranspose: windows.convTranspose,
  MaxPool: windows.pool('maxPooling2d'),
  AveragePool: windows.pool('averagePooling2d'),
  GlobalMaxPool: windows.globalPool('globalMaxPooling2d'),
  GlobalAveragePool: windows.globalPool('globalAveragePooling2d'),
  ReduceMean: windows.reduceMean,
  Pad: borders.pad,
  Slice: borders.slice,
  Resize: borders.resize,
  Upsample: borders.resize,
  LRN: windows.localResponse,
  Gemm: rows.gemm,
  MatMul: rows.matMul,
  Flatten: rows.reshape,
  Reshape: rows.reshape,
  Squeeze: rows.reshape,
  Unsqueeze: rows.reshape,
  Transpose: rows.transpose,
  Concat: rows.concatenate,
  BatchNormalization: activations.batchNormalization,
  Dropout: activations.dropout,
  Relu: activations.activation('relu'),
  Tanh: activations.activation('tanh'),
  Sigmoid: activations.activation('sigmoid'),
  Softplus: activations.activation('softplus'),
  Softsign: activations.activation('softsign'),
  Selu: activations.activation('selu'),
  HardSwish: activations.activation('hardSwish'),
  Mish: activations.activation('mish'),
  LeakyRelu: activations.withAlpha('leakyRelu', 0.01),
  Elu: activations.withAlpha('elu', 1),
  HardSigmoid: activations.hardSigmoid,
  Swish: activations.swish,
  Gelu: activations.gelu,
  PRelu: activations.prelu,
  Clip: activations.clip,
  Softmax: activations.softmax,
  LogSoftmax: activations.logSoftmax,
  Add: joins.add,
  Sub: joins.subtract,
  Mul: joins.multiply,
  Div: joins.divide,
  Sum: joins.several('add'),
  Mean: joins.several('average'),
  Max: joins.extreme('maximum'),
  Min: joins.extreme('minimum'),
  Identity: joins.same,
  Cast: joins.same,
};

/** In a map, so that no name of a file is special. */
export const converters: ReadonlyMap<string, Converter> = new Map(Object.entries(table));

export const convertedOperators: readonly string[] = [...converters.keys()];
