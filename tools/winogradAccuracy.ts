/**
 * @file Whether Winograd's convolutions train a worse network than the plain sums: the same runs with both, over
 * several seeds, and the paired difference of their test accuracies.
 *
 *     node tools/winogradAccuracy.ts [data set, default digits] [epochs, 3] [seeds, 5] [training pictures, 2000]
 *
 * Two runs of one seed begin at the same weights and see the same pictures; only the kernels differ.
 */

import { openSession } from '../src/backends/select.ts';
import { loadDataset } from '../src/data/index.ts';
import { layers } from '../src/nn/layers/index.ts';
import { sequential } from '../src/nn/sequential.ts';
import { evaluate } from '../src/train/evaluation/evaluate.ts';
import { fit } from '../src/train/fit.ts';

const { activation, conv2d, dense, flatten, maxPooling2d } = layers;
const [name = 'digits', epochs = '3', seeds = '5', pictures = '2000'] = process.argv.slice(2);

const data = await loadDataset(name as 'digits', { trainCount: Number(pictures), testCount: 1000 });
const conv = (filters: number, kernelSize: number) =>
  conv2d({ filters, kernelSize, padding: 'same', activation: 'relu' });
const network = () =>
  sequential({ inputShape: [...data.imageShape] }, [
    conv(16, 5),
    maxPooling2d({ poolSize: 2 }),
    conv(32, 5),
    conv(32, 3),
    maxPooling2d({ poolSize: 2 }),
    conv(32, 3),
    flatten(),
    dense({ units: data.classes.length }),
    activation({ activation: 'softmax' }),
  ]);

async function accuracyOf(winograd: 'always' | 'off', seed: number): Promise<number> {
  const session = await openSession({ backend: 'wasm', winograd });
  const spec = network();
  const settings = { epochs: Number(epochs), seed, batchSize: 64 };
  for await (const _ of fit(session, spec, data, settings)) {
    // To its end.
  }
  const { accuracy } = await evaluate(session, spec, data.test, data);
  await session.close();
  return accuracy;
}

const differences: number[] = [];
for (let seed = 1; seed <= Number(seeds); seed++) {
  const [fast, plain] = [await accuracyOf('always', seed), await accuracyOf('off', seed)];
  differences.push(fast - plain);
  console.log(`seed ${seed}: ${fast.toFixed(4)} with Winograd, ${plain.toFixed(4)} without`);
}
const mean = differences.reduce((sum, d) => sum + d, 0) / differences.length;
const squares = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0);
const error = Math.sqrt(squares / (differences.length - 1) / differences.length);
console.log(`mean difference ${mean.toFixed(4)}, standard error ${error.toFixed(4)}`);
