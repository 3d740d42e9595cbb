/**
 * @file Small ONNX models, and the layers that each should become.
 *
 * Long because each model stands whole, node by node.
 */
import { RandomStream } from '../../src/base/random.ts';
import { floats, integers, node, type Written } from './writeModel.ts';

/** Weights that are not alike, the same each time. */
export const weights = (name: string, ...dims: readonly number[]) => {
  const random = new RandomStream(name.length + dims.length + (dims[0] ?? 0));
  const size = dims.reduce((n, extent) => n * extent, 1);
  return floats(
    name,
    dims,
    Array.from({ length: size }, () => random.uniform() - 0.5),
  );
};

export const image = { x: ['n', 3, 6, 5] };
export const w = [weights('w', 4, 3, 3, 3), weights('b', 4)];
export const conv = node('Conv', ['x', 'w', 'b'], ['c'], { pads: [1, 1, 1, 1] });
const out = ['y'];

/** Models, and the layers that they should become. */
export const MODELS: readonly (readonly [title: string, layers: string, written: Written])[] = [
  [
    'a convolution with its activation',
    'conv2d',
    { inputs: image, outputs: out, weights: w, nodes: [conv, node('Relu', ['c'], ['y'])] },
  ],
  [
    'strides, dilation, groups, uneven pads',
    'conv2d',
    {
      inputs: { x: ['n', 4, 9, 7] },
      outputs: out,
      weights: [weights('w', 6, 2, 3, 2)],
      nodes: [
        node('Conv', ['x', 'w'], ['y'], {
          group: 2,
          strides: [2, 1],
          dilations: [1, 2],
          pads: [1, 0, 2, 1],
        }),
      ],
    },
  ],
  [
    'a convolution of each channel',
    'depthwiseConv2d',
    {
      inputs: image,
      outputs: out,
      weights: [weights('w', 6, 1, 3, 3), weights('b', 6)],
      nodes: [node('Conv', ['x', 'w', 'b'], ['y'], { group: 3 })],
    },
  ],
  [
    'padding wider than the window',
    'zeroPadding2d conv2d',
    {
      inputs: image,
      outputs: out,
      weights: [weights('w', 4, 3, 1, 1)],
      nodes: [node('Conv', ['x', 'w'], ['y'], { pads: [1, 1, 1, 1] })],
    },
  ],
  [
    'zeros that the convolution can put itself',
    'conv2d',
    {
      inputs: image,
      outputs: out,
      weights: [...w, integers('pads', [0, 0, 1, 0, 0, 0, 0, 2])],
      nodes: [node('Pad', ['x', 'pads'], ['p']), node('Conv', ['p', 'w', 'b'], ['y'])],
    },
  ],
  [
    'zeros that someone else reads too',
    'zeroPadding2d conv2d add',
    {
      inputs: image,
      outputs: out,
      weights: [weights('w', 3, 3, 1, 1), integers('pads', [0, 0, 1, 0, 0, 0, 0, 2])],
      nodes: [
        node('Pad', ['x', 'pads'], ['p']),
        node('Conv', ['p', 'w'], ['c']),
        node('Add', ['c', 'p'], ['y']),
      ],
    },
  ],
  [
    'a transposed convolution',
    'conv2dTranspose',
    {
      inputs: image,
      outputs: out,
      weights: [weights('w', 3, 2, 3, 3), weights('b', 2)],
      nodes: [
        node('ConvTranspose', ['x', 'w', 'b'], ['y'], {
          strides: [2, 2],
          pads: [1, 0, 1, 1],
          output_padding: [1, 0],
        }),
      ],
    },
  ],
  [
    'pooling that rounds up, and a dense layer on what it gives',
    'maxPooling2d flatten dense',
    {
      inputs: image,
      outputs: out,
      weights: [weights('k', 7, 3 * 3 * 3), weights('b', 7)],
      nodes: [
        node('MaxPool', ['x'], ['p'], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
        node('Flatten', ['p'], ['f']),
        node('Gemm', ['f', 'k', 'b'], ['y'], { transB: 1, alpha: 0.5, beta: { float: 2 } }),
      ],
    },
  ],
  [
    'averages over the whole picture, and rows after them',
    'globalAveragePooling2d dense',
    {
      inputs: image,
      outputs: out,
      weights: [weights('k', 3, 4), integers('axes', [2, 3])],
      nodes: [
        node('GlobalAveragePool', ['x'], ['p']),
        node('Squeeze', ['p', 'axes'], ['f']),
        node('MatMul', ['f', 'k'], ['y']),
      ],
    },
  ],
  [
    'a 1x1 convolution after averages',
    'globalAveragePooling2d reshape conv2d flatten',
    {
      inputs: image,
      outputs: out,
      weights: [weights('w', 4, 3, 1, 1)],
      nodes: [
        node('GlobalAveragePool', ['x'], ['p']),
        node('Conv', ['p', 'w'], ['c']),
        node('Flatten', ['c'], ['y']),
      ],
    },
  ],
  [
    'batch normalisation',
    'conv2d batchNormalization activation',
    {
      inputs: image,
      outputs: out,
      weights: [
        ...w,
        weights('scale', 4),
        weights('offset', 4),
        weights('mean', 4),
        floats('variance', [4], [1, 2, 0.5, 3]),
      ],
      nodes: [
        conv,
        node('BatchNormalization', ['c', 'scale', 'offset', 'mean', 'variance'], ['n'], {
          epsilon: 0.001,
        }),
        node('Relu', ['n'], ['y']),
      ],
    },
  ],
  [
    'a residual connection',
    'conv2d conv2d add activation',
    {
      inputs: image,
      outputs: out,
      weights: [...w, weights('v', 4, 4, 3, 3)],
      nodes: [
        conv,
        node('Conv', ['c', 'v'], ['d'], { auto_pad: 'SAME_UPPER' }),
        node('Add', ['d', 'c'], ['s']),
        node('Relu', ['s'], ['y']),
      ],
    },
  ],
  [
    'branches side by side',
    'conv2d averagePooling2d concatenate',
    {
      inputs: image,
      outputs: out,
      weights: w,
      nodes: [
        conv,
        node('AveragePool', ['x'], ['p'], {
          kernel_shape: [3, 3],
          strides: [1, 1],
          pads: [1, 1, 1, 1],
        }),
        node('Concat', ['c', 'p'], ['y'], { axis: 1 }),
      ],
    },
  ],
  [
    'channels weighed by a gate',
    'conv2d globalAveragePooling2d reshape conv2d upsampling2d multiply',
    {
      inputs: image,
      outputs: out,
      weights: [...w, weights('v', 4, 4, 1, 1)],
      nodes: [
        conv,
        node('GlobalAveragePool', ['c'], ['p']),
        node('Conv', ['p', 'v'], ['g']),
        node('Sigmoid', ['g'], ['s']),
        node('Mul', ['c', 's'], ['y']),
      ],
    },
  ],
  [
    'a bias of its own, and a product that is a dense layer',
    'flatten dense',
    {
      inputs: image,
      outputs: out,
      weights: [weights('k', 90, 5), weights('b', 5), integers('shape', [-1, 90])],
      nodes: [
        node('Reshape', ['x', 'shape'], ['f']),
        node('MatMul', ['f', 'k'], ['m']),
        node('Add', ['b', 'm'], ['a']),
        node('Tanh', ['a'], ['y']),
      ],
    },
  ],
  [
    'pictures turned to channels last and back, as TensorFlow exports them',
    'conv2d flatten dense',
    {
      inputs: { x: ['n', 6, 5, 3] },
      outputs: out,
      weights: [...w, weights('k', 6 * 5 * 4, 3), integers('shape', [-1, 120])],
      nodes: [
        node('Transpose', ['x'], ['t'], { perm: [0, 3, 1, 2] }),
        node('Conv', ['t', 'w', 'b'], ['c'], { pads: [1, 1, 1, 1] }),
        node('Transpose', ['c'], ['u'], { perm: [0, 2, 3, 1] }),
        node('Reshape', ['u', 'shape'], ['f']),
        node('MatMul', ['f', 'k'], ['y']),
      ],
    },
  ],
  [
    'two channels and three columns, which are not colours',
    'globalMaxPooling2d dense permute flatten add',
    {
      inputs: { x: ['n', 2, 4, 3] },
      outputs: out,
      weights: [weights('k', 2, 24)],
      nodes: [
        node('GlobalMaxPool', ['x'], ['p']),
        node('Flatten', ['p'], ['g']),
        node('Gemm', ['g', 'k'], ['d']),
        node('Flatten', ['x'], ['f']),
        node('Add', ['f', 'd'], ['y']),
      ],
    },
  ],
  [
    'a row in the order of the file at the end',
    'conv2d permute flatten',
    { inputs: image, outputs: out, weights: w, nodes: [conv, node('Flatten', ['c'], ['y'])] },
  ],
  [
    'channels shuffled between groups',
    'conv2d reshape permute reshape conv2d',
    {
      inputs: image,
      outputs: out,
      weights: [
        ...w,
        weights('v', 2, 4, 1, 1),
        integers('apart', [-1, 2, 2, 6, 5]),
        integers('back', [-1, 4, 6, 5]),
      ],
      nodes: [
        conv,
        node('Reshape', ['c', 'apart'], ['a']),
        node('Transpose', ['a'], ['t'], { perm: [0, 2, 1, 3, 4] }),
        node('Reshape', ['t', 'back'], ['s']),
        node('Conv', ['s', 'v'], ['y']),
      ],
    },
  ],
  [
    'softmax over channels, and one over rows',
    'conv2d activation',
    {
      inputs: image,
      outputs: out,
      weights: w,
      nodes: [conv, node('Softmax', ['c'], ['y'], { axis: 1 })],
    },
  ],
  [
    'slopes, bounds and bends',
    'conv2d prelu activation clip activation activation',
    {
      inputs: image,
      outputs: out,
      weights: [
        ...w,
        weights('slope', 4, 1, 1),
        floats('six', [], [0.4]),
        floats('least', [], [-0.3]),
      ],
      nodes: [
        conv,
        node('PRelu', ['c', 'slope'], ['p']),
        node('LeakyRelu', ['p'], ['l'], { alpha: 0.1 }),
        node('Clip', ['l', 'least', 'six'], ['q']),
        node('HardSigmoid', ['q'], ['h'], { alpha: 0.25 }),
        node('Elu', ['h'], ['y'], { alpha: 0.5 }),
      ],
    },
  ],
  [
    'constants that scale and move channels',
    'maxPooling2d batchNormalization batchNormalization batchNormalization',
    {
      inputs: image,
      outputs: out,
      weights: [weights('s', 1, 3, 1, 1), weights('o', 3, 1, 1), floats('two', [], [2])],
      nodes: [
        node('MaxPool', ['x'], ['p'], { kernel_shape: [2, 2] }),
        node('Mul', ['p', 's'], ['m']),
        node('Sub', ['o', 'm'], ['a']),
        node('Div', ['a', 'two'], ['y']),
      ],
    },
  ],
  [
    'padding of every kind, and cutting',
    'padding2d padding2d cropping2d',
    {
      inputs: image,
      outputs: out,
      opset: 10,
      nodes: [
        node('Pad', ['x'], ['r'], { mode: 'reflect', pads: [0, 0, 1, 2, 0, 0, 0, 1] }),
        node('Pad', ['r'], ['e'], { mode: 'edge', pads: [0, 0, 0, 1, 0, 0, 2, 0] }),
        node('Pad', ['e'], ['y'], { pads: [0, 0, -1, 0, 0, 0, 0, -2] }),
      ],
    },
  ],
  [
    'pixels repeated, channels tempered',
    'upsampling2d localResponseNormalization',
    {
      inputs: image,
      outputs: out,
      weights: [floats('roi', [0], []), floats('scales', [4], [1, 1, 2, 3])],
      nodes: [
        node('Resize', ['x', 'roi', 'scales'], ['r'], { mode: 'nearest' }),
        node('LRN', ['r'], ['y'], { size: 3, alpha: 0.5, beta: 0.75, bias: 1.5 }),
      ],
    },
  ],
  [
    'rows joined with rows',
    'flatten dense globalMaxPooling2d concatenate',
    {
      inputs: image,
      outputs: out,
      weights: [weights('k', 90, 5)],
      nodes: [
        node('Flatten', ['x'], ['f']),
        node('MatMul', ['f', 'k'], ['m']),
        node('GlobalMaxPool', ['x'], ['g']),
        node('Flatten', ['g'], ['h']),
        node('Concat', ['m', 'h'], ['y'], { axis: -1 }),
      ],
    },
  ],
  [
    'what depends on the shape of pictures alone',
    'conv2d flatten dense',
    {
      inputs: image,
      outputs: out,
      weights: [...w, weights('k', 120, 2), integers('zero', [0]), integers('rest', [-1])],
      nodes: [
        conv,
        node('Shape', ['c'], ['s']),
        node('Gather', ['s', 'zero'], ['n'], { axis: 0 }),
        node('Concat', ['n', 'rest'], ['t'], { axis: 0 }),
        node('Reshape', ['c', 't'], ['f']),
        node('MatMul', ['f', 'k'], ['y']),
      ],
    },
  ],
];
