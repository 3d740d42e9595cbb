/**
 * @file The works that corrections name, once each. Next stop: `chapter.ts`.
 */

export interface Work {
  /** As it is named in the prose. */
  readonly short: string;
  readonly full: string;
  readonly address: string;
}

export const works = {
  lecun1998: {
    short: 'LeCun et al. 1998',
    full: 'Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-Based Learning Applied to Document Recognition. Proceedings of the IEEE 86 (1998)',
    address: 'http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf',
  },
  krizhevsky2012: {
    short: 'Krizhevsky et al. 2012',
    full: 'A. Krizhevsky, I. Sutskever, G. Hinton: ImageNet Classification with Deep Convolutional Neural Networks. NIPS 2012',
    address:
      'https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks',
  },
  dumoulin2016: {
    short: 'Dumoulin and Visin 2016',
    full: 'V. Dumoulin, F. Visin: A guide to convolution arithmetic for deep learning. 2016',
    address: 'https://arxiv.org/abs/1603.07285',
  },
  zhang2019: {
    short: 'Zhang 2019',
    full: 'R. Zhang: Making Convolutional Networks Shift-Invariant Again. ICML 2019',
    address: 'https://arxiv.org/abs/1904.11486',
  },
  tensorflow: {
    short: 'TensorFlow, notes on padding',
    full: 'TensorFlow API documentation, tf.nn: notes on padding',
    address: 'https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2',
  },
  keras: {
    short: 'Keras API',
    full: 'Keras API documentation: losses, metrics and Model.fit',
    address: 'https://keras.io/api/losses/',
  },
  caffe: {
    short: 'BVLC Caffe, model read-me files',
    full: 'BVLC Caffe: models/bvlc_alexnet and models/bvlc_reference_caffenet',
    address: 'https://github.com/BVLC/caffe/tree/master/models',
  },
  vision549: {
    short: 'pytorch/vision, issue 549',
    full: 'pytorch/vision, issue 549: dropout before the dense layers of AlexNet',
    address: 'https://github.com/pytorch/vision/issues/549',
  },
  cudaConvnet: {
    short: 'cuda-convnet, example-layers',
    full: 'A. Krizhevsky: cuda-convnet, example-layers (as kept by dnouri)',
    address: 'https://github.com/dnouri/cuda-convnet/tree/master/example-layers',
  },
} as const satisfies Readonly<Record<string, Work>>;

export type WorkName = keyof typeof works;

/** Where something is said: a work and a place in it; or what works it out, here. */
export type Source =
  | { readonly work: WorkName; readonly where: string }
  | { readonly computed: string };

export function inWords(source: Source): string {
  if ('computed' in source) return `computed: ${source.computed}`;
  return `${works[source.work].short}, ${source.where}`;
}
