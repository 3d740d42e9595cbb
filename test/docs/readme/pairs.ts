import { fit, input, layers, loadDataset, model, openSession, score } from '../../../src/index.ts';

const { train } = await loadDataset('digits', { trainCount: 6000, testCount: 1 });
const [count, half] = [3000, 3000 * 784];
const sums = Float32Array.from(
  { length: count },
  (_, n) => train.labels[n] + train.labels[count + n],
);
const rows = {
  count,
  inputs: { left: train.images.subarray(0, half), right: train.images.subarray(half) },
  targets: { digit: train.labels.subarray(0, count), sum: sums },
};

const [left, right] = [input({ shape: [28, 28, 1] }), input({ shape: [28, 28, 1] })];
const see = layers.dense({ units: 64, activation: 'relu' }); // applied twice: one set of weights
const [a, b] = [left, right].map((picture) => see(layers.flatten()(picture)));
const digit = layers.dense({ units: 10, activation: 'softmax' })(a);
const both = layers.dense({ units: 32, activation: 'relu' })(layers.concatenate()(a, b));
const sum = layers.dense({ units: 1 })(both);
const pairs = model({ inputs: { left, right }, outputs: { digit, sum } });

const losses = {
  digit: 'sparseCategoricalCrossentropy',
  sum: { loss: 'meanSquaredError', weight: 0.1 },
} as const;
const options = { losses, epochs: 8, batchSize: 32 };
const session = await openSession();
for await (const event of fit(session, pairs, { train: rows }, options)) {
  if (event.type === 'epoch') console.log(event.epoch, event.train.outputs);
}
console.log(await score(session, pairs, rows, { losses }));
await session.close();
