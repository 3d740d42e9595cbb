/**
 * @file Where a reader of texts about these networks would trip: what is often written, what is so, and who says it.
 *
 * Each note belongs to a layer of a model, or to the model as a whole; where a number stands in a note, a test holds
 * it against the library.
 */

export interface Correction {
  /** As many texts have it. */
  readonly often: string;
  readonly right: string;
  /** Paper and place. */
  readonly source: string;
}

const LECUN = 'LeCun, Bottou, Bengio, Haffner 1998';
const KRIZHEVSKY = 'Krizhevsky, Sutskever, Hinton 2012';
const BVLC = 'BVLC Caffe, read-me files of its reference models';

/** Of the model as a whole. */
export const MODEL = '';

const pooling: Correction = {
  often: 'Pooling layers reduce the number of parameters.',
  right:
    'They have none and change none here: a convolution above costs the same on smaller maps. What shrinks is the first dense layer above them.',
  source: 'the counts of this table',
};

const ungrouped: Correction = {
  often: '62,369,152 parameters and 1,135,906,176 operations, "60 million" in the same text.',
  right:
    'That table counts one tower, the biases of convolutions but not the 9,192 of dense layers, and additions of biases as operations. All biases: 62,378,344. The paper’s 60 million are the two towers’ 60,965,224, with 724,406,816 multiply-adds.',
  source: `${KRIZHEVSKY}, sect. 3.5 and Fig. 2; computed`,
};

const notes: Readonly<Record<string, Readonly<Record<string, readonly Correction[]>>>> = {
  lenet5: {
    [MODEL]: [
      {
        often: 'This network is LeNet-5.',
        right:
          'It is how LeNet-5 is taught today: 28x28 pixels, every map of the second convolution sees every map below, plain averages, softmax, 44,426 parameters. The network of 1998 has 60,000: compare with lenet5-1998.',
        source: `${LECUN}, sect. II.B`,
      },
    ],
    average_pooling2d: [pooling],
    conv2d_1: [
      {
        often: 'This is C3.',
        right:
          'C3 of 1998 sees the maps below by a table and has 1,516 parameters, not 2,416: open lenet5-1998 and choose c3.',
        source: `${LECUN}, Table I`,
      },
    ],
  },
  'lenet5-1998': {
    input: [
      {
        often: 'Digits are normalised to 32x32 and scaled to 0..1.',
        right:
          'A digit of 20x20 is centred by its mass in 28x28 and set on a field of 32x32. Paper is -0.1 and ink 1.175, so that the mean is about 0 and the variance about 1.',
        source: `${LECUN}, sect. II.B`,
      },
    ],
    s2: [
      {
        often: 'Sub-sampling goes through a sigmoid.',
        right:
          'Through 1.7159 tanh(2/3 a), as every unit up to F6. Unlike pooling it learns: a weight and a bias per map.',
        source: `${LECUN}, sect. II.B and appendix A`,
      },
    ],
    c3: [
      {
        often:
          'Three of the maps that see four maps below see "non-adjacent" ones; which is not said.',
        right:
          'Table I says it: map 12 sees 0, 1, 3, 4; map 13 sees 1, 2, 4, 5; map 14 sees 0, 2, 3, 5. Neighbours wrap around. Some copies have map 14 wrong.',
        source: `${LECUN}, Table I`,
      },
    ],
    c5: [
      {
        often: 'LeNet-5 has a limited receptive field.',
        right: 'True of C1 alone, which sees 5x5. Each unit of C5 sees the whole 32x32 field.',
        source: 'computed: the field is drawn beside this',
      },
    ],
    output: [
      {
        often: 'The output is a fully connected layer with softmax and 840 parameters.',
        right:
          'Ten Euclidean units: 840 numbers drawn by hand as bitmaps and kept fixed, not trained. 60,000 parameters leave them out, 340,908 connections count them.',
        source: `${LECUN}, sect. II.B, eq. 7`,
      },
      {
        often: 'If the value of unit i is 0, the picture shows i.',
        right: 'The smallest distance wins; it need not be 0, and seldom is.',
        source: `${LECUN}, sect. II.B`,
      },
    ],
  },
  alexnet: {
    [MODEL]: [ungrouped],
    input: [
      {
        often: 'The input is 224x224, as the paper prints.',
        right:
          '(224 - 11) / 4 is no whole number. 227, or a padding of 2, gives the 55x55 that follow. The 253,440 of the paper’s Fig. 2 is not 55 x 55 x 96 = 290,400 either.',
        source: `${KRIZHEVSKY}, sect. 3.5; computed`,
      },
    ],
    norm1: [
      {
        often: 'Convolution and pooling, then the norm, called "LRU".',
        right:
          'Local response normalisation comes before pooling. Pooling first is CaffeNet: open alexnet-caffe. Here alpha is not divided by the number of maps, as in the paper and unlike PyTorch.',
        source: `${KRIZHEVSKY}, sect. 3.3 and 3.5`,
      },
    ],
    pool1: [pooling],
    conv2: [
      {
        often: '614,656 parameters: every kernel sees 96 maps.',
        right:
          'Each tower sees its own 48: 307,456. Towers exchange in conv3 and in the dense layers.',
        source: `${KRIZHEVSKY}, sect. 3.5 and Fig. 2`,
      },
    ],
    dropout6: [
      {
        often: 'Dropout before FC6 and FC7, no word of testing.',
        right:
          'On the outputs of the first two dense layers. In 2012 outputs are halved when testing; today those that stay are doubled in training. In expectation the two are the same.',
        source: `${KRIZHEVSKY}, sect. 4.2`,
      },
    ],
    fc8: [
      {
        often: 'FC8 with ReLU.',
        right: 'No ReLU on what softmax reads: it would forbid all evidence against a class.',
        source: `${KRIZHEVSKY}, sect. 3.5`,
      },
    ],
  },
  'alexnet-single': { [MODEL]: [ungrouped] },
  'alexnet-caffe': {
    [MODEL]: [
      {
        often: 'The official AlexNet reaches 57.1 % top-1 and 80.2 % top-5.',
        right:
          'Those are BVLC’s replica, which normalises before pooling as the paper does, on the middle crop of validation pictures. CaffeNet, this network, reaches 57.4 and 80.4 %; the paper’s single network 59.3 and 81.8 % over ten crops.',
        source: `${BVLC}; ${KRIZHEVSKY}, Table 2`,
      },
    ],
  },
  'alexnet-cifar10': {
    [MODEL]: [
      {
        often: 'AlexNet for CIFAR-10.',
        right:
          'A network in its manner: a first kernel of 3x3 at every pixel, no normalisation, one tower, Adam. 29,978,506 parameters.',
        source: 'the layers of the notebook; computed',
      },
    ],
  },
  'cifar-quick': {
    [MODEL]: [
      {
        often: 'This is the network of the paper’s Figure 1, ReLU against tanh.',
        right:
          'The paper specifies that network nowhere. This is cuda-convnet’s layers-18pct without normalisation and weight decay: a stand-in.',
        source: `${KRIZHEVSKY}, Fig. 1; cuda-convnet, example-layers`,
      },
    ],
  },
};

export function correctionsOf(model: string, layer: string): readonly Correction[] {
  return notes[model]?.[layer] ?? [];
}

/** Models and layers that have notes, for tests. */
export function notedPlaces(): readonly (readonly [model: string, layer: string])[] {
  return Object.entries(notes).flatMap(([model, layers]) =>
    Object.keys(layers).map((layer) => [model, layer] as const),
  );
}
