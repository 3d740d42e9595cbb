/**
 * @file Fashion-MNIST: 70,000 pictures of clothing, 28 x 28, in MNIST's format (Zalando Research).
 *
 * Published are the digests of the compressed files only (MD5 by the authors; the SHA-256 below agree in
 * several independent public copies), so an unpacked file is checked by its size and structure alone.
 */
import { idxDataset } from './idxDataset.ts';

const files = {
  folder: 'fashion-mnist',
  files: [
    {
      name: 'train-images-idx3-ubyte',
      content: { bytes: 47_040_016 },
      gzip: {
        bytes: 26_421_880, // MD5 8d4fb7e6c68d591d4c3dfef9ec88bf0d
        sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
      },
    },
    {
      name: 'train-labels-idx1-ubyte',
      content: { bytes: 60_008 },
      gzip: {
        bytes: 29_515, // MD5 25c81989df183df01b3e8a0aad5dffbe
        sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
      },
    },
    {
      name: 't10k-images-idx3-ubyte',
      content: { bytes: 7_840_016 },
      gzip: {
        bytes: 4_422_102, // MD5 bef4ecab320f06d8554ea6380940ec79
        sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
      },
    },
    {
      name: 't10k-labels-idx1-ubyte',
      content: { bytes: 10_008 },
      gzip: {
        bytes: 5_148, // MD5 bb300cfdad3c16e7a12a480ee83cd310
        sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
      },
    },
  ],
  source: {
    kind: 'files',
    mirrors: [
      'https://fashion-mnist.s3.eu-central-1.amazonaws.com/',
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
      'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    ],
  },
} as const;

const classes = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

export const fashionMnist = idxDataset({
  name: 'fashion-mnist',
  aliases: ['fashion'],
  summary: '60,000 + 10,000 pieces of clothing, 28 x 28 gray',
  files,
  classes,
});
