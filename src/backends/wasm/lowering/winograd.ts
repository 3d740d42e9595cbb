/**
 * @file A convolution, or its kernel gradient, by Winograd where the plan takes it: weights transformed once per
 * step, images padded to whole tiles.
 *
 * Previous stop: `lower.ts`. Next stops: `../emit/winograd/plan.ts`, which chooses, `../emit/winograd/conv2d.ts`.
 */
import type { Pads } from '../../../base/window.ts';
import { createNode, type Node } from '../../../graph/node.ts';
import type { Conv2dAttrs, Conv2dKernelGradientAttrs } from '../../../ops/conv2d.ts';
import { chooseWinograd, tilingOf, type WinogradAttrs } from '../emit/winograd/plan.ts';
import { tileSide, type Variant } from '../emit/winograd/variants.ts';
import { panelLayout } from '../emit/winograd/weights.ts';
import type { Step } from './step.ts';

type Pad = (x: Node, pads: Pads) => Node;

/** Undefined: the plan prefers the plain sum, for the reason given. */
export interface WinogradLowering {
  readonly node: Node | undefined;
  readonly reason: string;
}

export function winogradConv2d(node: Node, step: Step, pad: Pad): WinogradLowering {
  const attrs = node.attrs as unknown as Conv2dAttrs;
  const [x, w, ...rest] = node.inputs;
  const problem = { ...attrs, y: node.shape, w: w.shape };
  const { variant, reason } = chooseWinograd(problem, 'forward', step.context.target);
  if (variant === undefined) return { node: undefined, reason };
  const { groups, pads } = attrs;
  const padded = pad(x, wholeTiles(pads, node.shape, variant));
  const lowered = createNode({
    ...node,
    op: 'winogradConv2d',
    inputs: [padded, transformedKernel(w, groups, variant, step), ...rest],
    attrs: {
      epilogue: node.attrs.epilogue,
      ...({
        variant: variant.name,
        groups,
        kernelShape: w.shape,
        reason,
      } satisfies WinogradAttrs),
    },
  });
  return { node: step.mark(lowered), reason };
}

export function winogradKernelGradient(node: Node, step: Step, pad: Pad): WinogradLowering {
  const attrs = node.attrs as unknown as Conv2dKernelGradientAttrs;
  const [x, dy] = node.inputs;
  const problem = { ...attrs, y: dy.shape, w: attrs.kernelShape };
  const { variant, reason } = chooseWinograd(problem, 'kernelGradient', step.context.target);
  if (variant === undefined) return { node: undefined, reason };
  const { groups, pads, kernelShape } = attrs;
  const lowered = createNode({
    ...node,
    op: 'winogradKernelGradient',
    inputs: [pad(x, wholeTiles(pads, dy.shape, variant)), dy],
    attrs: { variant: variant.name, groups, kernelShape, reason } satisfies WinogradAttrs,
  });
  return { node: lowered, reason };
}

/** More zeros at the bottom and right, so that the last tile is whole. */
function wholeTiles(pads: Pads, y: readonly number[], variant: Variant): Pads {
  const { down, across, m } = tilingOf(y, variant);
  const [[top, bottom], [left, right]] = pads;
  return [
    [top, bottom + down * m - y[1]],
    [left, right + across * m - y[2]],
  ];
}

function transformedKernel(w: Node, groups: number, variant: Variant, step: Step): Node {
  return step.once(`winograd ${w.id} ${groups} ${variant.name}`, () => {
    const layout = panelLayout(w.shape, groups, tileSide(variant), step.context.target);
    return createNode({
      op: 'winogradKernel',
      inputs: [w],
      attrs: { variant: variant.name, groups },
      shape: [(groups * layout.groupBytes) / 4],
      dtype: 'f32',
      name: `${w.name}/${variant.name}`,
    });
  });
}
