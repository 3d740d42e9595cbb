import { fit, loadDataset, modelOf, openSession, pretrain } from '../../../src/index.ts';

const digits = await loadDataset('digits', { trainCount: 256, testCount: 64 });
const session = await openSession();
const options = { method: 'rbm', epochs: 2, seed: 1 } as const;
for await (const event of pretrain(session, modelOf('lenet5'), digits.train, options)) {
  if (event.type === 'epoch') console.log(event.layer, event.epoch, event.error < 0.5);
  if (event.type !== 'done') continue;
  for await (const { type } of fit(session, modelOf('lenet5'), digits, {
    epochs: 1,
    initialWeights: event.weights,
  })) {
    if (type === 'done') console.log('trained');
  }
}
await session.close();
