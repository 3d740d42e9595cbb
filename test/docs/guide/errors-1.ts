import { FoveaError, fit, loadDataset, modelOf, openSession } from '../../../src/index.ts';

const session = await openSession();
const digits = await loadDataset('digits', { trainCount: 64, testCount: 16 });
try {
  for await (const _ of fit(session, modelOf('lenet5'), digits, { batchSize: 0 })) break;
} catch (error) {
  if (!(error instanceof FoveaError)) throw error;
  console.log(error.parts.option);
  console.log(error.message);
}
await session.close();
