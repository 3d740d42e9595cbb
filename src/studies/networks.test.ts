import { describe, expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import { initialValues } from '../nn/initializers.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { parametersOf } from '../nn/network.ts';
import { sequential } from '../nn/sequential.ts';
import { layerShapes } from '../nn/shapes.ts';
import { activations } from '../train/prediction/batchPrediction.ts';
import { blurPooling, HALVINGS, type Halving, halvingNetwork } from './networks.ts';

const pictures = { imageShape: [28, 28, 1], classes: ['a', 'b', 'c'] } as const;

describe('halvingNetwork', () => {
  it('is the same network whatever halves it', () => {
    const shapes = Object.keys(HALVINGS)
      .filter((halving) => halving !== 'none')
      .map((halving) => layerShapes(halvingNetwork(pictures, halving as Halving)));
    for (const layers of shapes) {
      const at = (name: string) => layers.find(({ spec }) => spec.name === name)?.outputShape;
      expect(at('conv3')).toEqual([7, 7, 32]);
      expect(at('answer')).toEqual([3]);
    }
  });
});

describe('blurPooling', () => {
  it('is max pooling at every pixel, smoothed by (1 2 1), every second pixel, and is not trained', async () => {
    const spec = sequential({ inputShape: [6, 6, 2], preprocessing: { scale: 1 } }, [
      ...blurPooling(2, 'pool'),
      flatten(),
    ]);
    expect(parametersOf(spec).map(({ trainable }) => trainable)).toEqual([false]);
    const weights = new Map(
      parametersOf(spec).map(({ name, shape, initializer }) => [
        name,
        { shape, data: initialValues(initializer, shape, 0, name) },
      ]),
    );
    const pixels = Uint8Array.from({ length: 72 }, (_, i) => (i * 37) % 101);
    const session = await openSession({ backend: 'reference' });
    const { poolBlur } = await activations(session, { spec, weights }, pixels, ['poolBlur']);
    expect(poolBlur?.shape).toEqual([1, 3, 3, 2]);
    const largest = (y: number, x: number, c: number): number => {
      const inside = [0, 1].flatMap((dy) => [0, 1].map((dx) => [y + dy, x + dx] as const));
      const seen = inside.filter(([row, column]) => row < 6 && column < 6);
      return Math.max(...seen.map(([row, column]) => pixels[(row * 6 + column) * 2 + c] ?? 0));
    };
    // The middle window has its centre at (3, 3): "same" of 6 by 2 adds its one row at the bottom.
    const middle = [-1, 0, 1].flatMap((dy) =>
      [-1, 0, 1].map(
        (dx) => (largest(3 + dy, 3 + dx, 1) * (2 - Math.abs(dy)) * (2 - Math.abs(dx))) / 16,
      ),
    );
    const sum = middle.reduce((all, value) => all + value, 0);
    expect(poolBlur?.data[(1 * 3 + 1) * 2 + 1]).toBeCloseTo(sum, 4);
    await session.close();
  });
});
