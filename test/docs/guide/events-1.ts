import { type FitOptions, fit, loadDataset, modelOf, openSession } from '../../../src/index.ts';

const digits = await loadDataset('digits', { trainCount: 512, testCount: 64 });
const lenet5 = modelOf('lenet5');
const options = { epochs: 4, batchSize: 64 };

const session = await openSession();
const stop = new AbortController();
let saved: FitOptions = {};
for await (const event of fit(session, lenet5, digits, { ...options, signal: stop.signal })) {
  if (event.type === 'epoch' && event.train.loss < 10) stop.abort(); // a rule of yours
  if (event.type === 'checkpoint') saved = { resume: await event.snapshot() };
  if (event.type === 'done') console.log(event.reason, event.progress.epoch);
}
for await (const event of fit(session, lenet5, digits, { ...options, ...saved })) {
  if (event.type === 'done') console.log(event.reason, event.progress.epoch);
}
await session.close();
