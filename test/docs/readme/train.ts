import { evaluate, fit, loadDataset, modelOf, openSession } from '../../../src/index.ts';

const session = await openSession(); // WebAssembly, on all cores
const digits = await loadDataset('digits'); // drawn by code: nothing to download
const lenet5 = modelOf('lenet5');
for await (const event of fit(session, lenet5, digits, { epochs: 5, validationSplit: 0.1 })) {
  if (event.type === 'epoch') console.log(event.epoch, event.train, event.validation);
}
const { accuracy } = await evaluate(session, lenet5, digits.test, digits);
console.log('read right:', accuracy);
await session.close();
