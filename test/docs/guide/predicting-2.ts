import {
  activations,
  loadDataset,
  loadModel,
  openSession,
  predictBatch,
} from '../../../src/index.ts';

const session = await openSession();
const model = await loadModel('runs/digits');
const { test } = await loadDataset('digits', { trainCount: 1, testCount: 20 });

const { output } = await predictBatch(session, model, test.images);
console.log(output.shape); // probabilities, (rows, classes)

const floats = Float32Array.from(test.images, (byte) => byte / 255);
const same = await predictBatch(session, model, floats);
console.log(same.output.data.every((value, i) => Math.abs(value - output.data[i]) < 1e-5));

const { conv2d } = await activations(session, model, test.images, ['conv2d']);
console.log(conv2d.shape);
await session.close();
