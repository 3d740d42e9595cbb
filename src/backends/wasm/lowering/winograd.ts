/**
 * @file A convolution, or its kernel gradient, by Winograd where the plan takes it: weights transformed once per
 * step, images padded to whole tiles.
 *
 * Previous stop: `lower.ts`. Next stops: `../emit/winograd/plan.ts`, which chooses, `../emit/winograd/conv2d.ts`.
 */
import { fourAxes } from '../../../base/shape.ts';
import type { Pads } from '../../../base/window.ts';
import { tileSide, type Variant } from '../../../compile/winograd/variants.ts';
import { type Node, twoInputs } from '../../../graph/node.ts';
import type { Conv2dAttrs, Conv2dKernelGradientAttrs } from '../../../ops/windows/conv2d.ts';
import { winogradConv2d, winogradKernelGradient, winogradWeights } from '../emit/winograd/ops.ts';
import { type PanelLayout, panelLayout } from '../emit/winograd/panels.ts';
import { chooseWinograd, tilingOf } from '../emit/winograd/plan.ts';
import { loweredNode, type Step } from './step.ts';

type Pad = (x: Node, pads: Pads) => Node;

/** Undefined: the plan prefers the plain sum, for the reason given. */
export interface WinogradLowering {
  readonly node: Node | undefined;
  readonly reason: string;
}

export function winogradConv2dOf(
  node: Node,
  attrs: Conv2dAttrs,
  step: Step,
  pad: Pad,
): WinogradLowering {
  const [x, w, ...rest] = twoInputs(node);
  const { target } = step.context;
  const prepared = step.isPrepared(w);
  const problem = { ...attrs, y: node.shape, w: w.shape, prepared };
  const { variant, reason } = chooseWinograd(problem, 'forward', target);
  if (variant === undefined) return { node: undefined, reason };
  const { groups, pads } = attrs;
  const [, OH, OW] = fourAxes(node.shape);
  const padded = pad(x, wholeTiles(pads, node.shape, variant));
  const layout = panelLayout(w.shape, groups, tileSide(variant), target);
  const lowered = loweredNode(
    winogradConv2d,
    [padded, transformedWeights(w, groups, variant, layout, step), ...rest],
    {
      variant: variant.name,
      groups,
      kernelShape: w.shape,
      reason,
      outputSize: [OH, OW],
      layout,
    },
    node,
  );
  return { node: step.mark(lowered), reason };
}

export function winogradGradientOf(
  node: Node,
  attrs: Conv2dKernelGradientAttrs,
  step: Step,
  pad: Pad,
): WinogradLowering {
  const [x, dy] = twoInputs(node);
  const { groups, pads, kernelShape } = attrs;
  const problem = { ...attrs, y: dy.shape, w: kernelShape };
  const { variant, reason } = chooseWinograd(problem, 'kernelGradient', step.context.target);
  if (variant === undefined) return { node: undefined, reason };
  const inputs = [pad(x, wholeTiles(pads, dy.shape, variant)), dy];
  const gradient = { variant: variant.name, groups, kernelShape, reason };
  return { node: loweredNode(winogradKernelGradient, inputs, gradient, node), reason };
}

/** More zeros at the bottom and right, so that the last tile is whole. */
function wholeTiles(pads: Pads, y: readonly number[], variant: Variant): Pads {
  const { down, across, m } = tilingOf(y, variant);
  const [, OH, OW] = fourAxes(y);
  const [[top, bottom], [left, right]] = pads;
  return [
    [top, bottom + down * m - OH],
    [left, right + across * m - OW],
  ];
}

function transformedWeights(
  w: Node,
  groups: number,
  { name: variant }: Variant,
  layout: PanelLayout,
  step: Step,
): Node {
  return step.once(`winograd ${w.id} ${groups} ${variant}`, () =>
    loweredNode(winogradWeights, [w], { variant, groups, layout }, `${w.name}/${variant}`),
  );
}
