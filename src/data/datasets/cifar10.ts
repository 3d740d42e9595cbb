/**
 * @file CIFAR-10: 60,000 colour pictures, 32 x 32, of ten kinds of things (Krizhevsky, Nair, Hinton).
 *
 * The "binary version": one archive of six files of records. `formats/cifar.ts` reads the records.
 */
import type { StoredSet } from '../dataset.ts';
import { CIFAR_SIDE, parseCifar10 } from '../formats/cifar.ts';

const FILE_BYTES = 30_730_000;

const trainFiles = [
  {
    name: 'data_batch_1.bin',
    content: {
      bytes: FILE_BYTES,
      sha256: 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5',
    },
  },
  {
    name: 'data_batch_2.bin',
    content: {
      bytes: FILE_BYTES,
      sha256: 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed',
    },
  },
  {
    name: 'data_batch_3.bin',
    content: {
      bytes: FILE_BYTES,
      sha256: 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67',
    },
  },
  {
    name: 'data_batch_4.bin',
    content: {
      bytes: FILE_BYTES,
      sha256: '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48',
    },
  },
  {
    name: 'data_batch_5.bin',
    content: {
      bytes: FILE_BYTES,
      sha256: '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add',
    },
  },
] as const;

const testFile = {
  name: 'test_batch.bin',
  content: {
    bytes: FILE_BYTES,
    sha256: '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b',
  },
} as const;

const files = {
  folder: 'cifar-10',
  files: [...trainFiles, testFile],
  source: {
    kind: 'tar.gz',
    name: 'cifar-10-binary.tar.gz',
    bytes: 170_052_171,
    sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
    mirrors: ['https://www.cs.toronto.edu/~kriz/'],
  },
} as const;

const classes = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

export const cifar10: StoredSet = {
  name: 'cifar10',
  aliases: ['cifar-10'],
  summary: '50,000 + 10,000 photographs of ten kinds of things, 32 x 32 colour',
  files,
  classes,
  parse: (get) => {
    const read = (names: readonly { readonly name: string }[]) =>
      parseCifar10(names.map(({ name }) => ({ bytes: get(name).bytes, where: get(name).path })));
    return {
      imageShape: [CIFAR_SIDE, CIFAR_SIDE, 3],
      train: read(trainFiles),
      test: read([testFile]),
    };
  },
};
