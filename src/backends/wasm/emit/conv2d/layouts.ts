/**
 * @file How the weights of a convolution, and the partial sums of its gradient, lie in memory.
 *
 * Decided while lowering, since a layout is a shape; the kernels find it in their node's attributes.
 */
import type { ColumnTiles, Target } from '../../kernel.ts';

/** Numbers of one tap's row of a group's filters, in whole lanes. */
export const lanesOf = ({ full, vectors, restVectors }: ColumnTiles): number =>
  4 * (full * vectors + restVectors);

/** How the taps of a kernel are cut into rows of neighbours; also the layout of the transposed weights. */
export interface ScatterLayout {
  /** Neighbouring numbers per tap row: KW * C, or C / groups. */
  readonly run: number;
  /** `run` rounded up to whole lanes. */
  readonly padded: number;
  /** Tap rows per kernel row: 1, or KW. */
  readonly runsPerRow: number;
  /** Filters per group. */
  readonly filters: number;
}

export function scatterLayout(
  w: readonly number[],
  groups: number,
  dilationW: number,
  { pairs }: Target,
): ScatterLayout {
  const [, KW, CG, O] = w;
  const whole = groups === 1 && dilationW === 1;
  const run = whole ? KW * CG : CG;
  const unit = pairs ? 8 : 4;
  return {
    run,
    padded: Math.ceil(run / unit) * unit,
    runsPerRow: whole ? 1 : KW,
    filters: O / groups,
  };
}

/** How a slice of the batch keeps its sums: tiles of taps by tiles of filters, lane by lane. */
export interface PartialLayout {
  /** (KH, KW, C/G, O) */
  readonly kernelShape: readonly number[];
  readonly groups: number;
  readonly columns: ColumnTiles;
}

/** Numbers of one slice's partial sum. */
export function partialSize({ kernelShape, groups, columns }: PartialLayout): number {
  const [KH, KW, CG] = kernelShape;
  return groups * KH * KW * CG * lanesOf(columns);
}

/** Where the partial keeps weight (tap, o), as runs of lanes. */
export function partialPanels({
  columns,
  groups,
  kernelShape: [KH, KW, CG, O],
}: PartialLayout): { column: number; count: number; vectors: number; offset: number }[] {
  const taps = KH * KW * CG;
  const perGroup = O / groups;
  const panels = [];
  let offset = 0;
  for (let group = 0; group < groups; group++) {
    for (let t = 0; t < columns.full + (columns.rest > 0 ? 1 : 0); t++) {
      const whole = t < columns.full;
      const vectors = whole ? columns.vectors : columns.restVectors;
      const column = group * perGroup + t * 4 * columns.vectors;
      panels.push({ column, count: whole ? 4 * vectors : columns.rest, vectors, offset });
      offset += taps * 4 * vectors;
    }
  }
  return panels;
}
