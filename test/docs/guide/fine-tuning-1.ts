import { fit, loadDataset, loadModel, modelOf, openSession } from '../../../src/index.ts';

const { weights } = await loadModel('runs/base');
const digits = await loadDataset('digits', { trainCount: 256, testCount: 64 });
const options = {
  epochs: 1,
  batchSize: 64,
  initialWeights: weights,
  freeze: ['conv2d', 'conv2d_1'],
};

const session = await openSession();
for await (const event of fit(session, modelOf('lenet5'), digits, options)) {
  if (event.type === 'start') console.log(event.weights?.taken.length, event.weights?.drawn);
}
await session.close();
