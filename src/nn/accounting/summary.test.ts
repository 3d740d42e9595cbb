import { describe, expect, it } from 'vitest';
import { modelOf } from '../../models/index.ts';
import { batchNormalization } from '../layers/batchNormalization.ts';
import { flatten } from '../layers/shapes/flatten.ts';
import { add } from '../layers/shapes/join.ts';
import { conv2d } from '../layers/windows/conv2d.ts';
import { conv2dTranspose } from '../layers/windows/conv2dTranspose.ts';
import { globalAveragePooling2d } from '../layers/windows/globalPooling.ts';
import { cropping2d, zeroPadding2d } from '../layers/windows/padding.ts';
import { maxPooling2d } from '../layers/windows/pooling.ts';
import { upsampling2d } from '../layers/windows/upsampling2d.ts';
import { input, model } from '../model.ts';
import { sequential } from '../sequential.ts';
import { summarize } from './summary.ts';
import { formatSummary } from './summaryTable.ts';

describe('summary of lenet5', () => {
  const { layers, totals } = summarize(modelOf('lenet5'));

  it('counts parameters', () => {
    expect(layers.map(({ parameters }) => parameters)).toEqual([
      156, 0, 2416, 0, 0, 30840, 10164, 850,
    ]);
    expect(totals).toMatchObject({ parameters: 44426, trainable: 44426, fixed: 0 });
  });

  it('counts connections and multiply-adds', () => {
    expect(layers.map(({ connections }) => connections)).toEqual([
      156 * 24 * 24,
      4 * 12 * 12 * 6,
      2416 * 64,
      4 * 4 * 4 * 16,
      0,
      30840,
      10164,
      850,
    ]);
    expect(layers.map(({ multiplyAdds }) => multiplyAdds)).toEqual([
      150 * 24 * 24,
      0,
      2400 * 64,
      0,
      0,
      30720,
      10080,
      840,
    ]);
  });

  it('follows the receptive field to the whole image', () => {
    expect(layers.map(({ receptiveField }) => receptiveField?.size[0])).toEqual([
      5, 6, 14, 16, 16, 28, 28, 28,
    ]);
    expect(layers[2].receptiveField).toEqual({ size: [14, 14], stride: [2, 2], first: [6.5, 6.5] });
  });

  it('prints as Keras does, and more', () => {
    expect(formatSummary(summarize(modelOf('lenet5')))).toMatchInlineSnapshot(`
      "Model: "lenet5", input (None, 28, 28, 1)
      __________________________________________________________________________________________________
      Layer (type)                             Output Shape        Param #   Connections   Multiply-adds
      ==================================================================================================
      conv2d (Conv2D)                          (None, 24, 24, 6)       156        89,856          86,400
      average_pooling2d (AveragePooling2D)     (None, 12, 12, 6)         0         3,456               0
      conv2d_1 (Conv2D)                        (None, 8, 8, 16)      2,416       154,624         153,600
      average_pooling2d_1 (AveragePooling2D)   (None, 4, 4, 16)          0         1,024               0
      flatten (Flatten)                        (None, 256)               0             0               0
      dense (Dense)                            (None, 120)          30,840        30,840          30,720
      dense_1 (Dense)                          (None, 84)           10,164        10,164          10,080
      dense_2 (Dense)                          (None, 10)              850           850             840
      ==================================================================================================
      ______________________________________________________________________________________________
      Layer                 Window   Stride   Padding   Receptive field   First centre   Activations
      ==============================================================================================
      conv2d                5x5      1        valid     5x5 every 1       2                 13.50 KB
      average_pooling2d     2x2      2        valid     6x6 every 2       2.5                3.38 KB
      conv2d_1              5x5      1        valid     14x14 every 2     6.5                4.00 KB
      average_pooling2d_1   2x2      2        valid     16x16 every 4     7.5                1.00 KB
      flatten               -        -        -         16x16             -                  1.00 KB
      dense                 -        -        -         28x28             -                    480 B
      dense_1               -        -        -         28x28             -                    336 B
      dense_2               -        -        -         28x28             -                     40 B
      ==============================================================================================
      Total params: 44,426 (173.54 KB)
      Trainable params: 44,426
      Non-trainable params: 0
      Connections: 290,814
      Multiply-adds per image: 281,640
      Activations per image: 23.71 KB"
    `);
  });
});

describe('summary', () => {
  it('agrees with the 1998 paper on its first layer', () => {
    const spec = sequential({ inputShape: [32, 32, 1] }, [conv2d({ filters: 6, kernelSize: 5 })]);
    expect(summarize(spec).totals).toMatchObject({ parameters: 156, connections: 122304 });
  });

  it('counts the taps of groups once', () => {
    const layers = [conv2d({ filters: 256, kernelSize: 5, padding: 'same', groups: 2 })];
    const spec = sequential({ inputShape: [27, 27, 96] }, layers);
    expect(summarize(spec).totals.parameters).toBe(256 * (5 * 5 * 48 + 1));
    expect(summarize(spec).totals.multiplyAdds).toBe(27 * 27 * 256 * 5 * 5 * 48);
  });

  it('recomputes for another image size and says why one does not fit', () => {
    const spec = modelOf('lenet5');
    const enlarged = summarize(spec, { inputShape: [32, 32, 1] });
    expect(enlarged.layers[4].outputShape).toEqual([400]);
    expect(enlarged.layers[5].parameters).toBe(401 * 120);
    expect(() => summarize(spec, { inputShape: [12, 12, 1] })).toThrow(
      'layer "conv2d_1" (conv2d) on an input of (4, 4, 6): height: a window that reaches over 5 pixels does not fit an input of 4',
    );
    expect(() => summarize(spec, { inputShape: [28, 28] })).toThrow('like the model');
    expect(() => summarize(spec, { inputShape: [28, 0, 1] })).toThrow('positive whole numbers');
  });

  it('tells fixed numbers from trainable ones', () => {
    const spec = sequential({ inputShape: [4, 4, 3] }, [batchNormalization()]);
    expect(summarize(spec).totals).toMatchObject({ parameters: 12, trainable: 6, fixed: 6 });
  });

  const fieldOf = (...layers: Parameters<typeof sequential>[1]) =>
    summarize(sequential({ inputShape: [16, 16, 1] }, layers)).layers.at(-1)?.receptiveField;
  const conv3 = (more = {}) => conv2d({ filters: 1, kernelSize: 3, ...more });

  it('grows the field with stride and dilation', () => {
    expect(fieldOf(conv3({ strides: 2 }), conv3({ dilationRate: 2 }))).toEqual({
      size: [11, 11],
      stride: [2, 2],
      first: [5, 5],
    });
  });

  it('begins in the padding', () => {
    const around = { size: [3, 3], stride: [1, 1], first: [0, 0] };
    expect(fieldOf(conv3({ padding: 'same' }))).toEqual(around);
    expect(fieldOf(zeroPadding2d(), conv3())).toEqual(around);
    expect(fieldOf(cropping2d({ cropping: 2 }))).toMatchObject({ first: [2, 2] });
    const uneven = [
      [1, 0],
      [3, 0],
    ] as const;
    expect(fieldOf(cropping2d({ cropping: uneven }))).toMatchObject({ first: [1, 3] });
    expect(fieldOf(zeroPadding2d({ padding: uneven }))).toMatchObject({ first: [-1, -3] });
  });

  it('follows enlarging layers with fractions', () => {
    expect(fieldOf(maxPooling2d(), upsampling2d())).toEqual({
      size: [2, 2],
      stride: [1, 1],
      first: [0.5, 0.5],
    });
    expect(fieldOf(conv2dTranspose({ filters: 1, kernelSize: 4, strides: 2 }))).toMatchObject({
      size: [2, 2],
      stride: [0.5, 0.5],
    });
  });

  it('joins the fields of branches', () => {
    const layers = [conv3({ padding: 'same' }), add({ inputs: ['conv2d', 'input'] })];
    expect(fieldOf(...layers)).toMatchObject({ size: [3, 3] });
    const spec = sequential({ inputShape: [16, 16, 1] }, layers);
    expect(formatSummary(summarize(spec))).toContain('conv2d, input');
  });

  it('steps as far as the coarser of its branches, whichever comes first', () => {
    const strideOf = (first: 'fine' | 'coarse') => {
      const x = input({ shape: [8, 8, 1] });
      const coarse = conv2d({ filters: 1, kernelSize: 1, strides: 2 })(x);
      const fine = cropping2d({ cropping: 2 })(x);
      const sum = first === 'fine' ? add()(fine, coarse) : add()(coarse, fine);
      return summarize(model({ inputs: x, outputs: sum })).layers.at(-1)?.receptiveField?.stride;
    };
    expect(strideOf('fine')).toEqual([2, 2]);
    expect(strideOf('coarse')).toEqual([2, 2]);
  });

  it('sees everything after global pooling, and keeps the field through flatten', () => {
    expect(fieldOf(conv3(), globalAveragePooling2d())).toMatchObject({ size: [16, 16] });
    expect(fieldOf(conv3(), flatten())).toMatchObject({ size: [3, 3] });
  });
});
