import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  centreOf,
  checkFill,
  composeReceptiveField,
  coverage,
  type Fill,
  filledFrom,
  outputExtent,
  outputSize,
  type Pair,
  PIXEL,
  reachOf,
  resolvePads,
  samePads,
  transposedExtent,
} from './window.ts';

/** One axis: a window that is allowed, over an input it may or may not fit. */
const axes = fc
  .record({
    n: fc.integer({ min: 1, max: 24 }),
    kernel: fc.integer({ min: 1, max: 6 }),
    stride: fc.integer({ min: 1, max: 5 }),
    dilation: fc.integer({ min: 1, max: 3 }),
  })
  .chain((axis) => {
    const pad = fc.nat(reachOf(axis.kernel, axis.dilation) - 1);
    return fc.record({ axis: fc.constant(axis), pads: fc.tuple(pad, pad) });
  })
  .map(({ axis, pads }) => ({ ...axis, pads }));

type Axis = typeof axes extends fc.Arbitrary<infer T> ? T : never;

/** The first pixel of every window, by sliding one pixel at a time. Negative in the padding. */
function slide({ n, kernel, stride, dilation, pads }: Axis): number[] {
  const starts = [];
  for (let at = -pads[0]; at + reachOf(kernel, dilation) <= n + pads[1]; at++) {
    if ((at + pads[0]) % stride === 0) starts.push(at);
  }
  return starts;
}

const fitting = axes.filter((axis) => slide(axis).length > 0);

describe('the extent that windows give', () => {
  it("is the seed's example: 6x6 under 3x3", () => {
    const of = (stride: number, pads: Pair): number => outputExtent(6, 3, stride, pads);
    expect([1, 2, 3].map((stride) => of(stride, [0, 0]))).toEqual([4, 2, 2]);
    expect(of(1, samePads(6, 3, 1))).toBe(6);
  });

  it("is AlexNet's: 55 of 227 under 11/4, 27 of 55 under 3/2", () => {
    expect(
      outputSize([227, 227], [11, 11], [4, 4], resolvePads('valid', [227, 227], [11, 11], [4, 4])),
    ).toEqual([55, 55]);
    expect(outputExtent(55, 3, 2, [0, 0])).toBe(27);
  });

  it('agrees with sliding the window pixel by pixel', () => {
    fc.assert(
      fc.property(fitting, (axis) => {
        const { n, kernel, stride, dilation, pads } = axis;
        const starts = slide(axis);
        expect(outputExtent(n, kernel, stride, pads, dilation)).toBe(starts.length);
        const seen = Array.from({ length: n }, (_, pixel) =>
          starts.reduce((count, start) => {
            const tap = (pixel - start) / dilation;
            return count + (Number.isInteger(tap) && tap >= 0 && tap < kernel ? 1 : 0);
          }, 0),
        );
        expect(coverage(n, kernel, stride, pads, dilation)).toEqual(seen);
      }),
    );
  });

  it('holds a real pixel in every undilated window', () => {
    fc.assert(
      fc.property(fitting, (axis) => {
        for (const start of slide({
          ...axis,
          dilation: 1,
          pads: [Math.min(axis.pads[0], axis.kernel - 1), Math.min(axis.pads[1], axis.kernel - 1)],
        })) {
          expect(start < axis.n && start + axis.kernel > 0).toBe(true);
        }
      }),
    );
  });

  it("is ceil(n / stride) with padding 'same', the odd pixel at the end", () => {
    fc.assert(
      fc.property(axes, ({ n, kernel, stride, dilation }) => {
        const [before, after] = samePads(n, kernel, stride, dilation);
        expect(outputExtent(n, kernel, stride, [before, after], dilation)).toBe(
          Math.ceil(n / stride),
        );
        expect([0, 1]).toContain(after - before);
      }),
    );
  });

  it('is undone by the transposed window', () => {
    fc.assert(
      fc.property(fitting, ({ n, kernel, stride, dilation, pads }) => {
        const outputs = outputExtent(n, kernel, stride, pads, dilation);
        const over = (pads[0] + n + pads[1] - reachOf(kernel, dilation)) % stride;
        expect(transposedExtent(outputs, kernel, stride, pads, dilation, over)).toBe(n);
      }),
    );
  });

  it('offers settings that work where a window does not fit', () => {
    fc.assert(
      fc.property(
        axes.filter((axis) => slide(axis).length === 0),
        ({ n, kernel, stride, dilation, pads }) => {
          let fix = '';
          try {
            outputExtent(n, kernel, stride, pads, dilation);
          } catch (error) {
            fix = (error as Error).message;
          }
          const most = (noun: string) => fix.match(`a ${noun} of at most (\\d+)`)?.[1];
          const [smaller, denser] = [most('kernel'), most('dilation')];
          if (smaller)
            expect(outputExtent(n, Number(smaller), stride, pads, dilation)).toBeGreaterThan(0);
          if (denser)
            expect(outputExtent(n, kernel, stride, pads, Number(denser))).toBeGreaterThan(0);
          expect(fix).toContain("padding 'same'");
        },
      ),
    );
  });

  it.each([
    [
      () => outputExtent(6, 3, 0, [0, 0], 1, 'height'),
      /height: a stride of 0\n.*at least 1\n.*use 1/,
    ],
    [() => outputExtent(6, 2.5, 1, [0, 0]), /a window of 2\.5\n.*whole number/],
    [() => outputExtent(6, 3, 1, [0, 0], Number.NaN), /a dilation of NaN/],
    [() => outputExtent(6, 3, 1, [0, -1]), /a padding of -1/],
    [
      () => outputExtent(6, 3, 1, [3, 0]),
      /padding of 3 with a window that reaches over 3\n.*\n.*at most 2/,
    ],
    [
      () => outputExtent(4, 5, 1, [0, 0]),
      /reaches over 5 pixels does not fit an input of 4\n.*\n.*at most 4/,
    ],
    [() => resolvePads('same', [4, 4], [3, 3], [0, 1]), /height: a stride of 0/],
    [() => transposedExtent(4, 3, 2, [0, 0], 1, 2), /output padding of 2 with stride 2/],
    [() => transposedExtent(1, 3, 1, [2, 2]), /leaves nothing of the transposed window's 3 pixels/],
    [() => checkFill([3, 0], 3, 'reflect'), /reflect padding of 3 around 3 pixels\n.*at most 2/],
    [() => checkFill([0, 4], 3, 'circular'), /circular padding of 4 around 3 pixels\n.*at most 3/],
  ])('teaches where the numbers make no window (%#)', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('receptive fields', () => {
  it("are LeNet-5's: C1 5, S2 6, C3 14, S4 16, C5 32", () => {
    const layers: [kernel: number, stride: number][] = [
      [5, 1],
      [2, 2],
      [5, 1],
      [2, 2],
      [5, 1],
    ];
    let field = PIXEL;
    const sizes = layers.map(([kernel, stride]) => {
      field = composeReceptiveField(field, kernel, stride, 0);
      return field.size;
    });
    expect(sizes).toEqual([5, 6, 14, 16, 32]);
    expect(field.stride).toBe(4);
  });

  it('agree with the pixels that two windows reach, one on the other', () => {
    fc.assert(
      fc.property(fitting, axes, (first, second) => {
        let field = composeReceptiveField(
          PIXEL,
          first.kernel,
          first.stride,
          first.pads[0],
          first.dilation,
        );
        field = composeReceptiveField(
          field,
          second.kernel,
          second.stride,
          second.pads[0],
          second.dilation,
        );
        const taps = (o: number, { kernel, stride, dilation, pads }: Axis): number[] =>
          Array.from({ length: kernel }, (_, k) => o * stride + k * dilation - pads[0]);
        for (const o of [0, 1]) {
          const pixels = taps(o, second).flatMap((middle) => taps(middle, first));
          expect(Math.min(...pixels)).toBe(field.start + o * field.stride);
          expect(Math.max(...pixels)).toBe(field.start + o * field.stride + field.size - 1);
        }
      }),
    );
  });

  it('are centred on pixel 0 with odd kernels and same padding', () => {
    expect(centreOf(composeReceptiveField(PIXEL, 5, 1, 2))).toBe(0);
    expect(centreOf(composeReceptiveField(PIXEL, 2, 2, 0))).toBe(0.5);
  });
});

describe('fills', () => {
  it.each([
    ['reflect', [3, 2, 1, 0, 1, 2, 3, 2, 1, 0]],
    ['replicate', [0, 0, 0, 0, 1, 2, 3, 3, 3, 3]],
    ['circular', [1, 2, 3, 0, 1, 2, 3, 0, 1, 2]],
    ['constant', [-1, -1, -1, 0, 1, 2, 3, -1, -1, -1]],
  ] as [Fill, number[]][])('%s', (fill, expected) => {
    expect(expected.map((_, i) => filledFrom(i - 3, 4, fill))).toEqual(expected);
  });
});
