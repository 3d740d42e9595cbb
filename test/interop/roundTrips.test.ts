/**
 * @file What goes out comes back: equal weights and equal answers, for every format that is a row of the table here and
 * every model. A format that comes back as a network of its own kind says what its answers may differ by, and which
 * models cannot leave by it.
 */
import { describe, expect, it } from 'vitest';
import type { FoveaError } from '../../src/base/errors.ts';
import { exportModel } from '../../src/interop/exporters.ts';
import type { ExportOptions } from '../../src/interop/exporting.ts';
import { importModel } from '../../src/interop/importers.ts';
import { sourceOfFiles } from '../../src/interop/source.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';
import type { StateValue, TrainedModel } from '../../src/nn/trained.ts';
import { answersOf, drawnRows, furthest } from './answers.ts';
import { everyModel, smallModels, tableModels, withWeights } from './models.ts';

interface RoundTrip {
  readonly to: string;
  readonly options?: ExportOptions;
  /** The file that is opened again. */
  readonly file: string;
  /** Whether the file holds no network: it is given beside it. */
  readonly needsModel?: true;
  /** Of answers, where the network comes back in other layers; absent: the very weights come back. */
  readonly within?: number;
  /** Whether outputs come back by the names of their layers. */
  readonly namesLayers?: true;
  /** The models that it makes a difference for; default: every one. */
  readonly only?: readonly string[];
  /** Models that cannot leave, and the words of the error that says why. */
  readonly refused?: Readonly<Record<string, string>>;
}

/** What Keras has no layer for; sums of other layers would not be trained as these are. */
const NOT_IN_KERAS = {
  'lenet5-1998': 'no sub-sampling with trained weights',
  of1998: 'no sub-sampling with trained weights',
  alexnet: 'no local response normalisation',
  'alexnet-single': 'no local response normalisation',
  'alexnet-caffe': 'no local response normalisation',
  normalized: 'no local response normalisation',
  transposed: 'no transposed convolution of 2 groups',
  pooling: 'no minimum pooling',
  joins: 'no minimum pooling',
  padding: 'no padding by reflect',
};

const NOT_IN_TFJS = {
  ...NOT_IN_KERAS,
  convolutions: 'no convolution of 2 groups',
  activations: 'no activation gelu',
  joins: 'no difference',
};

const ROUNDING = 2e-6;

/** One row per way out and back in. */
const roundTrips: Readonly<Record<string, RoundTrip>> = {
  safetensors: { to: 'safetensors', file: 'net.safetensors' },
  'safetensors, as PyTorch has them': {
    to: 'safetensors',
    options: { layout: 'pytorch' },
    file: 'net.safetensors',
    needsModel: true,
  },
  pytorch: { to: 'pytorch', file: 'net.pth', needsModel: true },
  onnx: { to: 'onnx', file: 'net.onnx', within: ROUNDING },
  'onnx, channels last': {
    to: 'onnx',
    options: { input: 'nhwc' },
    only: Object.keys(smallModels),
    file: 'net.onnx',
    within: ROUNDING,
  },
  'onnx, batch normalisations folded': {
    to: 'onnx',
    options: { batchNorm: 'fold' },
    only: ['normalized'],
    file: 'net.onnx',
    within: 1e-5,
  },
  keras: {
    to: 'keras',
    file: 'net.keras',
    within: ROUNDING,
    namesLayers: true,
    refused: NOT_IN_KERAS,
  },
  h5: {
    to: 'h5',
    file: 'net.h5',
    within: ROUNDING,
    namesLayers: true,
    // What a .keras file says of a version that has it, an .h5 of Keras 2 does not.
    refused: { ...NOT_IN_KERAS, activations: 'no activation hardSwish' },
  },
  tfjs: {
    to: 'tfjs',
    file: 'net.json',
    within: ROUNDING,
    namesLayers: true,
    refused: NOT_IN_TFJS,
  },
};

async function backAgain(model: TrainedModel, trip: RoundTrip): Promise<TrainedModel> {
  const files = await exportModel(model, trip.to, { name: 'net', ...trip.options });
  const source = await sourceOfFiles(trip.file, files);
  const spec: ModelSpec | undefined = trip.needsModel === true ? model.spec : undefined;
  return importModel(source, { model: spec });
}

const allBytes = ({ data }: StateValue): Buffer =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength);

function expectTheVery(back: TrainedModel, model: TrainedModel): void {
  expect(back.spec).toEqual(model.spec);
  expect([...back.weights.keys()].sort()).toEqual([...model.weights.keys()].sort());
  for (const [parameter, value] of model.weights) {
    const other = back.weights.get(parameter)!;
    expect(other.shape, parameter).toEqual(value.shape);
    expect(Buffer.compare(allBytes(other), allBytes(value)), parameter).toBe(0);
  }
}

/** By the places of outputs. */
const byPlace = (answers: Awaited<ReturnType<typeof answersOf>>) =>
  Object.fromEntries(Object.values(answers).map((numbers, i) => [i, numbers]));

describe.each(Object.entries(roundTrips))('%s', (_, trip) => {
  it.each(trip.only ?? Object.keys(everyModel))('brings %s back', async (name) => {
    const model = withWeights(everyModel[name]());
    const reason = trip.refused?.[name];
    if (reason !== undefined) {
      const { problem } = await backAgain(model, trip).then(
        () => expect.fail('it came back'),
        (error: unknown) => (error as FoveaError).parts,
      );
      expect(problem).toContain(reason);
      return;
    }
    const back = await backAgain(model, trip);
    if (trip.within === undefined) {
      expectTheVery(back, model);
      return;
    }
    const rows = drawnRows(model, 2);
    const [ours, theirs] = [await answersOf(model, rows), await answersOf(back, rows)];
    const apart =
      trip.namesLayers === true ? furthest(byPlace(ours), byPlace(theirs)) : furthest(ours, theirs);
    expect(apart).toBeLessThan(trip.within);
  });
});

describe('a network of the table that was ONNX', () => {
  // The sub-sampling and the table of connections of 1998 come back as convolutions.
  const names = Object.keys(tableModels).filter((name) => name !== 'lenet5-1998');

  it.each(names)('%s has its very weights again, by their names', async (name) => {
    const model = withWeights(everyModel[name]());
    const { weights } = await backAgain(model, roundTrips.onnx);
    for (const [parameter, value] of model.weights) {
      const other = weights.get(parameter);
      expect(other?.shape, parameter).toEqual(value.shape);
      expect(Buffer.compare(allBytes(other!), allBytes(value)), parameter).toBe(0);
    }
  });

  it.each(['lenet5', 'cifar-quick', 'pooling', 'padding'])(
    '%s has its layers again',
    async (name) => {
      const kinds = ({ spec }: TrainedModel) => spec.layers.map(({ kind }) => kind);
      const model = withWeights(everyModel[name]());
      expect(kinds(await backAgain(model, roundTrips.onnx))).toEqual(kinds(model));
    },
  );
});
