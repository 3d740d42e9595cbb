import { describe, expect, it } from 'vitest';
import { referenceBackend } from '../backends/reference/index.ts';
import { constantNode, inputNode, type Node, topologicalOrder } from '../graph/node.ts';
import { build } from '../ops/index.ts';
import { curvature } from './curvature.ts';

const N = 3;
const numbers = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, i) => Math.sin(seed + 1.7 * i));

/** Inputs that the nodes do not read are left aside. */
async function valuesOf(nodes: readonly Node[], given: Record<string, ArrayLike<number>>) {
  const read = new Set(topologicalOrder(nodes).map(({ name }) => name));
  const session = await referenceBackend.open();
  const outputs = Object.fromEntries(nodes.map((node, i) => [`n${i}`, node]));
  const program = session.compile({ outputs, updates: [] });
  for (const [name, data] of Object.entries(given)) {
    if (read.has(name)) program.input(name).set(data);
  }
  program.run();
  return Promise.all(nodes.map(async (_, i) => Array.from(await program.output(`n${i}`))));
}

/** Second differences of a loss along each number of one input. */
async function secondDifferences(
  loss: Node,
  given: Record<string, number[]>,
  along: string,
): Promise<number[]> {
  const step = 0.05;
  const at = async (i: number, change: number) => {
    const moved = given[along].map((x, k) => (k === i ? x + change : x));
    return (await valuesOf([loss], { ...given, [along]: moved }))[0][0];
  };
  const middle = await at(0, 0);
  const result: number[] = [];
  for (let i = 0; i < given[along].length; i++) {
    result.push(((await at(i, step)) + (await at(i, -step)) - 2 * middle) / step ** 2);
  }
  return result;
}

const mean = (rows: Node): Node =>
  build('mul', [build('sumTo', [rows], { shape: [] }), constantNode(1 / N)]);

function expectNear(actual: readonly number[], expected: readonly number[]): void {
  const largest = Math.max(...expected.map(Math.abs));
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]), `number ${i}`).toBeLessThan(0.01 * largest + 1e-3);
  });
}

describe('curvature', () => {
  // Where the network is linear and one loss term reads each unit, the diagonal is exact.
  it('is exact for a linear layer before distances (eq. 8)', async () => {
    const x = inputNode('x', [N, 4]);
    const w = inputNode('w', [4, 5]);
    const centers = constantNode(numbers(5, 3), [1, 5]);
    const loss = mean(build('rbf', [build('matmul', [x, w]), centers]));
    const given = { x: numbers(N * 4, 1), w: numbers(20, 2) };
    const [found] = await valuesOf(curvature(loss, [w]), given);
    expectNear(found, await secondDifferences(loss, given, 'w'));
  });

  it('is exact for convolution weights that are shared, one output apart from the next', async () => {
    // Stride 2 of a 2x2 window: no input is read twice, so no mixed terms are left out.
    const x = inputNode('x', [N, 4, 4, 1]);
    const w = inputNode('w', [2, 2, 1, 1]);
    const attrs = { strides: [2, 2], dilation: [1, 1], groups: 1, pads: NONE };
    const y = build('reshape', [build('conv2d', [x, w], attrs)], { shape: [N, 4] });
    const loss = mean(build('rbf', [y, constantNode(numbers(4, 5), [1, 4])]));
    const given = { x: numbers(N * 16, 1), w: numbers(4, 2) };
    const [found] = await valuesOf(curvature(loss, [w]), given);
    expectNear(found, await secondDifferences(loss, given, 'w'));
  });

  it('adds up over all that reads a number, weights and sums alike', async () => {
    const [x, z] = [inputNode('x', [N, 4]), inputNode('z', [N, 4])];
    const w = inputNode('w', [4, 5]);
    const y = build('matmul', [x, w]);
    const distances = [y, y, build('matmul', [z, w])].map((sums, i) =>
      mean(build('rbf', [sums, constantNode(numbers(5, 3 + i), [1, 5])])),
    );
    const loss = distances.reduce((sum, one) => build('add', [sum, one]));
    const given = { x: numbers(N * 4, 1), z: numbers(N * 4, 7), w: numbers(20, 2) };
    const [found] = await valuesOf(curvature(loss, [w]), given);
    expectNear(found, await secondDifferences(loss, given, 'w'));
  });

  it('is exact for the bias of the last layer under cross-entropy', async () => {
    const x = inputNode('x', [N, 4]);
    const b = inputNode('b', [4]);
    const labels = inputNode('labels', [N], 'i32');
    const loss = mean(build('softmaxCrossEntropy', [build('add', [x, b]), labels]));
    const given = { x: numbers(N * 4, 1), b: numbers(4, 2), labels: [0, 3, 1] };
    const [found] = await valuesOf(curvature(loss, [b]), given);
    expectNear(found, await secondDifferences(loss, given, 'b'));
  });

  it('squares the slope of an activation and leaves its own bend out', async () => {
    const x = inputNode('x', [N, 4]);
    const y = build('scaledTanh', [x]);
    const loss = mean(build('rbf', [y, constantNode(0, [1, 4])]));
    const given = { x: numbers(N * 4, 1) };
    const [found] = await valuesOf(curvature(loss, [x]), given);
    const slope = (a: number) => (1.7159 * 2) / 3 / Math.cosh((2 * a) / 3) ** 2;
    expectNear(
      found,
      given.x.map((a) => (2 * slope(a) ** 2) / N),
    );
  });

  it('divides by the square of the count where pooling takes means', async () => {
    // y = mean of 6; h_y = 2 / N of a distance; h_x = (1/6)^2 h_y.
    const x = inputNode('x', [N, 4, 6, 1]);
    const pool = { window: [2, 3], strides: [2, 3], pads: NONE, countIncludePad: false };
    const y = build('reshape', [build('averagePool2d', [x], pool)], { shape: [N, 4] });
    const loss = mean(build('rbf', [y, constantNode(numbers(4, 5), [1, 4])]));
    const given = { x: numbers(N * 24, 1) };
    const [found] = await valuesOf(curvature(loss, [x]), given);
    expectNear(found, new Array(N * 24).fill(2 / N / 36));
    expectNear(found, await secondDifferences(loss, given, 'x'));
  });

  it('is nothing for what the loss does not read, and along what it reads alone', async () => {
    const x = inputNode('x', [N, 2]);
    const aside = inputNode('aside', [2, 3]);
    const centers = inputNode('centers', [1, 2]);
    const loss = mean(build('rbf', [x, centers]));
    const given = { x: numbers(2 * N, 1), centers: numbers(2, 2) };
    const [along, nothing] = await valuesOf(curvature(loss, [x, aside]), given);
    expectNear(along, new Array(2 * N).fill(2 / N));
    expect(nothing).toEqual(new Array(6).fill(0));
  });

  it('says which op knows no second derivatives', () => {
    const x = inputNode('x', [1, 2, 2, 3]);
    const attrs = { size: 3, k: 1, alpha: 1, beta: 1 };
    const loss = build('sumTo', [build('localResponseNormalization', [x], attrs)], { shape: [] });
    expect(() => curvature(loss, [x])).toThrow('localResponseNormalization');
  });
});

const NONE = [
  [0, 0],
  [0, 0],
];
