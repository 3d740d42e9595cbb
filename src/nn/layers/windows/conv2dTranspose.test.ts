import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referenceBackend } from '../../../backends/reference/index.ts';
import { wasmBackend } from '../../../backends/wasm/index.ts';
import { FoveaError } from '../../../base/errors.ts';
import { RandomStream } from '../../../base/random.ts';
import { input, model } from '../../model.ts';
import { adam } from '../../optimizers/adam.ts';
import { inferenceGraph, initialStates, trainingGraph } from '../../programs/programs.ts';
import { sequential } from '../../sequential.ts';
import { layerShapes } from '../../shapes.ts';
import type { ModelSpec } from '../../spec.ts';
import { flatten } from '../shapes/flatten.ts';
import type { LayerInput } from '../wiring.ts';
import { conv2d } from './conv2d.ts';
import { conv2dTranspose } from './conv2dTranspose.ts';

const image = { inputShape: [6, 6, 2] };

function fillRandomly(target: { length: number; [i: number]: number }, seed: number): void {
  const random = new RandomStream(seed);
  for (let i = 0; i < target.length; i++) target[i] = random.normal();
}

/** The shape a model ends in; undefined where it cannot be. */
function shapeThat(make: () => ModelSpec): readonly number[] | undefined {
  try {
    return layerShapes(make()).at(-1)?.outputShape;
  } catch (error) {
    if (error instanceof FoveaError) return undefined;
    throw error;
  }
}

describe('transposed convolutions', () => {
  const shapeOf = (layer: LayerInput) => layerShapes(sequential(image, [layer]))[0].outputShape;

  it('have the shapes of Keras', () => {
    const transposed = (more: object) =>
      shapeOf(conv2dTranspose({ filters: 5, kernelSize: 3, ...more }));
    expect(transposed({})).toEqual([8, 8, 5]);
    expect(transposed({ strides: 2 })).toEqual([13, 13, 5]);
    expect(transposed({ strides: 2, padding: 'same' })).toEqual([12, 12, 5]);
    expect(transposed({ strides: 4 })).toEqual([24, 24, 5]);
    const odd = { strides: 2, padding: 'same', outputPadding: [0, 1] };
    expect(transposed(odd)).toEqual([11, 12, 5]);
    expect(transposed({ strides: 2, outputPadding: 1 })).toEqual([14, 14, 5]);
    expect(transposed({ strides: 2, padding: 1, outputPadding: [0, 1] })).toEqual([11, 12, 5]);
  });

  it('give back the size of any picture with the window of its convolution', () => {
    const axis = fc.record({
      n: fc.integer({ min: 1, max: 20 }),
      kernel: fc.integer({ min: 1, max: 5 }),
      stride: fc.integer({ min: 1, max: 4 }),
      dilation: fc.integer({ min: 1, max: 2 }),
    });
    const padding = fc.constantFrom('valid' as const, 'same' as const, 1);
    fc.assert(
      fc.property(axis, axis, padding, (rows, columns, rule) => {
        const pair = (key: keyof typeof rows): [number, number] => [rows[key], columns[key]];
        const window = {
          kernelSize: pair('kernel'),
          strides: pair('stride'),
          dilationRate: pair('dilation'),
          padding: rule,
        };
        const inputShape = [...pair('n'), 1];
        const down = conv2d({ filters: 1, ...window });
        const encoded = shapeThat(() => sequential({ inputShape }, [down]));
        if (encoded === undefined) return; // too small for its window
        // One more pixel for each that the last stride left over.
        const fits = [0, 1, 2, 3].flatMap((h) => [0, 1, 2, 3].map((w) => [h, w] as const));
        const found = fits.filter(([h, w]) => {
          const up = conv2dTranspose({ filters: 1, ...window, outputPadding: [h, w] });
          const made = shapeThat(() => sequential({ inputShape }, [down, up]));
          return made?.join() === inputShape.join();
        });
        expect(found).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  it('are the adjoint of convolutions, groups and all', async () => {
    const window = { kernelSize: [3, 2], strides: 2, padding: 'same', groups: 2 } as const;
    const bare = { useBias: false } as const;
    const down = sequential({ inputShape: [7, 5, 4] }, [
      conv2d({ filters: 6, ...window, ...bare }),
    ]);
    const up = sequential({ inputShape: [4, 3, 6] }, [
      conv2dTranspose({ filters: 4, outputPadding: 0, ...window, ...bare }),
    ]);
    const session = await referenceBackend.open();
    const [forward, back] = [down, up].map((spec) => session.compile(inferenceGraph(spec, 1)));
    const kernel = Float32Array.from({ length: 3 * 2 * 2 * 6 }, (_, i) => Math.sin(i));
    session.writeState('conv2d/kernel', kernel);
    session.writeState('conv2d_transpose/kernel', kernel);
    fillRandomly(forward.input('x'), 1);
    fillRandomly(back.input('x'), 2);
    forward.run();
    back.run();
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);
    expect(dot(await forward.output('probabilities'), back.input('x'))).toBeCloseTo(
      dot(forward.input('x'), await back.output('probabilities')),
      4,
    );
    await session.close();
  });
});

describe('an encoder and its decoder', () => {
  it('learn to give back pictures of an odd size through a third of the numbers', async () => {
    const [height, width, N] = [9, 7, 16];
    const window = { kernelSize: 3, strides: 2, padding: 'same' } as const;
    const x = input({ shape: [height, width, 1] });
    const code = conv2d({ filters: 1, ...window, activation: 'tanh' })(
      conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' })(x),
    );
    const up = conv2dTranspose({ filters: 8, ...window, outputPadding: 0, activation: 'relu' });
    const picture = conv2d({ filters: 1, kernelSize: 3, padding: 'same' })(up(code));
    const spec = model({ inputs: x, outputs: flatten()(picture), name: 'autoencoder' });
    const shapes = layerShapes(spec).map(({ outputShape }) => outputShape);
    expect(shapes[1]).toEqual([5, 4, 1]);
    expect(shapes[3]).toEqual([height, width, 1]);

    const session = await wasmBackend.open({ threads: 1 });
    const optimizer = adam();
    const options = { optimizer, loss: 'meanSquaredError' } as const;
    const program = session.compile(trainingGraph(spec, options, N));
    for (const [name, values] of initialStates(spec, { optimizer, seed: 2 })) {
      session.writeState(name, values);
    }
    const random = new RandomStream(3, 'slopes');
    const losses: number[] = [];
    for (let step = 0; step < 200; step++) {
      const pictures = program.input('x');
      for (let n = 0; n < N; n++) {
        const [down, across] = [random.uniform(-1, 1), random.uniform(-1, 1)];
        for (let i = 0; i < height * width; i++) {
          const row = Math.floor(i / width) / height - 0.5;
          pictures[n * height * width + i] = down * row + across * ((i % width) / width - 0.5);
        }
      }
      program.input('targets').set(pictures);
      for (const [name, value] of Object.entries(optimizer.scalars(step, 0.01))) {
        program.input(name)[0] = value;
      }
      program.run();
      losses.push((await program.output('loss'))[0]);
    }
    await session.close();
    const mean = (list: readonly number[]) => list.reduce((sum, n) => sum + n, 0) / list.length;
    expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)) / 10);
  });
});
