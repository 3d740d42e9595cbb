/**
 * @file Whether the label is among the k best of its row: the order of `ops/scores/inTopK.ts`, in WGSL's terms.
 */
import { unreachable } from '../../../../base/errors.ts';
import { inTopK, type Ranking, rankAdded } from '../../../../ops/scores/inTopK.ts';
import { defineRows } from './rows.ts';

/** Truths are 0 or 1. */
const TEXT: Ranking<string, string, string> = {
  greater: (a, b) => `u32(${a} > ${b})`,
  equal: (a, b) => `u32(${a} == ${b})`,
  isNaN: (a) => `u32(isNaN(${a}))`,
  less: (a, b) => `u32(${a} < ${b})`,
  and: (a, b) => `(${a} & ${b})`,
  or: (a, b) => `(${a} | ${b})`,
  times: (a, k) => `(${a} * ${k}u)`,
  add: (a, b) => `(${a} + ${b})`,
};

export const inTopKKernel = defineRows(
  inTopK,
  (row, { inputs: [x = unreachable, labels = unreachable], outputs: [y = unreachable] }, { k }) => {
    const own = { logit: 'own', column: 'label' };
    // Beyond the columns of a row every k is alike, and counts stay small enough for a float.
    const least = Math.min(k, row.columns + 1);
    return {
      calls: ['isNaN'],
      lines: [
        `let label = u32(${labels('row')});`,
        `let own = ${x('base + label')};`,
        'var rank = 0f;',
        row.each(
          `let logit = ${x('at')};`,
          `rank += f32(${rankAdded(TEXT, { logit: 'logit', column: 'c' }, own, least)});`,
        ),
        row.together('rank', 'sum'),
        row.once(y('row', `select(0f, 1f, rank < ${least}f)`)),
      ],
    };
  },
);
