import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaddingRule } from '../base/window.ts';
import { explainWindow, termsOf, type WindowQuestion, windowAsJson } from './explain.ts';

const ramp = Array.from({ length: 36 }, (_, i) => i + 1);

/** The seed text's example: a 3x3 window over 6x6. */
const ask = (fields: Partial<WindowQuestion> = {}) =>
  explainWindow({
    input: [6, 6],
    kernel: [3, 3],
    strides: [1, 1],
    dilation: [1, 1],
    padding: 'valid',
    ...fields,
  });

describe('the 6x6 example with a 3x3 window', () => {
  it('keeps 6x6 with same padding, 1 pixel on each side', () => {
    const answer = ask({ padding: 'same' });
    expect(answer.output).toEqual([6, 6]);
    expect(answer.pads.flat()).toEqual([1, 1, 1, 1]);
  });

  it.each([
    [1, [4, 4], [0, 0]],
    [2, [2, 2], [1, 1]],
    [3, [2, 2], [0, 0]],
  ] as const)(
    'gives with valid padding and stride %i: %j, %j rows and columns unseen',
    (stride, output, unseen) => {
      expect(ask({ strides: [stride, stride] }).output).toEqual(output);
      const row = ask().strideTable.find(({ strides }) => strides[0] === stride);
      expect(row?.valid).toMatchObject({ output, unseen });
    },
  );

  it('pads the odd pixel at the end where the stride asks for one', () => {
    const answer = ask({ padding: 'same', strides: [2, 2] });
    expect(answer.output).toEqual([3, 3]);
    expect(answer.pads.flat()).toEqual([0, 1, 0, 1]);
  });

  it('sees border cells less, with same padding too', () => {
    expect(ask().coverage[0]).toEqual([1, 2, 3, 3, 2, 1]);
    expect(ask({ padding: 'same' }).coverage[0]).toEqual([4, 6, 6, 6, 6, 4]);
  });
});

describe('what stands in the padding', () => {
  const padded = (fill: WindowQuestion['fill'], op: 'max' | 'min' | 'avg' | 'conv' = 'min') =>
    ask({ padding: 'same', compute: { op, values: ramp }, ...(fill && { fill }) });

  it('is nothing unless said, and then numbers like any other', () => {
    expect(padded(undefined).values?.[0]?.[0]).toBe(1);
    expect(padded({ mode: 'constant' }).values?.[0]?.[0]).toBe(0);
    expect(padded({ mode: 'constant', value: 9 }, 'max').values?.[0]?.[0]).toBe(9);
    expect(padded(undefined, 'avg').values?.[0]?.[0]).toBe((1 + 2 + 7 + 8) / 4);
    expect(padded({ mode: 'constant' }, 'avg').values?.[0]?.[0]).toBe((1 + 2 + 7 + 8) / 9);
    // A convolution adds nothing for zeros either way.
    expect(padded({ mode: 'constant' }, 'conv').values).toEqual(padded(undefined, 'conv').values);
  });

  it.each([
    ['reflect', [8, 7, 8, 9]],
    ['replicate', [1, 1, 2, 3]],
    ['circular', [36, 31, 32, 33]],
  ] as const)('may be the picture again: %s', (mode, first) => {
    const { padded: rows } = padded({ mode });
    expect(rows.length).toBe(8);
    expect(rows[0]?.slice(0, 4)).toEqual(first);
  });

  it('is seen as it is', () => {
    expect(padded(undefined).padded[0]).toEqual(new Array(8).fill(null));
    expect(padded(undefined).padded[1]?.slice(0, 3)).toEqual([null, 1, 2]);
    expect(ask({ padding: 'same' }).padded[1]).toEqual(new Array(8).fill(null));
  });

  it('is among the terms where it is filled', () => {
    const terms = termsOf(padded({ mode: 'constant', value: 5 }), 0, 0);
    expect(terms.length).toBe(9);
    expect(terms[0]).toEqual({ h: -1, w: -1, value: 5, weight: 1 });
    expect(terms[4]).toEqual({ h: 0, w: 0, value: 1, weight: 1 });
    expect(termsOf(padded(undefined), 0, 0).length).toBe(4);
  });

  it('must be there to be shown', () => {
    expect(() =>
      ask({ input: [1, 6], kernel: [2, 3], padding: 'same', fill: { mode: 'reflect' } }),
    ).toThrow(/reflect padding of 1 around 1 pixels/);
  });
});

describe('values', () => {
  it.each([
    ['max', [15, 16, 17, 18], [21, 22, 23, 24]],
    ['min', [1, 2, 3, 4], [7, 8, 9, 10]],
    ['avg', [8, 9, 10, 11], [14, 15, 16, 17]],
    ['conv', [72, 81, 90, 99], [126, 135, 144, 153]],
  ] as const)('of %s', (op, first, second) => {
    expect(ask({ compute: { op, values: ramp } }).values?.slice(0, 2)).toEqual([first, second]);
  });

  it('leave padding out of averages and extremes', () => {
    const values = ramp.map((v) => -v);
    const at = (op: 'avg' | 'max') =>
      ask({ padding: 'same', compute: { op, values } }).values?.[0][0];
    expect(at('max')).toBe(-1);
    expect(at('avg')).toBe(-(1 + 2 + 7 + 8) / 4);
  });

  it('agree with the terms shown, for any window', () => {
    const side = fc.integer({ min: 1, max: 7 });
    const small = fc.integer({ min: 1, max: 3 });
    const padding = fc.constantFrom<PaddingRule>('valid', 'same');
    fc.assert(
      fc.property(side, side, small, small, small, small, padding, (H, W, KH, KW, s, d, rule) => {
        fc.pre((KH - 1) * d < H && (KW - 1) * d < W);
        const answer = ask({
          input: [H, W],
          kernel: [KH, KW],
          strides: [s, s],
          dilation: [d, d],
          padding: rule,
          compute: {
            op: 'conv',
            values: ramp.concat(ramp).slice(0, H * W),
            weights: ramp.slice(0, KH * KW),
          },
        });
        const worked = Array.from({ length: answer.output[0] }, (_, oh) =>
          Array.from({ length: answer.output[1] }, (_, ow) =>
            termsOf(answer, oh, ow).reduce((sum, { value, weight }) => sum + value * weight, 0),
          ),
        );
        expect(answer.values).toEqual(worked);
      }),
    );
  });

  it('need as many numbers as cells', () => {
    expect(() => ask({ compute: { op: 'max', values: [1, 2] } })).toThrow(
      /2 values for an input of 6x6/,
    );
    const compute = { op: 'conv', values: ramp, weights: [1] } as const;
    expect(() => ask({ compute })).toThrow(/1 weights for a kernel of 3x3/);
  });
});

describe('windows that are none', () => {
  it.each([
    [{ strides: [0, 1] }, /height: a stride of 0/],
    [{ strides: [1, 1.5], padding: 'same' }, /width: a stride of 1.5/],
    [{ dilation: [1, 0] }, /width: a dilation of 0/],
    [{ kernel: [7, 3] }, /height: a window that reaches over 7 pixels does not fit an input of 6/],
    [
      {
        padding: [
          [3, 0],
          [0, 0],
        ],
      },
      /height: a padding of 3 with a window that reaches over 3/,
    ],
    [
      {
        padding: [
          [0, 0],
          [0, -1],
        ],
      },
      /width: a padding of -1/,
    ],
    [{ dilation: [2, 2], compute: { op: 'max', values: ramp } }, /dilation of 2x2/],
  ] as [Partial<WindowQuestion>, RegExp][])('%j are refused with a reason', (fields, message) => {
    expect(() => ask(fields)).toThrow(message);
  });
});

describe('JSON', () => {
  it('holds the rule and its numbers', () => {
    expect(windowAsJson(ask({ padding: 'same', strides: [3, 2] }))).toEqual({
      input: [6, 6],
      kernel: [3, 3],
      strides: [3, 2],
      dilation: [1, 1],
      padding: { rule: 'same', top: 0, bottom: 0, left: 0, right: 1 },
      output: [2, 3],
      coverage: Array.from({ length: 6 }, () => [1, 1, 2, 1, 2, 1]),
      values: null,
    });
  });
});
