/**
 * @file What goes out comes back: equal weights and equal answers, for every format that is a row of the table here and
 * every model. A format that comes back as a network of its own kind says what its answers may differ by.
 */
import { describe, expect, it } from 'vitest';
import { exportModel } from '../../src/interop/exporters.ts';
import type { ExportOptions } from '../../src/interop/exporting.ts';
import { importModel } from '../../src/interop/importers.ts';
import { sourceOfFiles } from '../../src/interop/source.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';
import type { TrainedModel } from '../../src/nn/trained.ts';
import { answersOf, drawnRows, furthest } from './answers.ts';
import { everyModel, withWeights } from './models.ts';

interface RoundTrip {
  readonly to: string;
  readonly options?: ExportOptions;
  /** The file that is opened again. */
  readonly file: string;
  /** Whether the file holds no network: it is given beside it. */
  readonly needsModel?: true;
  /** Of answers, where the network comes back in other layers; absent: the very weights come back. */
  readonly within?: number;
  /** Models that cannot come back, and why. */
  readonly without?: Readonly<Record<string, string>>;
}

/** What an ONNX file says by operators of which no list of layers is made again. */
const NO_LAYERS_FROM_ONNX = {
  'lenet5-1998': 'distances leave as Sub, Mul and ReduceSum',
  of1998: 'distances leave as Sub, Mul and ReduceSum',
  pooling: 'minimum pooling leaves between two Neg',
  joins: 'global minimum pooling leaves between two Neg',
  padding: 'circular padding leaves as Slice and Concat',
  normalized: 'an even local response normalisation leaves as Conv and Pow',
  activations: 'gelu leaves as Erf',
};

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
  onnx: { to: 'onnx', file: 'net.onnx', within: 1e-4, without: NO_LAYERS_FROM_ONNX },
};

async function backAgain(model: TrainedModel, trip: RoundTrip): Promise<TrainedModel> {
  const files = await exportModel(model, trip.to, { name: 'net', ...trip.options });
  const source = await sourceOfFiles(trip.file, files);
  const spec: ModelSpec | undefined = trip.needsModel === true ? model.spec : undefined;
  return importModel(source, { model: spec });
}

describe.each(Object.entries(roundTrips))('%s', (_, trip) => {
  const names = Object.keys(everyModel).filter((name) => trip.without?.[name] === undefined);

  it.each(names)('brings %s back', async (name) => {
    const model = withWeights(everyModel[name]());
    const back = await backAgain(model, trip);
    if (trip.within === undefined) {
      expect(back.spec).toEqual(model.spec);
      expect([...back.weights.keys()].sort()).toEqual([...model.weights.keys()].sort());
      for (const [parameter, { shape, data }] of model.weights) {
        const other = back.weights.get(parameter)!;
        expect(other.shape, parameter).toEqual(shape);
        expect(
          Buffer.compare(Buffer.from(other.data.buffer), Buffer.from(data.buffer)),
          parameter,
        ).toBe(0);
      }
      return;
    }
    const rows = drawnRows(model, 2);
    const apart = furthest(await answersOf(model, rows), await answersOf(back, rows));
    expect(apart).toBeLessThan(trip.within);
  });
});
