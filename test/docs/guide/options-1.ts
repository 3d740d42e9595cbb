import { adam, fit, loadDataset, modelOf, openSession } from '../../../src/index.ts';

const session = await openSession();
const digits = await loadDataset('digits', { trainCount: 512, testCount: 64 });
const options = {
  epochs: 2,
  batchSize: 64,
  validationSplit: 0.25,
  optimizer: adam({ learningRate: 0.003, clipNorm: 5 }),
  schedule: (epoch: number) => 0.003 * 0.5 ** epoch,
  labelSmoothing: 0.05,
};
for await (const event of fit(session, modelOf('lenet5'), digits, options)) {
  if (event.type === 'epoch') console.log(event.epoch, Object.keys(event.train));
}
await session.close();
