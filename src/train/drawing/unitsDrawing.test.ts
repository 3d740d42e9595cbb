/** @file Drawings of units: which numbers of a kernel are which filter, in which colours, and what is cut out where. */
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { colourAt } from '../../draw/colourScale.ts';
import { layers } from '../../nn/layers/index.ts';
import { parametersOf } from '../../nn/network.ts';
import { sequential } from '../../nn/sequential.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { Excitation, Excited } from '../prediction/excites.ts';
import { drawExcited } from './excitesDrawing.ts';
import { drawWeights, filtersOf } from './weightsDrawing.ts';

const { conv2d, conv2dTranspose, dense, flatten } = layers;

/** Every parameter counts 1, 2, 3, ... */
function counted(spec: ModelSpec) {
  const weights = new Map(
    parametersOf(spec).map(({ name, shape }) => {
      const length = shape.reduce((all, n) => all * n, 1);
      return [name, { shape, data: Float32Array.from({ length }, (_, i) => i + 1) }];
    }),
  );
  return { spec, weights };
}

const pictures = (svg: string) =>
  [...svg.matchAll(/base64,([^"]*)"/g)].map(([, letters = '']) =>
    decode(Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0))),
  );

describe('weights', () => {
  const colours = counted(
    sequential({ name: 'colours', inputShape: [6, 6, 3] }, [
      conv2d({ name: 'first', filters: 2, kernelSize: [1, 2] }),
      conv2dTranspose({ name: 'up', filters: 3, kernelSize: [1, 2] }),
      flatten(),
      dense({ units: 2, activation: 'softmax' }),
    ]),
  );

  it('are parted into filters of (height, width, channels)', () => {
    const [first, up, ...more] = filtersOf(colours);
    expect(more).toEqual([]);
    // (1, 2, 3 in, 2 out)
    expect(first).toMatchObject({ layer: 'first', shape: [1, 2, 3], limit: 12 });
    expect([...(first?.filters[1] ?? [])]).toEqual([2, 4, 6, 8, 10, 12]);
    // (1, 2, 3 out, 2 in)
    expect(up?.shape).toEqual([1, 2, 2]);
    expect([...(up?.filters[1] ?? [])]).toEqual([3, 4, 9, 10]);
  });

  it('are drawn in colour where they read colours, gray at 0', () => {
    const svg = drawWeights(colours, 'title', { layers: ['first'] });
    expect(svg).toContain('gray is 0');
    const [, , second] = pictures(svg);
    const at = (i: number) => Math.round(127.5 * (1 + i / 12));
    expect([...(second?.data.slice(0, 4) ?? [])]).toEqual([at(2), at(4), at(6), 255]);
  });

  it('of a dense layer that reads the picture are maps of it, with the scale of their sign', () => {
    const model = counted(
      sequential({ name: 'flat', inputShape: [2, 3, 1] }, [
        flatten(),
        dense({ name: 'end', units: 2, activation: 'softmax' }),
      ]),
    );
    const [end] = filtersOf(model);
    expect(end?.shape).toEqual([2, 3, 1]);
    expect([...(end?.filters[0] ?? [])]).toEqual([1, 3, 5, 7, 9, 11]);
    const [, first] = pictures(drawWeights(model, ''));
    expect([...(first?.data.slice(0, 3) ?? [])]).toEqual([...colourAt(1 / 12, 'light')]);
  });

  it('are cut to what was asked for, and refused where there are none', () => {
    const cut = drawWeights(colours, '', { layers: ['up'], maxMaps: 2 });
    expect(pictures(cut)).toHaveLength(1 + 4);
    expect(cut).toMatch(/>a filter a strip<.*>the first 2 of them</s);
    expect(() => filtersOf(colours, ['dense'])).toThrow(/one of first, up|first/);
    const none = sequential({ name: 'none', inputShape: [4] }, [
      dense({ units: 2, activation: 'softmax' }),
    ]);
    expect(() => filtersOf(counted(none))).toThrow(/none has no filters/);
  });
});

describe('what excites', () => {
  const stretch = (start: number, end: number, n: number) => ({
    ...{ start, end },
    first: Math.max(0, start),
    beyond: Math.min(n, end),
  });
  const picture: Excitation = {
    index: 4,
    value: 1.5,
    place: [0, 1],
    seen: [stretch(-1, 2, 4), stretch(1, 4, 5)],
  };
  const excited: Excited = {
    layer: 'conv',
    kind: 'conv2d',
    shape: [4, 5, 1],
    units: [{ unit: 7, pictures: [picture], isConstant: false }],
    count: 9,
  };
  const pixels = Uint8Array.from({ length: 20 }, (_, i) => 10 * i);
  const drawn = (isWhole: boolean) =>
    drawExcited(excited, () => pixels, [4, 5, 1], 't', { isWhole });

  it('is cut out, and what lies outside of the picture is nothing', () => {
    const [found] = pictures(drawn(false));
    const zoom = (found?.width ?? 0) / 3;
    const at = (row: number, column: number) => {
      const i = 4 * (row * zoom * (found?.width ?? 0) + column * zoom);
      return [...(found?.data.slice(i, i + 4) ?? [])];
    };
    expect(at(0, 0)[3]).toBe(0);
    expect(at(1, 0)).toEqual([10, 10, 10, 255]);
    expect(at(2, 2)).toEqual([80, 80, 80, 255]);
    expect(drawn(false)).toContain('unit 7');
  });

  it('or framed on the whole picture', () => {
    const svg = drawn(true);
    const zoom = (pictures(svg)[0]?.width ?? 0) / 5;
    const frame = new RegExp(`<rect x="${zoom}" y="8" width="${3 * zoom}" height="${2 * zoom}"`);
    expect(svg).toMatch(frame);
  });
});
