import { modelOf, trainRun } from '../../../src/index.ts';

const settings = { epochs: 1, batchSize: 64, seed: 7 };
const request = { folder: 'runs/seven', spec: modelOf('lenet5'), data: 'digits', settings };
for await (const event of trainRun({ ...request, trainCount: 256, testCount: 64 })) {
  if (event.type === 'result') console.log(event.folder, event.epochs, event.test.count);
}
