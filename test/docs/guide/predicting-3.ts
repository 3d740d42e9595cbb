import { evaluate, loadDataset, loadModel, openSession } from '../../../src/index.ts';

const session = await openSession();
const model = await loadModel('runs/digits');
const digits = await loadDataset('digits', { trainCount: 1, testCount: 100 });
const { accuracy, confusion } = await evaluate(session, model.spec, digits.test, {
  classes: digits.classes,
  weights: model.weights,
});
console.log(accuracy > 0.1, confusion.length);
await session.close();
