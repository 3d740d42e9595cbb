/**
 * @file Laws that hold for any window, tried on random ones, on every backend.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Session } from '../../src/backends/backend.ts';
import { RandomStream } from '../../src/base/random.ts';
import { type Shape, sizeOf } from '../../src/base/shape.ts';
import { type Pair, reachOf, resolvePads } from '../../src/base/window.ts';
import { batchInput, inputNode, type Node } from '../../src/graph/node.ts';
import { build } from '../../src/ops/index.ts';
import { quickBackends } from '../backends.ts';
import { expectClose } from '../support/compare.ts';

const RUNS = { numRuns: 40 };

/** One axis whose input the window fits; pads smaller than the window. */
const axes = fc
  .record({
    n: fc.integer({ min: 1, max: 9 }),
    kernel: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
  })
  .chain((axis) => {
    const pad = fc.nat(reachOf(axis.kernel, axis.dilation) - 1);
    return fc.record({ axis: fc.constant(axis), pads: fc.tuple(pad, pad) });
  })
  .map(({ axis, pads }) => ({ ...axis, pads }))
  .filter(({ n, kernel, dilation, pads }) => n + pads[0] + pads[1] >= reachOf(kernel, dilation));

type Axis = typeof axes extends fc.Arbitrary<infer T> ? T : never;

const windows = fc.record({
  rows: axes,
  columns: axes,
  N: fc.integer({ min: 1, max: 2 }),
  C: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(),
});

const pair = (
  { rows, columns }: { rows: Axis; columns: Axis },
  key: 'n' | 'kernel' | 'stride' | 'dilation',
): Pair => [rows[key], columns[key]];

function poolAttrs(w: { rows: Axis; columns: Axis }) {
  // Pooling has no dilation, so its pads stay below the kernel.
  const below = ({ kernel, pads: [a, b] }: Axis): Pair => [
    Math.min(a, kernel - 1),
    Math.min(b, kernel - 1),
  ];
  return {
    window: pair(w, 'kernel'),
    strides: pair(w, 'stride'),
    pads: [below(w.rows), below(w.columns)],
  };
}

const fitsPooling = (w: { rows: Axis; columns: Axis }): boolean =>
  [w.rows, w.columns].every(
    ({ n, kernel, pads }) =>
      n + Math.min(pads[0], kernel - 1) + Math.min(pads[1], kernel - 1) >= kernel,
  );

function normals(shape: Shape, seed: number, stream: string): Float32Array {
  const random = new RandomStream(seed, stream);
  return Float32Array.from({ length: sizeOf(shape) }, () => random.normal());
}

/** The values of some nodes for given inputs. */
async function valuesOf(
  session: Session,
  wanted: readonly Node[],
  inputs: Readonly<Record<string, Float32Array>>,
): Promise<Float32Array[]> {
  const outputs = Object.fromEntries(wanted.map((node, i) => [String(i), node]));
  const program = session.compile({ outputs, updates: [] });
  for (const [name, data] of Object.entries(inputs)) program.input(name).set(data);
  program.run();
  return Promise.all(
    wanted.map(async (_, i) => Float32Array.from(await program.output(String(i)))),
  );
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, i) => sum + x * b[i], 0);

for (const backend of quickBackends) {
  describe(`laws of windows, ${backend.name}`, () => {
    const opening = backend.open();
    afterAll(async () => (await opening).close());

    it('min(x) = -max(-x)', async () => {
      const session = await opening;
      await fc.assert(
        fc.asyncProperty(windows.filter(fitsPooling), async (w) => {
          const shape = [w.N, ...pair(w, 'n'), w.C];
          const x = batchInput('x', shape);
          const min = build('minPool2d', [x], poolAttrs(w));
          const max = build('neg', [build('maxPool2d', [build('neg', [x])], poolAttrs(w))]);
          const [a, b] = await valuesOf(session, [min, max], { x: normals(shape, w.seed, 'x') });
          expect(a).toEqual(b);
        }),
        RUNS,
      );
    });

    it('the average of a constant is that constant, at the border too', async () => {
      const session = await opening;
      await fc.assert(
        fc.asyncProperty(windows.filter(fitsPooling), async (w) => {
          const shape = [w.N, ...pair(w, 'n'), w.C];
          const x = batchInput('x', shape);
          const y = build('averagePool2d', [x], { ...poolAttrs(w), countIncludePad: false });
          const [values] = await valuesOf(session, [y], {
            x: new Float32Array(sizeOf(shape)).fill(0.7),
          });
          expectClose(values, new Float32Array(values.length).fill(0.7), 1e-6, 'averages');
        }),
        RUNS,
      );
    });

    it("padding 'same' keeps ceil(n / stride) of a picture", async () => {
      const session = await opening;
      await fc.assert(
        fc.asyncProperty(windows, async (w) => {
          const [size, window, strides] = [pair(w, 'n'), pair(w, 'kernel'), pair(w, 'stride')];
          const x = batchInput('x', [w.N, ...size, w.C]);
          const pads = resolvePads('same', size, window, strides);
          const y = build('maxPool2d', [x], { window, strides, pads });
          expect(y.shape).toEqual([
            w.N,
            Math.ceil(size[0] / strides[0]),
            Math.ceil(size[1] / strides[1]),
            w.C,
          ]);
          const [values] = await valuesOf(session, [y], { x: normals(x.shape, w.seed, 'x') });
          expect(values.every(Number.isFinite)).toBe(true);
        }),
        RUNS,
      );
    });

    it('the transposed convolution is the adjoint: (conv x) . y = x . (conv^T y)', async () => {
      const session = await opening;
      await fc.assert(
        fc.asyncProperty(
          windows,
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 1, max: 2 }),
          async (w, O, groups) => {
            const xShape = [w.N, ...pair(w, 'n'), w.C * groups];
            const wShape = [...pair(w, 'kernel'), w.C, O * groups];
            const attrs = {
              strides: pair(w, 'stride'),
              dilation: pair(w, 'dilation'),
              pads: [w.rows.pads, w.columns.pads],
              groups,
            };
            const x = batchInput('x', xShape);
            const kernel = inputNode('kernel', wShape);
            const convolved = build('conv2d', [x, kernel], attrs);
            const y = batchInput('y', convolved.shape);
            const back = build('conv2dInputGradient', [y, kernel], {
              ...attrs,
              inputShape: xShape,
            });
            const inputs = {
              x: normals(xShape, w.seed, 'x'),
              kernel: normals(wShape, w.seed, 'kernel'),
              y: normals(convolved.shape, w.seed, 'y'),
            };
            const [cx, cty] = await valuesOf(session, [convolved, back], inputs);
            const scale = 1 + Math.sqrt(dot(cx, cx) * dot(inputs.y, inputs.y));
            expect(Math.abs(dot(cx, inputs.y) - dot(inputs.x, cty)) / scale).toBeLessThan(1e-5);
          },
        ),
        RUNS,
      );
    });
  });
}
