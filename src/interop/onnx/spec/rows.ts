/**
 * @file Dense layers of matrix products, with their rows in the order of what they read; shapes and orders.
 *
 * Next stop: `activations.ts`.
 */
import { formatShape, sameShape, sizeOf } from '../../../base/shape.ts';
import { placedRows, turnedKernel } from './kernels.ts';
import { type FileNumbers, type Step, weight } from './step.ts';
import { isInOrder, placesOf, plainView, reshapedView, transposedView, type View } from './view.ts';

interface Product {
  readonly w: FileNumbers;
  /** Whether the file has (units, inputs). */
  readonly isTurned: boolean;
  readonly factor: number;
}

/** (inputs, units), rows where `places` says. */
function denseKernel(
  { w, isTurned, factor }: Product,
  places: Int32Array | undefined,
): Float32Array {
  const [first = 1] = w.shape;
  const kernel = isTurned ? turnedKernel(w, first, places) : placedRows(w, first, places);
  return factor === 1 ? kernel : kernel.map((n) => factor * n);
}

function dense(
  step: Step,
  product: Product,
  bias: FileNumbers | undefined,
  biasFactor: number,
): View {
  const given = step.read(0);
  const [first = 1, second = 1] = product.w.shape;
  const [K, N] = product.isTurned ? [second, first] : [first, second];
  if (given.shape.length !== 1 || product.w.shape.length !== 2) {
    step.refuse(
      `it multiplies ${formatShape(given.shape)} by ${formatShape(product.w.shape)}`,
      'rows times a matrix',
    );
  }
  const places = isInOrder(given) ? undefined : placesOf(given);
  const key =
    product.w.readers > 1 || (bias?.readers ?? 0) > 1
      ? `${product.w.name} ${bias?.name ?? ''} ${given.source} ${given.axes}`
      : undefined;
  if (places !== undefined)
    step.writer.note('rows of dense kernels were put into (height, width, channel) order');
  const { layer, own } = step.writer.add({
    kind: 'dense',
    weightsName: product.w.name,
    reads: [step.writer.flat(given)],
    options: { units: N, useBias: bias !== undefined },
    weights: {
      kernel: weight([K, N], () => denseKernel(product, places)),
      ...(bias === undefined ? {} : { bias: weight([N], () => repeated(bias, N, biasFactor)) }),
    },
    key,
  });
  return plainView(layer, own);
}

/** As many numbers as there are units, of as many or of one. */
function repeated(numbers: FileNumbers, count: number, factor: number): Float32Array {
  const read = numbers.read();
  return Float32Array.from(
    { length: count },
    (_, i) => factor * (read[read.length === 1 ? 0 : i] ?? 0),
  );
}

export function gemm(step: Step): View {
  const { call } = step;
  if (call.flag('transA')) step.refuse('it turns what it reads', 'transA 0');
  const [w, bias] = [
    step.weights(1, 'weights'),
    step.has(2) ? step.weights(2, 'biases') : undefined,
  ];
  const units = w.shape[call.flag('transB') ? 0 : 1] ?? 1;
  const count = sizeOf(bias?.shape ?? []);
  if (count !== 1 && count !== units)
    step.refuse(`biases ${formatShape(bias?.shape ?? [])}`, `${units} biases`);
  const product = { w, isTurned: call.flag('transB'), factor: call.float('alpha', 1) };
  return dense(step, product, bias, call.float('beta', 1));
}

export function matMul(step: Step): View {
  const product = { w: step.weights(1, 'weights'), isTurned: false, factor: 1 };
  return dense(step, product, undefined, 1);
}

/** Flatten, Reshape, Squeeze, Unsqueeze: only the view changes. */
export function reshape(step: Step): View {
  return reshapedView(step.read(0), step.outputShape());
}

export function transpose(step: Step): View {
  const given = step.read(0);
  const rank = given.shape.length + 1;
  const perm = step.call.ints('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (perm[0] !== 0) step.refuse('it moves the batch', 'a first axis that stays the batch');
  const moved = perm.slice(1).map((axis) => axis - 1);
  const view =
    transposedView(given, moved) ?? transposedView(step.writer.inFileOrder(given), moved);
  return view ?? step.refuse(`it reads ${formatShape(given.shape)}`, 'axes that can be told apart');
}

export function concatenate(step: Step): View {
  const views = step.views();
  const axis = step.call.int('axis', 1);
  const rank = (views[0]?.shape.length ?? 0) + 1;
  const own = (axis < 0 ? axis + rank : axis) - 1;
  if (own !== 0 || (rank !== 4 && rank !== 2))
    step.refuse(`it joins along axis ${axis}`, 'channels of pictures, or rows');
  const read = views.map((view) =>
    rank === 4 ? step.writer.picture(view) : step.writer.row(view),
  );
  const made = step.writer.add({ kind: 'concatenate', reads: read });
  if (rank === 2) return plainView(made.layer, made.own);
  return { ...made, source: made.own, axes: [2, 0, 1], shape: step.outputShape() };
}

/** Layers of one shape and order, so that what stands at one place belongs together. */
export function aligned(step: Step, views: readonly View[]): readonly View[] {
  const [first] = views;
  if (first === undefined) return step.refuse('it reads nothing', 'what the network computes');
  const same = views.every((view) => sameShape(view.shape, first.shape));
  if (!same) {
    const shapes = views.map(({ shape }) => formatShape(shape)).join(' and ');
    return step.refuse(`it joins ${shapes}`, 'inputs of one shape');
  }
  return views.map((view) =>
    first.shape.length === 3 ? step.writer.picture(view) : step.writer.row(view),
  );
}
