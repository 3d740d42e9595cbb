/**
 * @file Files of Keras and TensorFlow.js that others saved: they answer as they did there; and hostile ones.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSession } from '../../src/backends/select.ts';
import { FoveaError } from '../../src/base/errors.ts';
import type { Split } from '../../src/data/dataset.ts';
import { loadDataset } from '../../src/data/index.ts';
import { importModel } from '../../src/interop/importers.ts';
import { openSource } from '../../src/interop/source.node.ts';
import { score } from '../../src/train/evaluation/score.ts';
import { fit } from '../../src/train/fit.ts';
import { behindDoor, door, skipped } from '../support/doors.ts';

/** Accuracy on the first 1,000 test pictures, and what was done to a pixel before, as the folder's README says. */
const files = [
  ['keras-h5/lenet5-relu-maxpool.h5', 'mnist', 1, 0.972],
  ['keras-h5/tensorspace-lenet.h5', 'mnist', 1 / 255, 0.986],
  ['keras-h5/tinymaix-cifar10.h5', 'cifar10', 1 / 255, 0.755],
  ['keras-h5/tinymaix-mnist_dw.h5', 'mnist', 1 / 255, 0.903],
  ['keras-h5/tinymaix-mnist_valid.h5', 'mnist', 1 / 255, 0.96],
  ['keras-v3/lenet5-tanh-avgpool.keras', 'mnist', 1, 0.971],
  ['tfjs/lenet/mnist.json', 'mnist', 1, 0.974],
] as const;

behindDoor('FOVEA_MODELS', 'models of others', (folder) => {
  const data = door('FOVEA_DATA');
  if (data === undefined) return skipped('their accuracy', 'FOVEA_DATA is not set');
  describe.each(files)('%s', (path, name, scale, accuracy) => {
    it(`reads ${accuracy} of a thousand, and no fewer after an epoch`, async () => {
      const model = await importModel(await openSource(join(folder, path)));
      const spec = { ...model.spec, preprocessing: { scale, offset: 0 } };
      const { train, test } = await loadDataset(name, { folder: data });
      const rows = first(test, 1000);
      await using session = await openSession({ threads: 1 });
      const before = await score(session, spec, rows, { weights: model.weights });
      expect(Math.abs((before.accuracy ?? 0) - accuracy)).toBeLessThanOrEqual(0.002);
      const options = {
        epochs: 1,
        batchSize: 64,
        optimizer: { kind: 'adam', learningRate: 0.00001 },
        initialWeights: model.weights,
      };
      for await (const event of fit(session, spec, { train: first(train, 6000) }, options)) {
        if (event.type === 'epoch') expect(event.train.loss).toBeGreaterThan(0);
      }
      const after = await score(session, spec, rows);
      expect(after.accuracy).toBeGreaterThanOrEqual((before.accuracy ?? 1) - 0.002);
    });
  });
});

/** The first rows of a split. */
function first(split: Split, count: number): Split {
  const images = split.images.subarray(0, (split.images.length / split.count) * count);
  return { ...split, count, images, labels: split.labels.subarray(0, count) };
}

behindDoor('FOVEA_EVIL', 'hostile files', (folder) => {
  const folders = ['hdf5', 'keras', 'derived/hdf5', 'derived/keras', 'derived/tfjs'];
  const names = folders.flatMap((one) =>
    readdirSync(join(folder, one))
      .filter((name) => !name.endsWith('.bin'))
      .map((name) => `${one}/${name}`),
  );
  it.each(names)('%s', async (name) => {
    const open = async () => importModel(await openSource(join(folder, name)));
    if (name.includes('valid-control') && !name.endsWith('.h5')) {
      const { spec, weights } = await open();
      expect(spec.layers.map(({ kind }) => kind)).toEqual(['dense']);
      expect([...weights.values()][0]?.data).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
      return;
    }
    await expect(open()).rejects.toThrow(FoveaError);
  });
});
