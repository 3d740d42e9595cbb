/** @file `fovea summary`: its tables in a terminal, other sizes of input, and what it says of bad specs. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hear, inOwnFolder } from '../../../test/support/commandLine.ts';
import { FoveaError } from '../../base/errors.ts';
import { input, layers, type ModelSpec, model, modelNames, parseModelSpec } from '../../index.ts';
import { command } from './summary.ts';

const home = inOwnFolder('summary');

/** Runs the command and gives what it wrote to standard output and standard error. */
async function run(...args: string[]): Promise<{ out: string; notes: string }> {
  const { printed, noted } = await hear(command(), ...args);
  return { out: printed, notes: noted };
}

async function runOn(spec: unknown, ...args: string[]) {
  const file = path.join(home(), 'model.json');
  await fs.writeFile(file, JSON.stringify(spec));
  return run(file, ...args);
}

const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

describe('the tables of fovea summary', () => {
  it.each(modelNames)('%s fits a terminal of 100 columns', async (name) => {
    expect(widest((await run(name)).out)).toBeLessThanOrEqual(100);
  });

  it('says all in one table with --wide', async () => {
    const { out } = await run('alexnet', '--wide');
    expect(out).toMatch(
      /^Layer \(type\) +Output Shape +Param # +Connections +Multiply-adds +Window +Stride +Padding +Receptive field +First centre +Activations$/m,
    );
    expect(out).toMatch(/^conv2 \(Conv2D\) .* 5x5 +1 +same 2 +51x51 every 8 +9 +729\.00 KB$/m);
  });

  it('says what other layers are connected to, and windows of every kind', async () => {
    const x = input({ shape: [9, 12, 2] });
    const { conv2d, conv2dTranspose, cropping2d, zeroPadding2d, globalMinPooling2d } = layers;
    const down = conv2d({ filters: 4, kernelSize: [3, 2], strides: [2, 3], padding: 'same' })(x);
    const wide = conv2d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same' })(down);
    const sum = layers.add()(wide, down);
    const up = conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' })(sum);
    const cut = cropping2d({ cropping: [[1, 0], [0, 0]] })(up); // biome-ignore format: one line
    const framed = zeroPadding2d({ padding: [[0, 0], [1, 2]] })(cut); // biome-ignore format: one line
    const spec = model({ inputs: x, outputs: globalMinPooling2d()(framed), name: 'mixed' });
    expect(widest((await runOn(spec)).out)).toBeLessThanOrEqual(100);
    const { out } = await runOn(spec, '--wide');
    const rows = Object.fromEntries(
      [...out.matchAll(/^(\w+) \([A-Z]\w+\) .*$/gm)].map(([line, name]) => [
        name,
        line.split(/ {2,}/).slice(5, 9),
      ]),
    );
    expect(rows).toEqual({
      conv2d: ['input', '3x2', '2x3', 'same 1, 0'],
      conv2d_1: ['conv2d', '3x3 dilated 2', '1', 'same 2'],
      add: ['conv2d_1, conv2d', '-', '-', '-'],
      conv2d_transpose: ['add', '3x3', '1/2', 'same cuts 0+1'],
      cropping2d: ['conv2d_transpose', '-', '-', '-1+0, 0'],
      zero_padding2d: ['cropping2d', '-', '-', '0, 1+2'],
      global_min_pooling2d: ['zero_padding2d', '9x11', '1', 'valid'],
    });
  });

  it('gives the same as data', async () => {
    const { layers: rows } = JSON.parse((await run('alexnet', '--json')).out);
    expect(rows[3]).toMatchObject({
      name: 'conv2',
      reads: ['pool1'],
      outputShape: [27, 27, 256],
      parameters: 307456,
      connections: 224135424,
      multiplyAdds: 223948800,
      receptiveField: { size: [51, 51], stride: [8, 8], first: [9, 9] },
      window: {
        kernel: [5, 5],
        strides: [1, 1],
        dilation: [1, 1],
        padding: { rule: 'same', top: 2, bottom: 2, left: 2, right: 2 },
      },
      activationBytes: 4 * 27 * 27 * 256,
    });
  });
});

describe('fovea summary --input', () => {
  it('recomputes, and says where trained numbers would not fit', async () => {
    const { out, notes } = await run('lenet5', '--input', '32x32x1');
    expect(out).toContain('(None, 400)');
    expect(notes).toBe(
      'dense has 48,120 parameters on (32, 32, 1), 30,840 on (28, 28, 1): numbers trained on one do not fit the other\n',
    );
  });

  it('says why a size does not fit, and the nearest that do', async () => {
    await expect(run('lenet5', '--input', '12x12x1')).rejects.toThrow(
      /layer "conv2d_1" \(conv2d\) on an input of \(4, 4, 6\): height: a window that reaches over 5 pixels does not fit an input of 4\n.*\n.*this model takes --input 16x16x1/,
    );
    await expect(run('lenet5', '--input', '28x28')).rejects.toThrow('like the model');
    await expect(run('lenet5', '--input', '28xx1')).rejects.toThrow('such as 32x32x1');
    expect((await run('lenet5', '--input', '16x16x1')).out).toContain('(None, 16)');
  });
});

interface BadSpec {
  /** Layers after the input (6, 6, 4). */
  readonly layers: readonly object[];
  readonly says: RegExp;
  /** The setting that the error gives, put in. */
  readonly mended?: readonly object[];
}

const layer = (kind: string, options: object = {}, more: object = {}) => ({
  kind,
  options,
  ...more,
});
const conv = (options: object) => layer('conv2d', { filters: 6, kernelSize: 3, ...options });
const transposed = (options: object) =>
  layer('conv2dTranspose', { filters: 6, kernelSize: 3, ...options });
const join = (kind: string, ...inputs: string[]) => layer(kind, {}, { inputs });

const bad: Record<string, BadSpec> = {
  'padding not smaller than the window': {
    layers: [conv({ padding: 3 })],
    says: /layer "conv2d".*padding of 3 with a window that reaches over 3\n.*\n.*at most 2/,
    mended: [conv({ padding: 2 })],
  },
  'padding of a pooling on one side': {
    layers: [layer('maxPooling2d', { padding: [[0, 0], [0, 2]] })], // biome-ignore format: one line
    says: /layer "max_pooling2d".*width: a padding of 2 with a window that reaches over 2\n.*\n.*at most 1/,
    mended: [layer('maxPooling2d', { padding: [[0, 0], [0, 1]] })], // biome-ignore format: one line
  },
  'padding of a transposed convolution': {
    layers: [transposed({ padding: 3 })],
    says: /layer "conv2d_transpose".*padding of 3.*\n.*\n.*at most 2/,
    mended: [transposed({ padding: 2 })],
  },
  'a stride of 0': {
    layers: [conv({ strides: 0 })],
    says: /layer "conv2d" \(conv2d\): strides received 0\n.*more than 0\n.*use 1$/,
    mended: [conv({ strides: 1 })],
  },
  'a fractional stride': {
    layers: [layer('averagePooling2d', { strides: 1.5 })],
    says: /layer "average_pooling2d".*strides received 1\.5\n.*\n.*use 2$/,
    mended: [layer('averagePooling2d', { strides: 2 })],
  },
  'a dilation of 0': {
    layers: [transposed({ dilationRate: [1, 0] })],
    says: /layer "conv2d_transpose".*dilationRate\.1 received 0\n.*\n.*use 1$/,
    mended: [transposed({ dilationRate: [1, 1] })],
  },
  'a fractional dilation': {
    layers: [conv({ dilationRate: 1.2 })],
    says: /dilationRate received 1\.2\n.*\n.*use 1$/,
    mended: [conv({ dilationRate: 1 })],
  },
  'groups that do not divide the filters': {
    layers: [conv({ groups: 4 })],
    says: /layer "conv2d".*4 groups do not divide 4 input channels and 6 filters\n.*\n.*groups 1, 2; or 8 filters/,
    mended: [conv({ groups: 4, filters: 8 })],
  },
  'groups that do not divide the channels': {
    layers: [transposed({ groups: 3 })],
    says: /layer "conv2d_transpose".*3 groups do not divide 4 input channels and 6 filters\n.*\n.*groups 1, 2$/,
    mended: [transposed({ groups: 2 })],
  },
  'reflect padding wider than the input': {
    layers: [layer('padding2d', { mode: 'reflect', padding: 6 })],
    says: /layer "padding2d".*reflect padding of 6 around 6 pixels\n.*\n.*at most 5, or mode 'replicate'/,
    mended: [layer('padding2d', { mode: 'reflect', padding: 5 })],
  },
  'circular padding wider than the input': {
    layers: [layer('padding2d', { mode: 'circular', padding: [[0, 0], [7, 0]] })], // biome-ignore format: one line
    says: /width: a circular padding of 7 around 6 pixels\n.*\n.*at most 6, or mode 'replicate'/,
    mended: [layer('padding2d', { mode: 'replicate', padding: [[0, 0], [7, 0]] })], // biome-ignore format: one line
  },
  'an output of size 0': {
    layers: [layer('minPooling2d', { poolSize: [2, 7] })],
    says: /layer "min_pooling2d".*width: a window that reaches over 7 pixels does not fit an input of 6\n.*\n.*a kernel of at most 6, padding 'same'/,
    mended: [layer('minPooling2d', { poolSize: [2, 6] })],
  },
  'an output of size 0 by dilation': {
    layers: [conv({ dilationRate: 3 })],
    says: /reaches over 7 pixels.*\n.*\n.*a kernel of at most 2, a dilation of at most 2, padding 'same'/,
    mended: [conv({ dilationRate: 2 })],
  },
  'a transposed convolution cut to nothing': {
    layers: [layer('globalAveragePooling2d'), transposed({})],
    says: /layer "conv2d_transpose".*on an input of \(4,\)/,
  },
  'an output padding as large as the stride': {
    layers: [transposed({ strides: 2, outputPadding: 2 })],
    says: /output padding of 2 with stride 2\n.*0 to stride - 1\n.*use 1/,
    mended: [transposed({ strides: 2, outputPadding: 1 })],
  },
  'a crop of everything': {
    layers: [layer('cropping2d', { cropping: 3 })],
    says: /cutting off 3 \+ 3 rows.*\n.*\n.*at most 5 rows and 5 columns in all/,
    mended: [layer('cropping2d', { cropping: [[3, 2], [2, 3]] })], // biome-ignore format: one line
  },
  'sizes that do not join in concatenate': {
    layers: [conv({}), join('concatenate', 'conv2d', 'input')],
    says: /layer "concatenate".*cannot join \(4, 4, 6\) and \(6, 6, 4\)\n.*\n.*make all 4 x 4: \(6, 6, 4\) by cropping2d\(\{ cropping: \[\[1, 1\], \[1, 1\]\] \}\)/,
    mended: [
      conv({}),
      layer('cropping2d', { cropping: [[1, 1], [1, 1]] }, { inputs: ['input'] }), // biome-ignore format: one line
      join('concatenate', 'conv2d', 'cropping2d'),
    ],
  },
  'sizes of which one is a multiple': {
    layers: [layer('maxPooling2d'), join('concatenate', 'input', 'max_pooling2d')],
    says: /make all 6 x 6: \(3, 3, 4\) by upsampling2d\(\{ size: \[2, 2\] \}\)/,
    mended: [
      layer('maxPooling2d'),
      layer('upsampling2d', { size: [2, 2] }),
      join('concatenate', 'input', 'upsampling2d'),
    ],
  },
  'a row beside an image': {
    layers: [layer('flatten'), join('concatenate', 'flatten', 'input')],
    says: /cannot join \(144,\) and \(6, 6, 4\)\n.*\n.*flatten or a global pooling layer/,
  },
  'channels that do not add': {
    layers: [conv({ padding: 'same' }), join('add', 'conv2d', 'input')],
    says: /layer "add".*cannot add \(6, 6, 6\) and \(6, 6, 4\)\n.*\n.*conv2d\(\{ filters: 6, kernelSize: 1 \}\)/,
    mended: [
      conv({ padding: 'same' }),
      layer('conv2d', { filters: 6, kernelSize: 1 }, { inputs: ['input'] }),
      join('add', 'conv2d', 'conv2d_1'),
    ],
  },
};

describe('bad specs', () => {
  const spec = (rows: readonly object[]) => ({ name: 'bad', inputShape: [6, 6, 4], layers: rows });

  it.each(Object.keys(bad))('%s', async (name) => {
    const { layers: rows, says, mended } = bad[name];
    let made: ModelSpec | undefined;
    const parse = () => {
      made = parseModelSpec(spec(rows));
    };
    expect(parse).toThrow(FoveaError);
    expect(parse).toThrow(says);
    expect(made).toBeUndefined();
    await expect(runOn(spec(rows))).rejects.toThrow(says);
    if (mended !== undefined) expect(() => parseModelSpec(spec(mended))).not.toThrow();
  });
});
