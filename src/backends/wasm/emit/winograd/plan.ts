/**
 * @file When Winograd's convolution pays, and which variant: a count of the cycles of both ways.
 *
 * A tile of a x a inputs costs a^2 multiply-adds per channel and filter instead of m^2 r^2, but is transformed
 * on its way in and out, and so are the weights, once per step. Few channels, few filters or few tiles leave
 * nothing to save; where weights are transformed once for many runs, reading them is what they cost. Previous stop: `lowering/winograd.ts`. Next stops: `weights.ts`, `conv2d.ts`, `kernelGradient.ts`.
 */
import type { Pair } from '../../../../base/window.ts';
import { tileSide, VARIANTS, type Variant } from '../../../../compile/winograd/variants.ts';
import type { Target } from '../../kernel.ts';

/** A convolution, forward or one of its gradients, whatever its padding. */
export interface WinogradProblem {
  /** (N, OH, OW, O): what the convolution gives forward. */
  readonly y: readonly number[];
  /** (KH, KW, C/groups, O) */
  readonly w: readonly number[];
  readonly strides: Pair;
  readonly dilation: Pair;
  readonly groups: number;
  /** Whether both ways find their weights as they want them, from far away. */
  readonly prepared?: boolean;
}

export type Pass = 'forward' | 'kernelGradient';

export interface WinogradChoice {
  /** Undefined: the sum as it stands. */
  readonly variant: Variant | undefined;
  /** For people: what decided. */
  readonly reason: string;
}

/** Fewer channels or filters per group than this: the transforms would outweigh the products. */
const FEWEST_CHANNELS = 16;
/** What a variant must promise before its transforms and rounding are taken on. */
const WORTH = 1.15;

export function chooseWinograd(
  problem: WinogradProblem,
  pass: Pass,
  target: Target,
): WinogradChoice {
  const { w, strides, dilation, groups } = problem;
  const [KH, KW, CG, O] = w;
  const refused = (reason: string): WinogradChoice => ({ variant: undefined, reason });
  if (target.winograd === 'off') return refused('turned off');
  if (strides.some((s) => s !== 1)) return refused('strides above 1');
  if (dilation.some((d) => d !== 1)) return refused('dilated');
  const fitting = VARIANTS.filter(({ r }) => r === KH && r === KW);
  if (fitting.length === 0) return refused(`no variant for a ${KH}x${KW} kernel`);
  if (CG < FEWEST_CHANNELS || O / groups < FEWEST_CHANNELS)
    return refused(`${CG} channels and ${O / groups} filters per group, too few`);
  const direct = directCycles(problem, target);
  const costs = fitting
    .map((variant) => ({ variant, gain: direct / winogradCycles(problem, variant, pass, target) }))
    .sort((a, b) => b.gain - a.gain);
  const [{ variant, gain }] = costs;
  const promise = `${variant.name} ${gain.toFixed(2)} times as fast as the plain sum by the plan's count`;
  if (target.winograd === 'always') return { variant, reason: `${promise}; taken wherever it can` };
  return gain >= WORTH ? { variant, reason: promise } : refused(`${promise}, not worth it`);
}

export interface Tiling {
  readonly m: number;
  readonly side: number;
  /** Tiles down and across one image. */
  readonly down: number;
  readonly across: number;
  readonly perImage: number;
}

export function tilingOf(y: readonly number[], variant: Variant): Tiling {
  const [, OH, OW] = y;
  const down = Math.ceil(OH / variant.m);
  const across = Math.ceil(OW / variant.m);
  return { m: variant.m, side: tileSide(variant), down, across, perImage: down * across };
}

/** Multiply-adds a core retires per cycle. */
const rate = ({ pairs }: Target): number => (pairs ? 16 : 8);
/** Share of it that the plain sum reaches. */
const DIRECT_SHARE = 0.88;

/**
 * Cycles, fitted to measurements with fused pairs: layers of 32 to 384 channels, batches of 1 to 64, all
 * variants. The promise is within a quarter of what was measured, for most within a tenth.
 */
interface Costs {
  /** Of a tile and channel, 6 x 6, on its way in or out. */
  readonly transform: number;
  /** Of a weight: 36 numbers written, and met again from far away; or met from memory that threads share. */
  readonly weight: number;
  /** Steps that a register tile costs beside those of its sum. */
  readonly extraSteps: number;
  /** Share of the rate that the products between the transforms reach. */
  readonly share: number;
}

const COSTS: Readonly<Record<Pass, Costs>> = {
  forward: { transform: 8, weight: 30, extraSteps: 8, share: 0.9 },
  // Tiles of x and dy are transformed once for each block of weights they meet: x about twice.
  kernelGradient: { transform: 22, weight: 20, extraSteps: 0, share: 0.85 },
};
/** Steps of a register tile in the kernel gradient: a chunk of tiles. */
const CHUNK = 64;

function directCycles({ y, w, groups, prepared }: WinogradProblem, target: Target): number {
  const [N, OH, OW, O] = y;
  const [KH, KW, CG] = w;
  const sums = N * OH * OW * columnsOf(O, groups, target);
  const read = prepared === true ? (COSTS.forward.weight / 36) * KH * KW * CG * O : 0;
  return (sums * KH * KW * CG) / (rate(target) * DIRECT_SHARE) + read;
}

/** Filters, rounded up to whole panels in each group. */
function columnsOf(O: number, groups: number, target: Target): number {
  const width = target.pairs ? 16 : 8;
  return groups * Math.ceil(O / groups / width) * width;
}

function winogradCycles(
  { y, w, groups }: WinogradProblem,
  variant: Variant,
  pass: Pass,
  target: Target,
): number {
  const { side, perImage } = tilingOf(y, variant);
  const [, , CG, O] = w;
  const { transform, weight, extraSteps, share } = COSTS[pass];
  const tiles = y[0] * perImage;
  const steps = pass === 'forward' ? CG : Math.min(CHUNK, tiles);
  const sums = side ** 2 * tiles * CG * columnsOf(O, groups, target);
  const products = (sums * (1 + extraSteps / steps)) / (rate(target) * share);
  const size = (side / 6) ** 2;
  const transforms = (transform * size * 16) / rate(target);
  const channels = pass === 'forward' ? CG * groups + O : 2 * CG * groups + O;
  return products + transforms * tiles * channels + weight * size * CG * O;
}
