/** @file Embeddings: directions and shares worked out by hand, neighbours that stay neighbours, the same every time. */
import { afterAll, describe, expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import { RandomStream } from '../../base/random.ts';
import type { Split } from '../../data/dataset.ts';
import { modelOf } from '../../models/index.ts';
import { layers } from '../../nn/layers/index.ts';
import { parametersOf } from '../../nn/network.ts';
import { initialStates } from '../../nn/programs/programs.ts';
import { sequential } from '../../nn/sequential.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { drawEmbedding } from '../drawing/embeddingDrawing.ts';
import { activations } from '../prediction/batchPrediction.ts';
import { embed } from './embedding.ts';
import { eigenOf, principal } from './principal.ts';
import { affinities, tsne } from './tsne.ts';

describe('principal components', () => {
  it('are those of a cross that was turned and moved', () => {
    // Along (3, 4)/5: -2 and 2, along (4, -3)/5: -1 and 1; variances 8 and 2 of 10.
    const rows = [
      [1.2, 1.6],
      [-1.2, -1.6],
      [0.8, -0.6],
      [-0.8, 0.6],
    ].map(([x = 0, y = 0]) => [x + 7, y - 3]);
    const { points, shares } = principal(Float32Array.from(rows.flat()), 2);
    expect(shares[0]).toBeCloseTo(0.8, 6);
    expect(shares[1]).toBeCloseTo(0.2, 6);
    const expected = [2, 0, -2, 0, 0, 1, 0, -1];
    points.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? 0, 5);
    });
  });

  it('of many columns are uncorrelated, and hold what the whole spectrum says they hold', () => {
    const random = new RandomStream(2, 9);
    const scales = Array.from({ length: 12 }, (_, i) => 2 ** -i);
    const rows = Array.from({ length: 60 }, () => scales.map((s) => s * random.normal()));
    const mixed = rows.map((row) => row.map((v, i) => v + 0.5 * (row[(i + 1) % 12] ?? 0)));
    const data = Float32Array.from(mixed.flat());
    const { points, shares } = principal(data, 12, 3);
    const mean = (k: number) => mixed.reduce((sum, _, i) => sum + (data[i * 12 + k] ?? 0), 0) / 60;
    const means = scales.map((_, k) => mean(k));
    const covariance = scales.map((_, a) =>
      scales.map((__, b) =>
        mixed.reduce(
          (sum, ___, i) =>
            sum + ((data[i * 12 + a] ?? 0) - means[a]!) * ((data[i * 12 + b] ?? 0) - means[b]!),
          0,
        ),
      ),
    );
    const { values } = eigenOf(covariance);
    const total = values.reduce((a, b) => a + b, 0);
    shares.forEach((share, k) => {
      expect(share).toBeCloseTo((values[k] ?? 0) / total, 8);
    });
    const column = (k: number) => points.filter((_, i) => i % 3 === k);
    const product = (a: number, b: number) =>
      column(a).reduce((sum, value, i) => sum + value * (column(b)[i] ?? 0), 0);
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      expect(Math.abs(product(a, b))).toBeLessThan(1e-6 * total);
    expect(product(1, 1)).toBeCloseTo(values[1] ?? 0, 6);
    expect(principal(data, 12, 3).points).toEqual(points);
  });

  it('are nothing where nothing varies, and fewer than asked for where there is one column', () => {
    expect(principal(new Float32Array(8).fill(3), 2)).toEqual({
      points: new Float64Array(8),
      shares: [0, 0],
    });
    expect(principal(Float32Array.of(1, 2, 6), 1).shares).toEqual([1, 0]);
  });
});

describe('t-SNE', () => {
  /** Three heaps of 12 in ten dimensions. */
  const random = new RandomStream(4, 9);
  const rows = Array.from({ length: 36 }, (_, i) =>
    Array.from({ length: 10 }, (__, c) => random.normal() + (c === i % 3 ? 12 : 0)),
  );
  const data = Float32Array.from(rows.flat());
  const distance = (points: ArrayLike<number>, i: number, j: number, width = 2): number =>
    Math.hypot(
      ...Array.from({ length: width }, (_, c) => points[i * width + c]! - points[j * width + c]!),
    );

  it('gives each row as many neighbours as were asked for', () => {
    const n = 36;
    const squares = Float64Array.from({ length: n * n }, (_, k) => {
      return distance(data, Math.floor(k / n), k % n, 10) ** 2;
    });
    const p = affinities(squares, n, 8);
    expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
    for (let i = 0; i < n; i++) expect(p[i * n + i]).toBe(0);
    expect(p[1 * n + 4]).toBe(p[4 * n + 1]);
    // Of equal distances every one of the others is as near: the entropy is that of all.
    const even = affinities(
      Float64Array.from({ length: 25 }, (_, k) => (k % 6 === 0 ? 0 : 1)),
      5,
      3,
    );
    expect(even[1]).toBeCloseTo(1 / 20, 6);
  });

  it('keeps heaps together, the same for the same seed', async () => {
    const { points, divergence } = await tsne(data, 10, { steps: 300 });
    for (let i = 0; i < 36; i++) {
      const nearest = rows
        .map((_, j) => j)
        .filter((j) => j !== i)
        .reduce((a, b) => (distance(points, i, b) < distance(points, i, a) ? b : a));
      expect(nearest % 3).toBe(i % 3);
    }
    const begun = await tsne(data, 10, { steps: 0 });
    expect(divergence).toBeLessThan(0.4 * begun.divergence);
    expect((await tsne(data, 10, { steps: 300 })).points).toEqual(points);
    expect((await tsne(data, 10, { steps: 20, seed: 1 })).points).not.toEqual(
      (await tsne(data, 10, { steps: 20 })).points,
    );
  });
});

describe('t-SNE, step by step', () => {
  const random = new RandomStream(11, 3);
  const [n, columns] = [9, 4];
  const data = Float32Array.from({ length: n * columns }, () => 3 * random.normal());
  const pairs = Array.from({ length: n * n }, (_, k) => [Math.floor(k / n), k % n] as const);
  const squared = (x: ArrayLike<number>, [i, j]: readonly [number, number], width: number) =>
    Array.from({ length: width }, (_, c) => (x[i * width + c]! - x[j * width + c]!) ** 2).reduce(
      (sum, d) => sum + d,
      0,
    );
  const shares = (perplexity: number) =>
    affinities(
      Float64Array.from(pairs, (pair) => squared(data, pair, columns)),
      n,
      perplexity,
    );
  /** Student's nearness of points in the plane, as shares of all pairs. */
  const nearness = (y: ArrayLike<number>) => {
    const near = pairs.map((pair) => (pair[0] === pair[1] ? 0 : 1 / (1 + squared(y, pair, 2))));
    const all = near.reduce((sum, v) => sum + v, 0);
    return { near, q: near.map((v) => v / all) };
  };

  it('goes down the slope of the paper, a third of few rows being neighbours', async () => {
    const p = shares((n - 1) / 3);
    let y = [...(await tsne(data, columns, { steps: 0 })).points];
    const speed = y.map(() => 0);
    const gains = y.map(() => 1);
    for (let step = 0; step < 3; step++) {
      const { near, q } = nearness(y);
      const slope = y.map((own, k) => {
        const [i, axis] = [Math.floor(k / 2), k % 2];
        const pulls = Array.from({ length: n }, (_, j) => {
          const at = i * n + j;
          return (12 * p[at]! - q[at]!) * near[at]! * (own - y[2 * j + axis]!);
        });
        return 4 * pulls.reduce((sum, v) => sum + v, 0);
      });
      slope.forEach((g, k) => {
        // A gain rises where the slope turned against the speed.
        gains[k] = g > 0 === speed[k]! > 0 ? 0.8 * gains[k]! : gains[k]! + 0.2;
        speed[k] = 0.5 * speed[k]! - 50 * gains[k]! * g;
      });
      y = y.map((own, k) => own + speed[k]!);
      const middle = [0, 1].map((axis) => y.reduce((s, v, k) => s + (k % 2 === axis ? v : 0), 0));
      y = y.map((own, k) => own - middle[k % 2]! / n);
    }
    const { points } = await tsne(data, columns, { steps: 3 });
    points.forEach((value, k) => {
      expect(value).toBeCloseTo(y[k]!, 10);
    });
  });

  it('says how far its neighbours are from those of the rows', async () => {
    const { points, divergence } = await tsne(data, columns, { steps: 150, perplexity: 3 });
    const { q } = nearness(points);
    const lost = [...shares(3)].map((p, k) => (p === 0 ? 0 : p * Math.log(p / q[k]!)));
    expect(divergence).toBeCloseTo(
      lost.reduce((sum, v) => sum + v, 0),
      10,
    );
  });
});

describe('of pictures', async () => {
  const session = await openSession({ backend: 'reference' });
  afterAll(() => session.close());
  const spec = sequential({ name: 'small', inputShape: [4, 4, 1] }, [
    layers.flatten(),
    layers.dense({ name: 'hidden', units: 5, activation: 'tanh' }),
    layers.dense({ name: 'end', units: 3, activation: 'softmax' }),
  ]);
  const drawn = (own: ModelSpec) => {
    const states = initialStates(own, { seed: 3 });
    const weights = new Map(
      parametersOf(own).map(({ name, shape }) => [name, { shape, data: states.get(name)! }]),
    );
    return { spec: own, weights };
  };
  const { weights } = drawn(spec);
  const split: Split = {
    count: 30,
    images: Uint8Array.from({ length: 480 }, (_, i) => (i * i * 7) % 256),
    labels: Uint8Array.from({ length: 30 }, (_, i) => i % 3),
  };

  it('are the components of the last hidden layer, or of the one that is named', async () => {
    const found = await embed(session, { spec, weights }, split);
    expect([found.layer, found.numbers, found.method]).toEqual(['hidden', 5, 'pca']);
    expect([...found.labels.slice(0, 4)]).toEqual([0, 1, 2, 0]);
    const { hidden } = await activations(session, { spec, weights }, split.images, ['hidden']);
    const { points, shares } = principal(hidden.data, 5);
    expect(found.points).toEqual(points);
    expect(found.shares).toEqual(shares);
    const named = await embed(session, { spec, weights }, split, { layer: 'end', method: 'tsne' });
    expect([named.layer, named.shares, named.points.length]).toEqual(['end', null, 60]);
  });

  it('are t-SNE with the neighbours and the seed that were asked for', async () => {
    const settings = { perplexity: 4, seed: 9 };
    const { hidden } = await activations(session, { spec, weights }, split.images, ['hidden']);
    const found = await embed(session, { spec, weights }, split, { method: 'tsne', ...settings });
    const { points, divergence } = await tsne(hidden.data, 5, settings);
    expect(found.points).toEqual(points);
    expect(found.divergence).toBe(divergence);
  });

  it('are of what the answer reads past layers that hand on, or of the code of an auto-encoder', async () => {
    const layerOf = async (own: Parameters<typeof sequential>[1]) => {
      const model = drawn(sequential({ name: 'own', inputShape: [4, 4, 1] }, own));
      return (await embed(session, model, split)).layer;
    };
    const { conv2d, dense, dropout, flatten, reshape } = layers;
    const maps = conv2d({ name: 'maps', filters: 2, kernelSize: 3 });
    const answer = dense({ units: 3, activation: 'softmax' });
    expect(await layerOf([maps, flatten(), dropout({ rate: 0.5 }), answer])).toBe('maps');
    const code = dense({ name: 'code', units: 2, activation: 'tanh' });
    const wide = dense({ name: 'wide', units: 8, activation: 'tanh' });
    const back = [dense({ units: 16 }), reshape({ targetShape: [4, 4, 1] })];
    expect(await layerOf([flatten(), code, wide, ...back])).toBe('code');
    // Distances to codes are answers too; the pictures get their border.
    const digits = { count: 4, images: new Uint8Array(4 * 784), labels: new Uint8Array(4) };
    const old = await embed(session, drawn(modelOf('lenet5-1998')), digits);
    expect([old.layer, old.numbers]).toEqual(['f6', 84]);
  });

  it('are of pictures with the border that the network reads, or of none that do not fit', async () => {
    const bordered = sequential(
      { name: 'bordered', inputShape: [6, 6, 1], preprocessing: { scale: 1 / 255, border: 1 } },
      spec.layers.map(({ name, kind, options }) => ({ name, kind, options })),
    );
    const model = drawn(bordered);
    const { points } = await embed(session, model, split);
    const surrounded = new Uint8Array(30 * 36);
    split.images.forEach((value, i) => {
      const [row, place] = [Math.floor(i / 16), i % 16];
      surrounded[row * 36 + (1 + Math.floor(place / 4)) * 6 + 1 + (place % 4)] = value;
    });
    expect(points).toEqual((await embed(session, model, { ...split, images: surrounded })).points);
    const cut = { ...split, images: split.images.subarray(0, 30 * 9) };
    await expect(embed(session, model, cut)).rejects.toThrow(/9 numbers each/);
  });

  it('are drawn with a name for each class, in forms that differ', async () => {
    const found = await embed(session, { spec, weights }, split);
    const classes = ['cat', 'dog <1>', 'owl'];
    const svg = drawEmbedding(found, classes, 'title');
    expect(svg.match(/<circle /g)).toHaveLength(30 + 3);
    expect(svg.match(/dog &lt;1&gt;/g)).toHaveLength(2);
    const many = { ...found, labels: found.labels.map((label) => 10 * label) };
    const names = Array.from({ length: 21 }, (_, i) => `c${i}`);
    expect(drawEmbedding(many, names, '').match(/<circle /g)).toHaveLength(10 + 1);
    const pictures = { pictureOf: () => new Uint8Array(16), shape: [4, 4, 1] as const };
    expect(drawEmbedding(found, classes, '', pictures).match(/<image /g)).toHaveLength(30);
  });

  it('are refused where there is nothing between picture and answer, and in counts that make no sense', async () => {
    const flat = sequential({ name: 'flat', inputShape: [4] }, [
      layers.dense({ units: 3, activation: 'softmax' }),
    ]);
    await expect(embed(session, { spec: flat }, split)).rejects.toThrow(/no hidden layer/);
    const few = { ...split, count: 3 };
    await expect(embed(session, { spec, weights }, few)).rejects.toThrow(/3 pictures/);
    const many = { ...split, count: 4001 };
    await expect(embed(session, { spec, weights }, many, { method: 'tsne' })).rejects.toThrow(
      /4,001 pictures/,
    );
    const wide = { method: 'tsne', perplexity: 29 } as const;
    await expect(embed(session, { spec, weights }, split, wide)).rejects.toThrow(/30 pictures/);
  });
});
