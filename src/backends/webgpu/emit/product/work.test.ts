/** @file What some items of a product reach: rows, parts of the depth, groups; and where their results lie. */
import { describe, expect, it } from 'vitest';
import type { Span } from '../../kernel.ts';
import type { Factor, Product } from './factor.ts';
import { directRegion, factorReach, resultReach, tiledRegion } from './work.ts';

const span = (from: number, to: number): Span => ({ from, to });

const NOWHERE: Factor = { along: 'depth', quads: false, gaps: true, place: '', at: '' };

/** Two groups of 100 rows; results row by row, the groups one behind the other. */
const product: Product = {
  rows: 100,
  columns: 8,
  depth: 60,
  groups: 2,
  left: { ...NOWHERE, reach: (lines, depth, groups) => span(lines.from + groups.from, depth.to) },
  right: NOWHERE,
  result: {
    quads: false,
    at: '',
    reach: (rows, groups) =>
      span(800 * groups.from + 8 * rows.from, 800 * (groups.to - 1) + 8 * rows.to),
  },
};

/** Four rows of tiles; parts of 32 and 28 addends. */
const plan = {
  splits: 2,
  tile: { rows: 32, columns: 32, depth: 8, threadRows: 4, threadColumns: 4, buffers: 1 },
} as const;

describe('items of a tiled product', () => {
  const region = tiledRegion(product, plan);

  it('are rows of tiles within one part of the depth of one group', () => {
    expect(region(span(5, 7))).toEqual({
      rows: span(32, 96),
      depth: span(32, 60),
      groups: span(0, 1),
      splits: span(1, 2),
    });
    expect(region(span(15, 16))).toMatchObject({ rows: span(96, 100), groups: span(1, 2) });
  });

  it('are all rows where they go on in the next part, and the whole depth in the next group', () => {
    expect(region(span(3, 5))).toEqual({
      rows: span(0, 100),
      depth: span(0, 60),
      groups: span(0, 1),
      splits: span(0, 2),
    });
    expect(region(span(7, 9))).toMatchObject({ depth: span(0, 60), groups: span(0, 2) });
  });

  it('store where their part of the depth has its results', () => {
    const reach = resultReach(product, region, 1600)!;
    expect(reach(span(5, 7))).toEqual(span(1600 + 256, 1600 + 768));
    expect(reach(span(13, 14))).toEqual(span(1600 + 800 + 256, 1600 + 800 + 512));
    expect(reach(span(0, 16))).toEqual(span(0, 3200));
  });

  it('read of a factor what it says, or anything', () => {
    const rows = factorReach(product.left, region, (some) => some.rows)!;
    expect(rows(span(13, 14))).toEqual(span(33, 60));
    expect(factorReach(product.right, region, (some) => some.rows)).toBeUndefined();
  });
});

it('items of a product without tiles are results one by one, for each part of the depth', () => {
  const region = directRegion(product, plan);
  expect(region(span(1600 + 16, 1600 + 33))).toEqual({
    rows: span(1, 3),
    depth: span(30, 60),
    groups: span(0, 2),
    splits: span(1, 2),
  });
  expect(region(span(1599, 1601))).toMatchObject({ rows: span(0, 100), depth: span(0, 60) });
});
