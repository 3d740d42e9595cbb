/**
 * @file The weights of a convolution, copied once per step to the order in which a kernel reads them.
 *
 * Previous stop: `lowering/convolution.ts`. Next stop: `../moves/stridedCopy.ts`.
 */
import { type Copy, level } from '../../../../compile/moves/copy.ts';
import { defineCopy } from '../moves/stridedCopy.ts';
import { lanesOf } from './layouts.ts';
import { flipWeights, packWeights, scatterWeights } from './ops.ts';

/** (KH, KW, C/G, O) to panels of one tile's width, taps inside: `conv2d.ts` reads them in order. */
export const packWeightsKernel = defineCopy(packWeights, ({ inputs: [w] }, { groups, columns }) => {
  const { full, vectors, rest, restVectors } = columns;
  const [KH, KW, CG, O] = w.shape;
  const taps = KH * KW * CG;
  const panelSize = taps * lanesOf(columns);
  const copies: Copy[] = [];
  for (let g = 0; g < groups; g++) {
    const from = (g * O) / groups;
    const width = 4 * vectors;
    if (full > 0) {
      copies.push({
        from,
        to: g * panelSize,
        levels: [level(full, width, taps * width), level(taps, O, width), level(width, 1, 1)],
      });
    }
    if (rest > 0) {
      copies.push({
        from: from + full * width,
        to: g * panelSize + full * taps * width,
        levels: [level(taps, O, 4 * restVectors), level(rest, 1, 1)],
      });
    }
  }
  return {
    copies: [copies],
    ...(rest > 0 && rest < 4 * restVectors ? { fill: 0 } : {}),
  };
});

/** w'[kh,kw,o,g*CG+c] = w[KH-1-kh, KW-1-kw, c, g*OG+o]: the kernel of the input gradient. */
export const flipWeightsKernel = defineCopy(flipWeights, ({ shape, inputs: [w] }, { groups }) => {
  const [KH, KW, CG, O] = w.shape;
  const [, , OG, C] = shape;
  const copies = Array.from(
    { length: groups },
    (_, g): Copy => ({
      from: (KH * KW - 1) * CG * O + g * OG,
      to: g * CG,
      levels: [level(KH * KW, -CG * O, OG * C), level(OG, 1, C), level(CG, O, 1)],
    }),
  );
  return { copies: [copies] };
});

/** w'[g, kh, (kw), o, taps of one run] padded to whole lanes: what `scatter.ts` reads. */
export const scatterWeightsKernel = defineCopy(
  scatterWeights,
  ({ inputs: [w] }, { groups, layout }) => {
    const { run, padded, runsPerRow, filters } = layout;
    const [KH, KW, CG, O] = w.shape;
    const rows = KH * runsPerRow;
    const tapsPerRow = (KW * CG) / runsPerRow;
    const copies = Array.from(
      { length: groups },
      (_, g): Copy => ({
        from: g * filters,
        to: g * rows * filters * padded,
        levels: [
          level(rows, tapsPerRow * O, filters * padded),
          level(filters, 1, padded),
          level(run, O, 1),
        ],
      }),
    );
    return { copies: [copies], ...(run < padded ? { fill: 0 } : {}) };
  },
);
