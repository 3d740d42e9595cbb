/**
 * @file Everything that reads what others wrote, each with small seeds: files and words as they should be.
 *
 * A target may give a value or throw a FoveaError. Seeds are made here; no file is kept.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { gunzip } from '../../src/archives/gunzip.ts';
import { parseJson } from '../../src/base/json.ts';
import { RandomStream } from '../../src/base/random.ts';
import { parseNumbers } from '../../src/cli/options/numbers.ts';
import { parseInterval, parseScheduleWords } from '../../src/cli/options/options.ts';
import { parseAugmentation } from '../../src/data/augment/index.ts';
import { parseCifar10 } from '../../src/data/formats/cifar.ts';
import {
  IDX_HEADER_BYTES,
  parseIdxImages,
  parseIdxLabels,
  readIdxHeader,
} from '../../src/data/formats/idx.ts';
import { parseNetpbm } from '../../src/data/images/netpbm.ts';
import { prepareImage } from '../../src/data/images/prepare.ts';
import { readImage } from '../../src/data/images/readImage.node.ts';
import { nameMatcher } from '../../src/data/origins/glob.ts';
import { openReader } from '../../src/data/origins/readPicture.node.ts';
import { listShards } from '../../src/data/origins/shards.node.ts';
import { openSampler } from '../../src/data/samples.ts';
import { decodeModel } from '../../src/interop/onnx/decode.ts';
import { graphOfOnnx } from '../../src/interop/onnx/importGraph.ts';
import { specOfOnnx } from '../../src/interop/onnx/spec/importSpec.ts';
import { readSafetensors, writeSafetensors } from '../../src/interop/safetensors/safetensors.ts';
import { modelOf } from '../../src/models/index.ts';
import { parseModelWords } from '../../src/models/options.ts';
import { parseSchedule } from '../../src/nn/schedules.ts';
import { parseModelSpec } from '../../src/nn/sequential.ts';
import { parseRunRecord } from '../../src/records/runRecord.ts';
import { loadModel, readSpec } from '../../src/runs/folder/modelFiles.ts';
import { parseStrengths } from '../../src/train/evaluation/perturbations.ts';
import { decodeCheckpoint } from '../../src/train/snapshots/checkpoint.ts';
import { WHOLE } from '../../test/onnx/callingModel.ts';
import { floats, integers, node, writeModel } from '../../test/onnx/writeModel.ts';
import { idxBytes, ramp } from '../../test/support/idxFixtures.ts';
import { tarOf } from '../../test/support/tarFixtures.ts';
import { kerasTargets } from './kerasTargets.ts';

export interface Target {
  readonly seeds: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array) => unknown;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const json = (value: unknown) => bytesOf(JSON.stringify(value));
/** A target whose input is text. */
const words = (seeds: readonly string[], read: (text: string) => unknown): Target => ({
  seeds: seeds.map(bytesOf),
  read: (bytes) => read(textOf(bytes)),
});

/** All targets by name; `close` removes the folder that some of them write their file to. */
export async function openTargets(): Promise<{
  readonly targets: Readonly<Record<string, Target>>;
  readonly close: () => void;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-fuzz-'));
  const keras = await kerasTargets();
  const targets = { ...formats(), ...(await pictures()), ...ours(folder), ...options(), ...keras };
  return { targets, close: () => rmSync(folder, { recursive: true, force: true }) };
}

function formats(): Record<string, Target> {
  const idx = idxBytes([2, 3, 4], ramp(24));
  const idxSize = {
    headBytes: IDX_HEADER_BYTES,
    sizeFrom: (head: Uint8Array) => readIdxHeader(head).totalBytes,
  };
  const netpbm = [
    'P1\n# a comment\n3 2\n101 0 1\n0',
    'P2 3 2 15 0 1 2 13 14 15',
    'P3 1 2 255 1 2 3 4 5 6',
    'P4 3 2\n\u0040\u0020',
    'P5\n3 2\n255\nabcdef',
    'P5 2 1 65535 abcd',
    'P6 1 2 255\nabcdef',
  ].map(bytesOf);
  return {
    idxImages: { seeds: [idx], read: (bytes) => parseIdxImages(bytes) },
    idxLabels: { seeds: [idxBytes([5], ramp(5))], read: (bytes) => parseIdxLabels(bytes, 10) },
    cifar: {
      seeds: [new Uint8Array(3073), new Uint8Array(2 * 3073).fill(3)],
      read: (bytes) => parseCifar10([{ bytes, where: 'batch' }]),
    },
    gunzip: {
      seeds: [gzipSync(idx), gzipSync(idx, { level: 0 })],
      read: (b) => gunzip(b, idxSize),
    },
    netpbm: { seeds: netpbm, read: (bytes) => prepared(parseNetpbm(bytes)) },
    onnxGraph: { seeds: onnx(), read: (bytes) => graphOfOnnx(bytes) },
    onnxLayers: {
      seeds: onnx(),
      read: (bytes) => specOfOnnx(decodeModel(bytes, 'model'), 'model'),
    },
  };
}

/** A small network, one whose shapes are worked out, and one of functions and branches. */
function onnx(): Uint8Array[] {
  const weights = [floats('w', [2, 1, 3, 3], ramp(18)), floats('k', [8, 3], ramp(24))];
  const conv = node('Conv', ['x', 'w'], ['c'], { pads: [0, 0, 0, 0], strides: [1, 1] });
  const flat = [conv, node('Relu', ['c'], ['r']), node('Flatten', ['r'], ['f'])];
  const inputs = { x: ['n', 1, 4, 4] };
  const shaped = [
    conv,
    node('Shape', ['c'], ['s']),
    node('Gather', ['s', 'zero'], ['n'], { axis: 0 }),
    node('Concat', ['n', 'rest'], ['t'], { axis: 0 }),
    node('Reshape', ['c', 't'], ['f']),
  ];
  const dense = node('Gemm', ['f', 'k'], ['y'], { alpha: 0.5 });
  const whole = [integers('zero', [0]), integers('rest', [-1])];
  return [
    writeModel({ inputs, outputs: ['y'], weights, nodes: [...flat, dense] }),
    writeModel({
      inputs,
      outputs: ['y'],
      weights: [...weights, ...whole],
      nodes: [...shaped, dense],
    }),
    writeModel(WHOLE),
  ];
}

const prepared = (picture: Parameters<typeof prepareImage>[0]) => [
  prepareImage(picture, [28, 28, 1]),
  prepareImage(picture, [28, 28, 1], { centre: false }),
  prepareImage(picture, [32, 32, 3]),
];

async function pictures(): Promise<Record<string, Target>> {
  const pixels = Uint8Array.from(ramp(12 * 10 * 3));
  const drawn = () => sharp(pixels, { raw: { width: 12, height: 10, channels: 3 } });
  const seeds = [
    await drawn().png().toBuffer(),
    await drawn().png({ palette: true }).toBuffer(),
    await drawn().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    await drawn().toColourspace('cmyk').jpeg({ progressive: true }).toBuffer(),
    await drawn().webp().toBuffer(),
    await drawn().ensureAlpha(0.5).webp({ lossless: true }).toBuffer(),
  ];
  const read = async (bytes: Uint8Array) => prepared(await readImage(bytes, { channels: 1 }));
  const sampler = openSampler({
    shape: [8, 8, 3],
    augmentation: parseAugmentation('scale=9,crop,flip,rotate=10,distort=1,light', [8, 8, 3]),
    seed: 1,
  });
  const sample = async (bytes: Uint8Array) =>
    sampler(await readImage(bytes, { channels: 3, needed: 9 }), 0, 0);
  return { pictures: { seeds, read }, samples: { seeds, read: sample } };
}

/** Specs, weights, checkpoints, records, shards. */
function ours(folder: string): Record<string, Target> {
  const tensors = new Map([
    ['dense/kernel', { shape: [3, 2], data: new Float32Array(6) }],
    ['dense/bias', { shape: [2], data: new Float32Array(2) }],
  ]);
  const progress = {
    epoch: 1,
    batch: 2,
    step: 3,
    lossSum: 1.5,
    correct: 4,
    rows: 8,
    seconds: 0.1,
    waiting: 0,
    history: [
      {
        epoch: 1,
        train: { loss: 1, accuracy: 0.5 },
        validation: null,
        learningRate: 0.001,
        seconds: 1,
      },
    ],
    best: { epoch: 1, loss: 1 },
    schedule: { scale: 1, best: null, waited: 0 },
  };
  const metadata = { format: 'fovea-checkpoint-1', progress: JSON.stringify(progress) };
  const spec = { inputShape: [3], layers: [{ kind: 'dense', options: { units: 2 } }] };
  const weights = writeSafetensors(tensors, { classes: '["cat","dog"]' });
  const shard = tarOf(
    Array.from({ length: 4 }, (_, i) => [
      { name: `${i}.pgm`, data: bytesOf('P2 1 1 9 9') },
      { name: `${i}.cls`, data: bytesOf(`${i % 2}`) },
    ]).flat(),
  );
  const put = (name: string, bytes: Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  return {
    json: { seeds: [json(spec), json(progress)], read: (b) => parseJson(b, { where: 'x' }) },
    safetensors: { seeds: [weights], read: (bytes) => readSafetensors(bytes) },
    checkpoint: {
      seeds: [writeSafetensors(tensors, metadata)],
      read: (bytes) => decodeCheckpoint(bytes, 'x'),
    },
    spec: {
      seeds: [
        json(modelOf('lenet5')),
        json(modelOf('cifar-quick')),
        json(modelOf('lenet5-1998')),
        json(spec),
      ],
      read: (bytes) => parseModelSpec(parseJson(bytes, { where: 'x' })),
    },
    specFile: { seeds: [json(spec)], read: (bytes) => readSpec(put('spec.json', bytes)) },
    model: {
      seeds: [weights],
      read: (bytes) => {
        put('model.json', json(spec));
        put('weights.safetensors', bytes);
        return loadModel(folder);
      },
    },
    run: { seeds: [json(runRecord)], read: (bytes) => parseRunRecord(textOf(bytes), 'x') },
    shards: {
      seeds: [shard],
      read: async (bytes) => {
        const { train } = await listShards(put('a.tar', bytes));
        const reader = openReader(train.origin, { channels: 1 });
        try {
          for (const item of train.items) await reader.read(item);
        } finally {
          await reader.close();
        }
      },
    },
    classes: {
      seeds: [bytesOf('cat\ndog\n')],
      read: async (bytes) => {
        put('b.tar', shard);
        put('classes.txt', bytes);
        try {
          await listShards(join(folder, 'b.tar'));
        } finally {
          rmSync(join(folder, 'classes.txt'));
        }
      },
    },
  };
}

const runRecord = {
  format: 'fovea-run-1',
  status: 'done',
  versions: { fovea: '0.1.0', node: 'v24.0.0' },
  model: 'lenet5',
  data: {
    name: 'digits',
    classes: ['0', '1'],
    train: 10,
    validation: 0,
    test: 5,
    trainCount: null,
    testCount: null,
    digests: {},
  },
  settings: {
    epochs: 1,
    batchSize: 5,
    validationSplit: 0,
    seed: 0,
    shuffle: true,
    augmentation: { steps: [{ name: 'flip', amount: 0.5 }], mean: null },
    loss: 'sparseCategoricalCrossentropy',
    optimizer: { kind: 'adam', learningRate: 0.001 },
    schedule: { kind: 'constant' },
    patience: null,
    watchTest: false,
  },
  backend: { name: 'wasm', threads: 2, plan: '' },
  startedAt: '',
  results: null,
};

function options(): Record<string, Target> {
  return {
    augmentation: words(
      ['alexnet', 'translate=4,flip', 'rotate=15,mean=channel', 'scale=256,crop,flip,pca=0.1'],
      (text) => parseAugmentation(text, [32, 32, 3]),
    ),
    pattern: words(['train-*.tar', 'a-{000..012}.tar', '*?*'], (text) =>
      nameMatcher(text)(`train-${'a'.repeat(200)}.tar`),
    ),
    schedule: words(
      ['cosine,duration=5', 'step,every=5,factor=0.5', 'reduceOnPlateau,patience=2'],
      (text) => parseSchedule(parseScheduleWords(text)),
    ),
    interval: words(['200', '30s'], parseInterval),
    modelWords: words(['alexnet,classes=12', 'lenet5', 'alexnet-single,classes=3'], (text) => {
      const { name, options: given } = parseModelWords(text);
      return modelOf(name, given);
    }),
    strengths: words(['0,10,20', '5'], (text) => parseStrengths(text, 'rotate')),
    numbers: words(['1 2;3 4', '[[1,2],[3,4]]', '1,2\n3,4'], (text) => parseNumbers(text, 'x')),
  };
}

/** The input of one case. */
export function caseRandom(target: string, number: number): RandomStream {
  return new RandomStream(number, `fuzz/${target}`);
}
