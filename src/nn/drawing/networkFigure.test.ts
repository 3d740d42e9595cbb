import { describe, expect, it } from 'vitest';
import { modelNames, modelOf } from '../../models/index.ts';
import { layers } from '../layers/index.ts';
import { input, model } from '../model.ts';
import { sequential } from '../sequential.ts';
import type { Face, FigureLayer, FigureLink, NetworkFigure } from './figure.ts';
import { drawNetwork } from './networkFigure.ts';

const layerOf = (figure: NetworkFigure, name: string): FigureLayer =>
  figure.layers.find((layer) => layer.name === name)!;

const linksTo = (figure: NetworkFigure, name: string): FigureLink[] =>
  figure.links.filter(({ to }) => to === name);

function sidesOf({ corners }: Face): [width: number, height: number] {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return [Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)];
}

describe('LeNet-5 as the paper of 1998 draws it', () => {
  const figure = drawNetwork(modelOf('lenet5-1998'));

  it('has a plane for each map, all to one scale', () => {
    const planes = (name: string) => layerOf(figure, name).parts[0].faces;
    expect(planes('input')).toHaveLength(1);
    expect([planes('c1'), planes('s2'), planes('c3')].map((p) => p.length)).toEqual([6, 6, 16]);
    const { pixel } = figure.scale;
    for (const [name, side] of [
      ['input', 32],
      ['c1', 28],
      ['s2', 14],
      ['c3', 10],
    ] as const) {
      for (const plane of planes(name)) {
        const [width, height] = sidesOf(plane);
        expect(width).toBeCloseTo(side * pixel, 9);
        expect(height).toBeCloseTo(side * pixel, 9);
      }
    }
  });

  it('draws 120 maps of one pixel, and rows of numbers, as bars to one scale', () => {
    const heightOf = (name: string) => layerOf(figure, name).box.height;
    expect(layerOf(figure, 'c5')).toMatchObject({
      form: 'bar',
      caption: { lines: ['c5', '120@1x1'] },
    });
    expect(heightOf('f6') / heightOf('c5')).toBeCloseTo(84 / 120, 9);
    expect(heightOf('output') / heightOf('c5')).toBeCloseTo(10 / 120, 9);
  });

  it('shows each window on the map below, and the pixel it gives', () => {
    const [link] = linksTo(figure, 'c1');
    const { pixel } = figure.scale;
    const front = layerOf(figure, 'input').box;
    // Of 28 x 28 outputs the one at (8, 16): its window starts there.
    const [topLeft, , bottomRight] = link.window!;
    expect(topLeft[0] - front.x).toBeCloseTo(16 * pixel, 9);
    expect(topLeft[1] - front.y).toBeCloseTo(8 * pixel, 9);
    expect(bottomRight[0] - topLeft[0]).toBeCloseTo(5 * pixel, 9);
    const plane = layerOf(figure, 'c1').parts[0].faces.at(-1)!.corners[0];
    const ends = link.lines.map(([, end]) => end);
    expect(ends).toHaveLength(4);
    for (const [x, y] of ends) {
      expect(x - plane[0]).toBeCloseTo(16.5 * pixel, 9);
      expect(y - plane[1]).toBeCloseTo(8.5 * pixel, 9);
    }
  });

  it('has its captions in one row below the tallest part, and no room that nothing takes', () => {
    const boxes = figure.layers.map(({ box }) => box);
    const top = Math.min(...boxes.map(({ y }) => y));
    const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
    const captions = figure.layers.flatMap(({ caption }) => (caption === null ? [] : [caption]));
    expect(new Set(captions.map(({ at: [, y] }) => y))).toEqual(new Set([bottom + 16]));
    // A margin above and below, and two lines of a caption.
    expect(figure.height - (bottom - top)).toBeCloseTo(2 * top + 44, 9);
  });

  it('sends all of a row to all of the next, past marks', () => {
    const [link] = linksTo(figure, 'f6');
    expect(link).toMatchObject({ from: 'c5', window: null });
    expect(link.lines).toHaveLength(2);
    expect(layerOf(figure, 'flatten').form).toBe('mark');
  });
});

describe('AlexNet as the paper of 2012 draws it', () => {
  const figure = drawNetwork(modelOf('alexnet'));
  const lengthOf = (name: string, tower = 0) =>
    sidesOf(layerOf(figure, name).parts[tower].faces.at(-1)!)[0];

  it('has two towers between its picture and its answer, each with half of the maps', () => {
    expect(figure.towers).toBe(2);
    const parts = Object.fromEntries(figure.layers.map(({ name, parts: p }) => [name, p.length]));
    expect(parts).toMatchObject({ input: 1, conv1: 2, norm1: 2, pool5: 2, fc6: 2, fc7: 2, fc8: 1 });
    expect(layerOf(figure, 'conv1').parts.map(({ shape }) => shape)).toEqual([
      [55, 55, 48],
      [55, 55, 48],
    ]);
    const [upper, lower] = layerOf(figure, 'conv2').parts;
    expect(upper.box.y + upper.box.height).toBeLessThan(lower.box.y);
    expect(upper.box.x).toBe(lower.box.x);
  });

  it('lets them exchange in conv3 and the dense layers, and nowhere else', () => {
    const exchanging = new Set(figure.links.filter(({ crosses }) => crosses).map(({ to }) => to));
    expect([...exchanging]).toEqual(['conv3', 'fc6', 'fc7']);
    expect(linksTo(figure, 'conv3')).toHaveLength(4);
    expect(linksTo(figure, 'conv4').map((l) => [l.fromTower, l.toTower])).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(linksTo(figure, 'conv1')).toHaveLength(2);
    expect(linksTo(figure, 'fc8')).toHaveLength(2);
  });

  it('has blocks as long as they have maps', () => {
    expect(lengthOf('conv4') / lengthOf('conv1')).toBeCloseTo(384 / 96, 9);
    expect(lengthOf('conv5', 1)).toBeCloseTo(128 * figure.scale.map, 9);
    const front = layerOf(figure, 'conv2').parts[0].faces.at(-1)!;
    expect(sidesOf(front)[1]).toBeCloseTo(27 * figure.scale.pixel, 9);
  });

  it('measures the longest block and the tallest bar of a tower', () => {
    expect(lengthOf('conv4')).toBeCloseTo(60, 9);
    expect(layerOf(figure, 'fc6').parts[0].box.height).toBeCloseTo((0.8 * 220) / 2, 9);
    expect(drawNetwork(modelOf('alexnet'), { size: 90 }).scale.pixel).toBeCloseTo(90 / 227, 9);
  });

  it('begins windows in the padding, of which nothing is drawn', () => {
    const same = drawNetwork(
      sequential({ inputShape: [20, 20, 1] }, [
        layers.conv2d({ filters: 4, kernelSize: 5, padding: 'same' }),
        layers.maxPooling2d({ poolSize: [20, 5], strides: 1, padding: 'same' }),
      ]),
    );
    const [first, second] = same.links.map(({ window }) => window!);
    const { pixel } = same.scale;
    const { box } = layerOf(same, 'input');
    // The output at (6, 12) sees rows 4 to 8 and columns 10 to 14.
    expect(first[0][0] - box.x).toBeCloseTo(10 * pixel, 9);
    expect(first[0][1] - box.y).toBeCloseTo(4 * pixel, 9);
    // ... and of the pooling rows -3 to 16.
    expect(second[2][1] - second[0][1]).toBeCloseTo(17 * pixel, 9);
  });

  it('has one tower where nothing is grouped', () => {
    const single = drawNetwork(modelOf('alexnet-single'));
    expect(single.towers).toBe(1);
    expect(single.layers.every(({ parts }) => parts.length === 1)).toBe(true);
  });
});

describe('any figure', () => {
  const residual = () => {
    const x = input({ shape: [16, 16, 3] });
    const { conv2d, add, dense, flatten } = layers;
    const a = conv2d({ filters: 8, kernelSize: 3, padding: 'same' })(x);
    const b = conv2d({ filters: 8, kernelSize: 5, padding: 'same' })(a);
    const c = conv2d({ filters: 8, kernelSize: 1 })(a);
    return model({ inputs: x, outputs: dense({ units: 4 })(flatten()(add()(b, c))) });
  };
  const figures = [...modelNames.map((name) => modelOf(name)), residual()].flatMap((spec) =>
    (['maps', 'blocks', undefined] as const).map((style) => drawNetwork(spec, { style })),
  );

  it('lies within its size, layers in order, none upon another', () => {
    for (const figure of figures) {
      const { width, height } = figure;
      for (const { box, caption } of figure.layers) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(box.y + box.height).toBeLessThanOrEqual(height);
        if (caption !== null) expect(caption.at[1]).toBeLessThan(height);
      }
      const parts = figure.layers.flatMap((layer) => layer.parts.map(({ box }) => box));
      parts.forEach((a, i) => {
        for (const b of parts.slice(i + 1)) {
          const apart =
            a.x + a.width <= b.x ||
            b.x + b.width <= a.x ||
            a.y + a.height <= b.y ||
            b.y + b.height <= a.y;
          expect(apart, JSON.stringify([a, b])).toBe(true);
        }
      });
    }
  });

  it('keeps faces in their boxes and windows on the layer they slide over', () => {
    for (const figure of figures) {
      for (const { faces, box } of figure.layers.flatMap((layer) => layer.parts)) {
        for (const [x, y] of faces.flatMap(({ corners }) => corners)) {
          expect(x).toBeGreaterThanOrEqual(box.x - 1e-9);
          expect(x).toBeLessThanOrEqual(box.x + box.width + 1e-9);
          expect(y).toBeGreaterThanOrEqual(box.y - 1e-9);
          expect(y).toBeLessThanOrEqual(box.y + box.height + 1e-9);
        }
      }
      for (const { from, window } of figure.links) {
        const { box } = layerOf(figure, from);
        for (const [x] of window ?? []) {
          expect(x).toBeGreaterThanOrEqual(box.x - 1e-9);
          expect(x).toBeLessThanOrEqual(box.x + box.width + 1e-9);
        }
      }
    }
  });

  it('draws branches one below the other', () => {
    const figure = drawNetwork(residual());
    const [b, c] = [layerOf(figure, 'conv2d_1'), layerOf(figure, 'conv2d_2')];
    expect(b.box.x + b.box.width / 2).toBeCloseTo(c.box.x + c.box.width / 2, 9);
    expect(b.box.y + b.box.height).toBeLessThan(c.box.y);
    expect(linksTo(figure, 'add').map(({ from }) => from)).toEqual(['conv2d_1', 'conv2d_2']);
  });

  it('draws many maps as a block, or as asked', () => {
    const wide = sequential({ inputShape: [8, 8, 1] }, [
      layers.conv2d({ filters: 33, kernelSize: 3 }),
    ]);
    expect(drawNetwork(wide).layers[1].form).toBe('block');
    expect(drawNetwork(wide, { style: 'maps' }).layers[1].parts[0].faces).toHaveLength(33);
  });
});
