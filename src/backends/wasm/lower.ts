/**
 * @file From the compiled graph to nodes that each have a kernel: layout made explicit.
 *
 * - Padding of a convolution becomes a padded copy; kernels then never meet a border.
 * - Weights that a gradient reads transposed become a transposed copy, once per step.
 * - A sum over the batch becomes one partial per slice and the sum of the partials.
 * - Broadcasts no kernel can read in place become copies.
 * Previous stop: `compile/pipeline.ts`. Next stop: `families.ts`, which gives each node its kernel.
 */
import { sizeOf } from '../../base/shape.ts';
import type { Pads } from '../../base/window.ts';
import {
  createNode,
  type Graph,
  isSource,
  type Node,
  rootsOf,
  topologicalOrder,
} from '../../graph/node.ts';
import type {
  Conv2dAttrs,
  Conv2dInputGradientAttrs,
  Conv2dKernelGradientAttrs,
} from '../../ops/conv2d.ts';
import { expressionOf } from '../../ops/elementwise.ts';
import { readingOf } from '../../ops/epilogue.ts';
import type { MatmulAttrs } from '../../ops/matmul.ts';
import type { Upsample2dAttrs } from '../../ops/upsample2d.ts';
import {
  lowerConnected,
  lowerConnectedInputGradient,
  lowerConnectedKernelGradient,
} from './connected.ts';
import { partialSize, planKernelGradient } from './emit/conv2dKernelGradient.ts';
import { scatterLayout } from './emit/conv2dScatter.ts';
import { MOST_THIN_ROWS } from './emit/matmulThin.ts';
import { FEW_ROWS_FOR_DOTS } from './emit/rowDots.ts';
import { type PlanContext, type Slicing, sliceBatch, type Target, tileColumns } from './kernel.ts';
import { winogradConv2d, winogradKernelGradient } from './lowerWinograd.ts';

export interface Lowered {
  readonly graph: Graph;
  readonly context: PlanContext;
}

const NO_PADS: Pads = [
  [0, 0],
  [0, 0],
];

/** Fewer images than this are not handed to threads one by one: each kernel is cut by its own rows. */
const FEW_IMAGES = 4;

export function lower(graph: Graph, target: Target): Lowered {
  const batched = new Set<Node>();
  const slicing = batchOf(graph);
  const context: PlanContext = { target, slicing, isBatched: (node) => batched.has(node) };
  const done = new Map<Node, Node>();
  const memo = new Map<string, Node>();
  /** A derived copy of a node, made once however many kernels read it. */
  const once = (key: string, make: () => Node): Node => {
    const found = memo.get(key);
    if (found !== undefined) return found;
    const node = make();
    memo.set(key, node);
    return node;
  };
  const mark = (node: Node): Node => {
    if (
      slicing !== undefined &&
      slicing.images >= FEW_IMAGES &&
      isBatchedNode(node, batched, slicing)
    )
      batched.add(node);
    return node;
  };
  const step: Step = { context, mark, once };
  for (const node of topologicalOrder(rootsOf(graph))) {
    const inputs = node.inputs.map((i) => done.get(i) as Node);
    const same = inputs.every((input, i) => input === node.inputs[i]);
    const rebuilt = same ? node : createNode({ ...node, inputs });
    const rule = RULES[node.op];
    done.set(node, rule === undefined ? mark(fitBroadcasts(rebuilt, step)) : rule(rebuilt, step));
  }
  const renewed = (node: Node): Node => done.get(node) as Node;
  return {
    context,
    graph: {
      outputs: Object.fromEntries(
        Object.entries(graph.outputs).map(([name, n]) => [name, renewed(n)]),
      ),
      updates: graph.updates.map(({ state, value }) => ({
        state: renewed(state),
        value: renewed(value),
      })),
    },
  };
}

interface Step {
  readonly context: PlanContext;
  /** Notes whether a new node's leading axis is the batch. */
  mark(node: Node): Node;
  once(key: string, make: () => Node): Node;
}

/** The batch is the leading extent of the graph's first input with axes. */
function batchOf(graph: Graph): Slicing | undefined {
  for (const node of topologicalOrder(rootsOf(graph))) {
    if (node.op === 'input' && node.shape.length >= 2) return sliceBatch(node.shape[0]);
  }
  return undefined;
}

/**
 * Ops whose rows are independent: image n of the result needs image n of the first so many inputs, and all of
 * the others; those after the op's own are an epilogue's, read as it says.
 */
const ROW_OPS: ReadonlyMap<string, number> = new Map([
  ['conv2d', 1],
  ['conv2dInputGradient', 1],
  ['winogradConv2d', 1],
  ['conv2dScatter', 1],
  ['channelSums', 1],
  ['slotConv2d', 1],
  ['slotConv2dInput', 1],
  ['matmul', 1],
  ['rowDots', 1],
  ['averagePool2d', 1],
  ['averagePool2dGradient', 1],
  ['maxPool2d', 1],
  ['maxPool2dGradient', 3],
  ['minPool2d', 1],
  ['minPool2dGradient', 3],
  ['softmax', 1],
  ['softmaxGradient', 2],
  ['softmaxCrossEntropy', 2],
  ['softmaxCrossEntropyGradient', 3],
  ['inTopK', 2],
  ['reshape', 1],
  ['pad2d', 1],
  ['pad2dGradient', 1],
  ['upsample2d', 1],
  ['upsample2dGradient', 1],
  ['concatenate', Number.POSITIVE_INFINITY],
  ['slice', 1],
  ['sliceGradient', 1],
  ['localResponseNormalization', 1],
  ['localResponseNormalizationGradient', 2],
  ['categoricalCrossEntropy', 2],
  ['categoricalCrossEntropyGradient', 3],
  ['rbf', 1],
  ['rbfInputGradient', 1],
  ['sumTo', 1],
]);

function isBatchedNode(node: Node, batched: ReadonlySet<Node>, { images }: Slicing): boolean {
  if (node.shape.length === 0 || node.shape[0] !== images) return false;
  if (node.op === 'input') return node.shape.length > 1 || node.dtype === 'i32';
  if (node.op === 'matmul' && (node.attrs as MatmulAttrs).transposeA === true) return false;
  // Random numbers are made beside what reads them, image by image.
  if (node.op === 'randomUniform') return node.shape.length > 1 && node.inputs.every(isSource);
  // A sum keeps its rows apart if it keeps the leading axis where it was.
  if (node.op === 'sumTo' && node.shape.length !== node.inputs[0].shape.length) return false;
  const own = ROW_OPS.get(node.op) ?? (expressionOf(node) === undefined ? undefined : 0);
  if (own === undefined) return false;
  const aligned = node.inputs.filter((input, i) => i < own || readingOf(input, node) === 'element');
  const known = (i: Node): boolean => batched.has(i) || i.op === 'constant';
  if (!aligned.some((i) => batched.has(i)) || !aligned.every(known)) return false;
  // An input read whole (weights, a bias) must be finished before: it cannot come slice by slice itself.
  return node.inputs.every((i) => aligned.includes(i) || isSource(i) || !batched.has(i));
}

type Rule = (node: Node, step: Step) => Node;

const RULES: Readonly<Record<string, Rule | undefined>> = {
  conv2d: lowerConv2d,
  conv2dInputGradient: lowerInputGradient,
  conv2dKernelGradient: lowerKernelGradient,
  connectedConv2d: lowerConnected,
  connectedConv2dInputGradient: lowerConnectedInputGradient,
  connectedConv2dKernelGradient: lowerConnectedKernelGradient,
  matmul: lowerMatmul,
  sumTo: lowerSumTo,
  upsample2dGradient: lowerUpsampleGradient,
};

function lowerConv2d(node: Node, step: Step): Node {
  const { pads } = node.attrs as unknown as Conv2dAttrs;
  const [x, w, ...rest] = node.inputs;
  const winograd = winogradConv2d(node, step, (image, p) => padImage(image, p, step));
  if (winograd.node !== undefined) return winograd.node;
  const padded = padImage(x, pads, step);
  const packed = packKernel(w, node, step);
  return step.mark(
    createNode({
      ...node,
      inputs: [padded, packed, ...rest],
      attrs: {
        ...node.attrs,
        pads: NO_PADS,
        kernelShape: w.shape,
        packed: packed !== w,
        winograd: winograd.reason,
      },
    }),
  );
}

/** A zero-padded copy of a batch of images; negative pads crop. */
function padImage(x: Node, pads: Pads, step: Step): Node {
  if (pads.flat().every((p) => p === 0)) return x;
  return step.once(`pad ${x.id} ${pads.join()}`, () => {
    const [N, H, W, C] = x.shape;
    const shape = [N, H + pads[0][0] + pads[0][1], W + pads[1][0] + pads[1][1], C];
    const attrs = { mode: 'constant', pads, value: 0 };
    return step.mark(
      createNode({
        op: 'pad2d',
        inputs: [x],
        attrs,
        shape,
        dtype: 'f32',
        name: `${x.name}/padded`,
      }),
    );
  });
}

/** Above this many bytes a kernel read in place would miss the nearest cache at every tap. */
const IN_PLACE_BYTES = 128 * 1024;

function packKernel(w: Node, node: Node, step: Step): Node {
  const { groups } = node.attrs as unknown as Conv2dAttrs;
  if (sizeOf(w.shape) * 4 <= IN_PLACE_BYTES) return w;
  return step.once(`pack ${w.id} ${groups}`, () => {
    const { full, vectors, restVectors } = tileColumns(w.shape[3] / groups, step.context.target);
    const [KH, KW, CG] = w.shape;
    const shape = [groups * KH * KW * CG * 4 * (full * vectors + restVectors)];
    return createNode({
      op: 'packKernel',
      inputs: [w],
      attrs: { groups },
      shape,
      dtype: 'f32',
      name: `${w.name}/packed`,
    });
  });
}

/** Input channels per group from which lanes over channels are as good as lanes over taps. */
const GATHER_CHANNELS = 16;

function lowerInputGradient(node: Node, step: Step): Node {
  const attrs = node.attrs as unknown as Conv2dInputGradientAttrs;
  const [dy, w] = node.inputs;
  const { strides, dilation, pads, groups } = attrs;
  const reach = [0, 1].map((axis) => (w.shape[axis] - 1) * dilation[axis]);
  const dense = strides[0] === 1 && strides[1] === 1;
  const simple = w.shape[2] >= GATHER_CHANNELS && groups <= 4;
  if (dense && simple) {
    // dx is the convolution of dy, padded by what is missing, with the flipped kernel.
    const flipped = step.once(`flip ${w.id} ${groups}`, () => {
      const [KH, KW, CG, O] = w.shape;
      const shape = [KH, KW, O / groups, CG * groups];
      return createNode({
        op: 'flipKernel',
        inputs: [w],
        attrs: { groups },
        shape,
        dtype: 'f32',
        name: `${w.name}/flipped`,
      });
    });
    const padding: Pads = [
      [reach[0] - pads[0][0], node.shape[1] + pads[0][0] - dy.shape[1]],
      [reach[1] - pads[1][0], node.shape[2] + pads[1][0] - dy.shape[2]],
    ];
    return lowerConv2d(
      createNode({
        ...node,
        op: 'conv2d',
        inputs: [dy, flipped],
        attrs: { strides, dilation, groups, pads: padding },
      }),
      step,
    );
  }
  const layout = scatterLayout(w.shape, groups, dilation[1], step.context.target);
  const transposed = step.once(`scatter ${w.id} ${groups} ${dilation[1]}`, () =>
    createNode({
      op: 'scatterKernel',
      inputs: [w],
      attrs: { groups, dilationW: dilation[1] },
      shape: [groups * w.shape[0] * layout.runsPerRow * layout.filters * layout.padded],
      dtype: 'f32',
      name: `${w.name}/transposed`,
    }),
  );
  return step.mark(
    createNode({
      ...node,
      op: 'conv2dScatter',
      inputs: [dy, transposed],
      attrs: { ...node.attrs, kernelShape: w.shape },
    }),
  );
}

function lowerKernelGradient(node: Node, step: Step): Node {
  const attrs = node.attrs as unknown as Conv2dKernelGradientAttrs;
  const [x, dy] = node.inputs;
  const winograd = winogradKernelGradient(node, step, (image, p) => padImage(image, p, step));
  if (winograd.node !== undefined) return winograd.node;
  const padded = padImage(x, attrs.pads, step);
  const valid = createNode({
    ...node,
    inputs: [padded, dy],
    attrs: { ...node.attrs, pads: NO_PADS, winograd: winograd.reason },
  });
  const slicing = sliceBatch(x.shape[0]);
  const plan = planKernelGradient(valid, { ...step.context, slicing });
  const partials = createNode({
    ...valid,
    op: 'kernelGradientPartials',
    shape: [slicing.slices, partialSize(plan)],
    name: `${node.name}/partials`,
  });
  return createNode({
    ...node,
    op: 'kernelGradientSum',
    inputs: [partials],
    attrs: { plan },
  });
}

/** Matrices beyond this many bytes are worth packing. */
const PACKING_BYTES = 256 * 1024;
/** Products whose every result is a sum of at most so many: their cost is not the arithmetic. */
const FEW_STEPS = 512;

/** The kernel for a product whose weights, or whose result, are large; undefined for the others. */
function largeProduct(
  node: Node,
  { transposeA, transposeB }: Required<MatmulAttrs>,
): string | undefined {
  const [a, b] = node.inputs;
  const [M] = node.shape;
  if (transposeA) {
    const few = a.shape[0] <= FEW_STEPS && M >= FEW_ROWS;
    return few && !transposeB && sizeOf(node.shape) * 4 > PACKING_BYTES ? 'matmulOuter' : undefined;
  }
  if (sizeOf(b.shape) * 4 <= PACKING_BYTES) return undefined;
  if (M > MOST_THIN_ROWS) return 'matmulPacked';
  return transposeB ? undefined : 'matmulThin';
}

function lowerMatmul(node: Node, step: Step): Node {
  const { transposeA = false, transposeB = false } = node.attrs as MatmulAttrs;
  const large = largeProduct(node, { transposeA, transposeB });
  if (large !== undefined) return createNode({ ...node, op: large });
  if (!transposeB) return step.mark(node);
  if (!transposeA && node.shape[0] <= FEW_ROWS_FOR_DOTS) {
    return step.mark(createNode({ ...node, op: 'rowDots' }));
  }
  const [a, b, ...rest] = node.inputs;
  const transposed = step.once(`transpose ${b.id}`, () =>
    createNode({
      op: 'transpose',
      inputs: [b],
      attrs: {},
      shape: [b.shape[1], b.shape[0]],
      dtype: 'f32',
      name: `${b.name}/transposed`,
    }),
  );
  return step.mark(
    createNode({
      ...node,
      inputs: [a, transposed, ...rest],
      attrs: { ...node.attrs, transposeA, transposeB: false },
    }),
  );
}

/** Rows above which a column sum is worth one partial per slice. */
const FEW_ROWS = 32;

function lowerSumTo(node: Node, step: Step): Node {
  const [x] = node.inputs;
  const columns = x.shape[x.shape.length - 1];
  const rows = sizeOf(x.shape) / columns;
  const overRows =
    sizeOf(node.shape) === columns && node.shape[node.shape.length - 1] === columns && columns > 1;
  const { slicing, isBatched } = step.context;
  if (!overRows || slicing === undefined || !isBatched(x) || rows < FEW_ROWS)
    return step.mark(node);
  const partials = createNode({
    op: 'columnPartials',
    inputs: [x],
    attrs: {},
    shape: [slicing.slices, columns],
    dtype: 'f32',
    name: `${node.name}/partials`,
  });
  return createNode({ ...node, inputs: [partials] });
}

/** The sum of a block of repeats is a pooling whose windows do not overlap. */
function lowerUpsampleGradient(node: Node, step: Step): Node {
  const { factors } = node.attrs as unknown as Upsample2dAttrs;
  const attrs = { window: factors, strides: factors, pads: NO_PADS };
  return step.mark(createNode({ ...node, attrs }));
}

/** Copies the inputs of an element-wise or fused node that are broadcast in a way its kernel cannot read. */
function fitBroadcasts(node: Node, step: Step): Node {
  if (expressionOf(node) === undefined) return node;
  const inputs = node.inputs.map((input) =>
    readingOf(input, node) !== undefined
      ? input
      : step.mark(
          createNode({
            op: 'broadcastTo',
            inputs: [input],
            attrs: { shape: node.shape },
            shape: node.shape,
            dtype: 'f32',
            name: `${input.name}/broadcast`,
          }),
        ),
  );
  return inputs.every((input, i) => input === node.inputs[i])
    ? node
    : createNode({ ...node, inputs });
}
