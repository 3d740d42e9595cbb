/**
 * @file Whether a convolution is quicker as Winograd's, and by which variant: counted, in the currency of products.
 *
 * A variant saves multiply-adds and moves more numbers: both factors and the product are written once and read
 * once more. Software adapters take longer to compile the transforms than they could save.
 */
import { VARIANTS, type VariantName } from '../../../../compile/winograd/variants.ts';
import type { Conv2dAttrs } from '../../../../ops/windows/conv2d.ts';
import type { Target } from '../../kernel.ts';
import type { Shapes } from '../product/convolution.ts';
import { isSmall, type ProductPlan, quickest, type TimedPlan } from '../product/plan.ts';
import { type Direction, type Problem, problemOf } from './problem.ts';

export interface WinogradPlan {
  readonly way: 'winograd';
  readonly variant: VariantName;
  readonly problem: Problem;
  readonly product: ProductPlan;
}

/** With fewer, transforms cost about what they save. */
const FEW_CHANNELS = 8;
/** Addends in one float32 sum: transforms make its rounding larger. */
const MOST_PART = 2048;
/** What a number costs that is written and read again, in multiply-adds of one processor. */
const MOVED = 1;
/** Three transforms, each a pass that waits for the one before: what they cost at least. */
const PASSES = 4_800_000;

/** Of the thinner picture, per group. */
const channelsOf = ({ wide, narrow }: Problem): number =>
  Math.min(wide.channels, narrow.channels) / wide.groups;

/** The variant to take, or undefined where the sum itself is as quick. */
export function planWinograd(
  direction: Direction,
  shapes: Shapes,
  attrs: Conv2dAttrs,
  sum: TimedPlan,
  target: Target,
): WinogradPlan | undefined {
  const use = target.winograd;
  if (use === 'off' || (use === 'auto' && isSmall(target))) return undefined;
  const [first, ...others] = VARIANTS.flatMap((variant) => {
    const problem = problemOf(direction, shapes, attrs, variant);
    if (problem === undefined) return [];
    if (use === 'auto' && channelsOf(problem) < FEW_CHANNELS) return [];
    const { left, right, result } = problem.sizes;
    if (Math.max(left, right, result) * 4 > target.maxBinding) return [];
    const { plan: product, time } = quickest([problem.product], target, MOST_PART);
    const plan = { way: 'winograd', variant: variant.name, problem, product } as const;
    return [{ plan, time: time + (left + right + result) * MOVED + PASSES }];
  });
  if (first === undefined) return undefined;
  const best = others.reduce((a, b) => (b.time < a.time ? b : a), first);
  return use === 'always' || best.time < sum.time ? best.plan : undefined;
}
