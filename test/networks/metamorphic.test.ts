/**
 * @file Changes of a problem whose effect on the answer is known, whatever the answer is.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Session } from '../../src/backends/backend.ts';
import { RandomStream } from '../../src/base/random.ts';
import { batchInput, inputNode } from '../../src/graph/node.ts';
import { layers } from '../../src/nn/layers/index.ts';
import { gradientGraph, inferenceGraph, initialStates } from '../../src/nn/programs/programs.ts';
import { sequential } from '../../src/nn/sequential.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';
import { build } from '../../src/ops/index.ts';
import { quickBackends } from '../backends.ts';
import { expectClose } from '../support/compare.ts';

const { conv2d, dense, flatten, maxPooling2d, activation } = layers;

const INPUT = [9, 9, 3] as const;
const PIXELS = 9 * 9 * 3;
const CLASSES = 4;

const net = sequential({ inputShape: [...INPUT] }, [
  conv2d({ filters: 6, kernelSize: 3, activation: 'tanh' }),
  maxPooling2d({ poolSize: 2 }),
  conv2d({ filters: 17, kernelSize: 3, padding: 'same', activation: 'elu' }),
  flatten(),
  dense({ units: CLASSES }),
  activation({ activation: 'softmax' }),
]);

const normals = (length: number, name: string): Float32Array => {
  const random = new RandomStream(5, name);
  return Float32Array.from({ length }, () => random.normal());
};

/** Loss, logits and gradients of rows, from the same weights each time. */
async function gradientsOf(session: Session, spec: ModelSpec, x: Float32Array, labels: number[]) {
  const scope = session.scopeOf();
  const graph = gradientGraph(spec, {}, labels.length);
  const program = scope.compile(graph);
  for (const [name, numbers] of initialStates(spec, { seed: 4 })) scope.writeState(name, numbers);
  program.input('x').set(x);
  program.input('labels').set(labels);
  program.run();
  const result: Record<string, Float64Array> = {};
  for (const name of Object.keys(graph.outputs))
    result[name] = Float64Array.from(await program.output(name));
  scope.free();
  return result;
}

const rowsOf = (x: Float32Array, rows: readonly number[]) =>
  Float32Array.from(rows.flatMap((n) => [...x.subarray(n * PIXELS, (n + 1) * PIXELS)]));

describe.each(quickBackends)('on $name', ({ open }) => {
  const opened = open();
  afterAll(async () => (await opened).close());
  const N = 9;
  const x = normals(N * PIXELS, 'x');
  const labels = Array.from({ length: N }, (_, n) => n % CLASSES);
  const all = Array.from({ length: N }, (_, n) => n);

  it('another order of the batch moves the rows of the answer and nothing else', async () => {
    const session = await opened;
    const order = [4, 8, 0, 3, 1, 7, 2, 6, 5];
    const before = await gradientsOf(session, net, x, labels);
    const after = await gradientsOf(
      session,
      net,
      rowsOf(x, order),
      order.map((n) => labels[n]),
    );
    for (const [name, numbers] of Object.entries(before)) {
      const expected =
        name === 'logits'
          ? order.flatMap((n) => [...numbers.subarray(n * CLASSES, (n + 1) * CLASSES)])
          : numbers;
      expectClose(after[name], expected, 1e-5, name);
    }
  });

  it('a batch in two parts gives the weighted mean of their losses and gradients', async () => {
    const session = await opened;
    const whole = await gradientsOf(session, net, x, labels);
    const parts = await Promise.all(
      [all.slice(0, 5), all.slice(5)].map(async (rows) => ({
        share: rows.length / N,
        found: await gradientsOf(
          session,
          net,
          rowsOf(x, rows),
          rows.map((n) => labels[n]),
        ),
      })),
    );
    for (const [name, numbers] of Object.entries(whole)) {
      const expected =
        name === 'logits'
          ? parts.flatMap(({ found }) => [...found.logits])
          : Array.from(numbers, (_, i) =>
              // `correct` counts rows; the others are means over them.
              parts.reduce(
                (sum, { share, found }) => sum + (name === 'correct' ? 1 : share) * found[name][i],
                0,
              ),
            );
      expectClose(numbers, expected, 1e-5, name);
    }
  });

  it('channels of zeros change nothing, nor do weights that read them', async () => {
    const session = await opened;
    const attrs = {
      strides: [1, 1],
      dilation: [1, 1],
      groups: 1,
      pads: [
        [1, 1],
        [1, 1],
      ],
    };
    const image = normals(4 * 8 * 8 * 5, 'image');
    const kernel = normals(9 * 5 * 7, 'kernel');
    const convolved = async (C: number) => {
      const nodes = [batchInput('x', [4, 8, 8, C]), inputNode('w', [3, 3, C, 7])];
      const program = session.compile({
        outputs: { y: build('conv2d', nodes, attrs) },
        updates: [],
      });
      const [xs, ws] = [program.input('x'), program.input('w')];
      xs.fill(0);
      ws.fill(3);
      for (let i = 0; i < image.length; i++) xs[Math.floor(i / 5) * C + (i % 5)] = image[i];
      for (let i = 0; i < kernel.length; i++) {
        const [o, c, tap] = [i % 7, Math.floor(i / 7) % 5, Math.floor(i / 35)];
        ws[(tap * C + c) * 7 + o] = kernel[i];
      }
      program.run();
      return Array.from(await program.output('y'));
    };
    const plain = await convolved(5);
    for (const C of [6, 8, 13, 16]) expectClose(await convolved(C), plain, 1e-5, `${C} channels`);
  });

  it('a net without biases, of relu and pooling, grows with its input', async () => {
    const session = await opened;
    const homogeneous = sequential({ inputShape: [...INPUT] }, [
      conv2d({ filters: 8, kernelSize: 3, activation: 'relu', useBias: false }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({
        filters: 16,
        kernelSize: 3,
        padding: 'same',
        activation: 'leakyRelu',
        useBias: false,
      }),
      flatten(),
      dense({ units: CLASSES, useBias: false }),
    ]);
    const scope = session.scopeOf();
    const program = scope.compile(inferenceGraph(homogeneous, N));
    for (const [name, numbers] of initialStates(homogeneous, { seed: 4 }))
      scope.writeState(name, numbers);
    const answers = async (factor: number) => {
      program.input('x').set(x.map((v) => v * factor));
      program.run();
      return Array.from(await program.output('probabilities'), (y) => y / factor);
    };
    const plain = await answers(1);
    for (const factor of [4, 0.125, 3])
      expectClose(await answers(factor), plain, 1e-5, `times ${factor}`);
    scope.free();
  });

  it('a picture moved moves what a convolution without padding says of it', async () => {
    const session = await opened;
    const attrs = {
      strides: [1, 1],
      dilation: [1, 1],
      groups: 1,
      pads: [
        [0, 0],
        [0, 0],
      ],
    };
    const nodes = [batchInput('x', [4, 12, 11, 3]), inputNode('w', [3, 3, 3, 16])];
    const y = build('conv2d', nodes, attrs);
    const program = session.compile({ outputs: { y }, updates: [] });
    program.input('w').set(normals(9 * 3 * 16, 'kernel'));
    const image = normals(4 * 12 * 11 * 3, 'image');
    const at = (n: number, row: number, column: number, C: number, W: number, H: number) =>
      ((n * H + row) * W + column) * C;
    const convolved = async (down: number, across: number) => {
      const input = program.input('x').fill(0);
      for (let n = 0; n < 4; n++)
        for (let row = 0; row + down < 12; row++)
          for (let column = 0; column + across < 11; column++)
            for (let c = 0; c < 3; c++)
              input[at(n, row + down, column + across, 3, 11, 12) + c] =
                image[at(n, row, column, 3, 11, 12) + c];
      program.run();
      return (await program.output('y')).slice();
    };
    const plain = await convolved(0, 0);
    const moved = await convolved(2, 3);
    const [found, expected]: number[][] = [[], []];
    for (let n = 0; n < 4; n++)
      for (let row = 0; row + 2 < 10; row++)
        for (let column = 0; column + 3 < 9; column++)
          for (let o = 0; o < 16; o++) {
            expected.push(plain[at(n, row, column, 16, 9, 10) + o]);
            found.push(moved[at(n, row + 2, column + 3, 16, 9, 10) + o]);
          }
    expectClose(found, expected, 1e-5, 'moved');
    expect(found.some((v) => v !== 0)).toBe(true);
  });
});
