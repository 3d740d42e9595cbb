import {
  fit,
  historyCsv,
  loadDataset,
  modelOf,
  type OwnMetric,
  openSession,
} from '../../../src/index.ts';

/** The probability of the right class. */
const confidence: OwnMetric = {
  name: 'confidence',
  better: 'higher',
  rows: (output, truth, build) => {
    const [rows] = output.shape;
    const right = build('sumTo', [build('mul', [output, truth])], { shape: [rows, 1] });
    return build('reshape', [right], { shape: [rows] });
  },
};

await using session = await openSession();
const digits = await loadDataset('digits', { trainCount: 512, testCount: 64 });
for await (const event of fit(session, modelOf('lenet5'), digits, {
  epochs: 2,
  validationSplit: 0.2,
  metrics: ['top3Accuracy', confidence],
  monitor: 'confidence',
  patience: 3,
})) {
  if (event.type === 'epoch') console.log(event.validation?.metrics?.top3Accuracy);
  if (event.type === 'done') console.log(historyCsv(event.progress.history));
}
