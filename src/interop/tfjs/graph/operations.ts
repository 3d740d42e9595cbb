/**
 * @file THE table of TensorFlow's operations: what layer each becomes. One that is not in it is refused by name.
 *
 * Images are channels last, as TensorFlow.js has them. Source: https://www.tensorflow.org/api_docs/python/tf/raw_ops.
 * Before: `context.ts`. Next stop: `windows.ts`, operations with windows.
 */
import { nonEmpty } from '../../../base/lists.ts';
import { sizeOf } from '../../../base/shape.ts';
import type { BuiltTensor } from '../../specBuilder.ts';
import type { ManifestArray } from '../manifest.ts';
import {
  channelsOf,
  type Operation,
  type OperationContext,
  perChannel,
  type Value,
} from './context.ts';
import { epilogue, simpleActivations } from './epilogue.ts';
import { scaled } from './scaled.ts';
import { windowOperations } from './windows.ts';

const same: Operation = (context) => {
  const [input] = context.inputs;
  if (input !== undefined) return input;
  throw context.refused('it reads nothing');
};

/** A function of each number. */
const activation =
  (options: (context: OperationContext) => Readonly<Record<string, unknown>>): Operation =>
  (context) => ({ tensor: context.add('activation', [context.tensor(0)], options(context)) });

const matmul: Operation = (context) => {
  const { attributes } = context;
  if (attributes.flag('transpose_a', false)) throw attributes.wrong('transpose_a', true, 'false');
  const isTurned = attributes.flag('transpose_b', false);
  const kernel = context.constant(1);
  const [rows = 0, columns = 0, ...more] = kernel.shape;
  if (more.length > 0) throw context.refused('its matrix has more than two axes');
  const numbers = isTurned ? turned(kernel.read(), rows, columns) : kernel.read();
  const units = isTurned ? rows : columns;
  return epilogue(context, units, ({ bias, activation: name }) =>
    context.add(
      'dense',
      [context.tensor(0)],
      { units, useBias: bias !== undefined, activation: name },
      { kernel: numbers, ...(bias === undefined ? {} : { bias }) },
    ),
  );
};

/** (rows, columns) -> (columns, rows) */
function turned(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
}

const joins: Readonly<Record<string, string>> = {
  Add: 'add',
  AddV2: 'add',
  AddN: 'add',
  Sub: 'subtract',
  Mul: 'multiply',
  Maximum: 'maximum',
  Minimum: 'minimum',
};

/** Tensors number by number; a tensor with numbers per channel is a frozen normalisation. */
const join: Operation = (context) => {
  const { node, inputs } = context;
  const tensors = inputs.flatMap((input) => ('tensor' in input ? [input.tensor] : []));
  if (tensors.length === inputs.length) {
    const kind = joins[node.op];
    if (kind === undefined) throw context.refused('it divides two tensors');
    return { tensor: context.add(kind, nonEmpty(tensors, 'inputs')) };
  }
  const first = inputs.findIndex((input) => 'tensor' in input);
  return withConstant(context, context.tensor(first), context.constant(1 - first), first === 0);
};

function withConstant(
  context: OperationContext,
  tensor: BuiltTensor,
  constant: ManifestArray,
  isFirst: boolean,
): Value {
  const { op } = context.node;
  const numbers = constant.read();
  if (op === 'Maximum' || op === 'Minimum') {
    const [bound, ...more] = numbers;
    if (more.length > 0) throw context.refused('it compares with more than one number');
    return {
      tensor: context.add('clip', [tensor], op === 'Maximum' ? { min: bound } : { max: bound }),
    };
  }
  if (!perChannel(constant, channelsOf(tensor))) {
    throw context.refused(
      `it joins with ${sizeOf(constant.shape)} numbers, which is not one per channel`,
    );
  }
  const negative = numbers.map((n) => -n);
  switch (op) {
    case 'Mul':
      return { tensor: scaled(context, tensor, numbers, [0]) };
    case 'RealDiv':
    case 'Div':
      if (!isFirst) throw context.refused('it divides a constant');
      return {
        tensor: scaled(
          context,
          tensor,
          numbers.map((n) => 1 / n),
          [0],
        ),
      };
    case 'Sub':
      return {
        tensor: isFirst
          ? scaled(context, tensor, [1], negative)
          : scaled(context, tensor, [-1], numbers),
      };
    default:
      return { tensor: scaled(context, tensor, [1], numbers) };
  }
}

const batchNorm: Operation = (context) => {
  const { attributes } = context;
  if (attributes.flag('is_training', true)) throw attributes.wrong('is_training', true, 'false');
  attributes.only('data_format', ['NHWC'], 'NHWC');
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => context.constant(i).read());
  const numbers = { gamma, beta, movingMean: mean, movingVariance: variance };
  const epsilon = attributes.number('epsilon', 0.0001);
  return {
    tensor: context.add('batchNormalization', [context.tensor(0)], { epsilon }, numbers as never),
  };
};

/** The whole image, channel by channel. */
const overImage =
  (kind: string): Operation =>
  (context) => {
    const x = context.tensor(0);
    const axes = context.integers(1).map((axis) => (axis !== null && axis < 0 ? axis + 4 : axis));
    const isImage = x.shape.length === 3 && axes.toSorted().join() === '1,2';
    if (!isImage)
      throw context.refused(
        `it runs over the axes ${axes.join(', ')}`,
        'height and width of an image, 1 and 2, are known here',
      );
    const row = context.add(kind, [x]);
    if (!context.attributes.flag('keep_dims', false)) return { tensor: row };
    const targetShape = [1, 1, channelsOf(row)];
    return { tensor: context.add('reshape', [row], { targetShape }, {}, { suffix: 'pixel' }) };
  };

const reshape: Operation = (context) => {
  const x = context.tensor(0);
  const [batch, ...rest] = context.integers(1);
  const isOpen = batch === null || batch === -1;
  const size = sizeOf(x.shape);
  // Where the batch is in numbers, it must be a single row.
  if (!isOpen && batch !== 1) throw context.refused(`it makes ${batch} rows`);
  const targetShape = rest.map((n) => n ?? -1);
  if (targetShape.length === 1 && [size, -1].includes(targetShape[0] ?? 0)) {
    return { tensor: context.add('flatten', [x]) };
  }
  return { tensor: context.add('reshape', [x], { targetShape }) };
};

/** Takes axes of one away, or puts them in. */
const squeeze: Operation = (context) => {
  const x = context.tensor(0);
  const rank = x.shape.length + 1;
  const given = context.attributes.integers(
    'squeeze_dims',
    context.attributes.integers('axis', []),
  );
  const axes = given.map((axis) => (axis < 0 ? axis + rank : axis));
  const isGone = (i: number) => (axes.length === 0 ? x.shape[i] === 1 : axes.includes(i + 1));
  const targetShape = x.shape.filter((_, i) => !isGone(i));
  return { tensor: context.add('reshape', [x], { targetShape }) };
};

const expandDims: Operation = (context) => {
  const x = context.tensor(0);
  const [axis] = context.integers(1);
  const at = (axis ?? 0) < 0 ? (axis ?? 0) + x.shape.length + 2 : (axis ?? 0);
  if (at < 1) throw context.refused('it puts an axis before the batch');
  return { tensor: context.add('reshape', [x], { targetShape: x.shape.toSpliced(at - 1, 0, 1) }) };
};

const concat: Operation = (context) => {
  const count = context.inputs.length - 1;
  const tensors = Array.from({ length: count }, (_, i) => context.tensor(i));
  const [axis] = context.integers(count);
  const rank = tensors[0]?.shape.length ?? 0;
  if (axis !== -1 && axis !== rank)
    throw context.refused(`it joins along axis ${axis}`, 'the last axis is known here');
  return { tensor: context.add('concatenate', nonEmpty(tensors, 'inputs')) };
};

const transpose: Operation = (context) => {
  const [batch, ...dims] = context.integers(1);
  if (batch !== 0) throw context.refused('it moves the batch');
  return { tensor: context.add('permute', [context.tensor(0)], { dims }) };
};

/** Extents of a tensor, with the batch open. */
const shape: Operation = (context) => ({ extents: [null, ...context.tensor(0).shape] });

const stridedSlice: Operation = (context) => {
  const extents = context.integers(0);
  const [from, to, step] = [1, 2, 3].map((i) => context.integers(i)[0] ?? 0);
  const isOne = context.attributes.number('shrink_axis_mask', 0) === 1;
  const begin = context.attributes.number('begin_mask', 0) === 1 ? 0 : (from ?? 0);
  const end = context.attributes.number('end_mask', 0) === 1 ? extents.length : (to ?? 0);
  if (step !== 1) throw context.refused(`it takes steps of ${step}`);
  const taken = isOne ? extents.slice(begin).slice(0, 1) : extents.slice(begin, end);
  return { extents: taken };
};

const pack: Operation = (context) => ({
  extents: context.inputs.flatMap((_, i) => context.integers(i).slice(0, 1)),
});

export const operations: Readonly<Record<string, Operation>> = {
  ...windowOperations,
  ...Object.fromEntries(
    Object.entries(simpleActivations).map(([op, options]) => [op, activation(options)]),
  ),
  Identity: same,
  StopGradient: same,
  PreventGradient: same,
  Cast: same,
  MatMul: matmul,
  _FusedMatMul: matmul,
  ...Object.fromEntries([...Object.keys(joins), 'RealDiv', 'Div'].map((op) => [op, join])),
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  Relu6: (context) => ({ tensor: context.add('clip', [context.tensor(0)], { min: 0, max: 6 }) }),
  Prelu: (context) => prelu(context),
  Mean: overImage('globalAveragePooling2d'),
  Max: overImage('globalMaxPooling2d'),
  Reshape: reshape,
  Squeeze: squeeze,
  ExpandDims: expandDims,
  ConcatV2: concat,
  Transpose: transpose,
  Shape: shape,
  StridedSlice: stridedSlice,
  Pack: pack,
};

function prelu(context: OperationContext): Value {
  const x = context.tensor(0);
  const alpha = context.constant(1);
  const sharedAxes = x.shape.flatMap((extent, i) => {
    const own = alpha.shape.at(i - x.shape.length) ?? 1;
    return own === 1 && extent !== 1 ? [i + 1] : [];
  });
  return { tensor: context.add('prelu', [x], { sharedAxes }, { alpha: alpha.read() }) };
}
