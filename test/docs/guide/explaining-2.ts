import { exciting, loadDataset, loadModel, openSession } from '../../../src/index.ts';

const session = await openSession({ threads: 1 });
const model = await loadModel('runs/digits');
const { test } = await loadDataset('digits', { trainCount: 1, testCount: 50 });
const { units } = await exciting(session, model, test, 'conv2d_1', { units: [0, 1], most: 3 });
for (const { unit, pictures } of units) console.log(unit, pictures.length);
await session.close();
