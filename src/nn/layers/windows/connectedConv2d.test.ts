import { describe, expect, it } from 'vitest';
import { initialStates } from '../../programs/programs.ts';
import { sequential } from '../../sequential.ts';
import { connectedConv2d } from './connectedConv2d.ts';

const WINDOW = 9;
const MAPS = 120;
/** The first half sees one map, the others three; map 0 is seen by all, maps 1 and 2 by the second half. */
const connections = Array.from({ length: MAPS }, (_, o) => (o < MAPS / 2 ? [0] : [0, 1, 2]));

/** Variance of the kernels of each connection, by what is seen and what is seen there. */
function variances(kernelInitializer: 'glorotUniform' | 'heNormal' | 'fanIn') {
  const spec = sequential({ inputShape: [8, 8, 3] }, [
    connectedConv2d({ connections, kernelSize: 3, kernelInitializer, name: 'layer' }),
  ]);
  const kernel = initialStates(spec, { seed: 1 }).get('layer/kernel')!; // (3, 3, connections)
  const places = connections.flatMap((maps) => maps.map((c) => ({ seen: maps.length, c })));
  const of = (seen: number, first: boolean) => {
    const squares = kernel
      .filter((_, i) => {
        const place = places[i % places.length];
        return place.seen === seen && (place.c === 0) === first;
      })
      .map((x) => x * x);
    return squares.reduce((sum, x) => sum + x, 0) / squares.length;
  };
  return { one: of(1, true), threeFirst: of(3, true), threeOthers: of(3, false) };
}

describe('first values of connectedConv2d', () => {
  it('he: 2 over the window times the maps that a map sees', () => {
    const { one, threeFirst, threeOthers } = variances('heNormal');
    for (const [variance, maps] of [
      [one, 1],
      [threeFirst, 3],
      [threeOthers, 3],
    ])
      expect((variance * WINDOW * maps) / 2).toBeCloseTo(1, 0.5);
    expect(one / threeOthers).toBeGreaterThan(2.3);
  });

  it('glorot: counts the maps that see the input as well', () => {
    const { one, threeFirst, threeOthers } = variances('glorotUniform');
    const expected = (seen: number, readers: number) => 2 / (WINDOW * (seen + readers));
    expect(one / expected(1, MAPS)).toBeCloseTo(1, 0.5);
    expect(threeFirst / expected(3, MAPS)).toBeCloseTo(1, 0.5);
    expect(threeOthers / expected(3, MAPS / 2)).toBeCloseTo(1, 0.5);
    expect(threeOthers / threeFirst).toBeGreaterThan(1.5);
  });

  it('fanIn: uniform on +-2.4 over the inputs, as in 1998', () => {
    const { one, threeOthers } = variances('fanIn');
    const expected = (fanIn: number) => (2.4 / fanIn) ** 2 / 3;
    expect(one / expected(WINDOW)).toBeCloseTo(1, 0.5);
    expect(threeOthers / expected(3 * WINDOW)).toBeCloseTo(1, 0.5);
  });
});
