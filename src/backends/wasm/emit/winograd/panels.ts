/**
 * @file How transformed weights lie: product by product, in panels one register tile wide.
 *
 * Previous stop: `backends/wasm/program/plan.ts`. Next stop: `weights.ts`, which fills them.
 */
import type { Target } from '../../kernel.ts';

export interface PanelLayout {
  /** Vectors across a panel: a register tile's width. */
  readonly vectors: number;
  /** Panels per group. */
  readonly panels: number;
  /** Bytes of one panel of one product, and from a product to the next. */
  readonly panelBytes: number;
  readonly productBytes: number;
  readonly groupBytes: number;
}

/** Vectors that V8 may fuse to one, side by side. */
export const fusedVectors = ({ pairs }: Target): number => (pairs ? 2 : 1);

export function panelLayout(
  [, , CG, O]: readonly number[],
  groups: number,
  side: number,
  target: Target,
): PanelLayout {
  const vectors = target.pairs ? 4 : 2;
  const panels = Math.ceil(O / groups / (4 * vectors));
  const panelBytes = CG * 16 * vectors;
  // One more line than the panels fill: else all products of a channel would share one set of a cache.
  const productBytes = panels * panelBytes + 64;
  return { vectors, panels, panelBytes, productBytes, groupBytes: side ** 2 * productBytes };
}
