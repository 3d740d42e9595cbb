/**
 * @file Convolutions and their gradients: padding made a copy, weights laid out, sums cut by slices.
 *
 * Each asks first whether Winograd pays (`winograd.ts`); its reason stays in the node either way.
 * Previous stop: `lower.ts`. Next stop: `../emit/conv2d/conv2d.ts`.
 */
import { sizeOf } from '../../../base/shape.ts';
import { NO_PADS, type Pads } from '../../../base/window.ts';
import { createNode, type Node } from '../../../graph/node.ts';
import type {
  Conv2dAttrs,
  Conv2dInputGradientAttrs,
  Conv2dKernelGradientAttrs,
} from '../../../ops/conv2d.ts';
import { partialSize, planKernelGradient } from '../emit/conv2d/kernelGradient.ts';
import { scatterLayout } from '../emit/conv2d/scatter.ts';
import { sliceBatch, tileColumns } from '../kernel.ts';
import type { Step } from './step.ts';
import { winogradConv2d, winogradKernelGradient } from './winograd.ts';

export function lowerConv2d(node: Node, step: Step): Node {
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

export function lowerInputGradient(node: Node, step: Step): Node {
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

export function lowerKernelGradient(node: Node, step: Step): Node {
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
