import { fit, loadDataset, modelOf, openSession } from '../../../src/index.ts';

const session = await openSession();
const digits = await loadDataset('digits', { trainCount: 100, testCount: 50 });
const model = modelOf('lenet5');

for await (const event of fit(session, model, digits, { epochs: 2, validationSplit: 0.2 })) {
  if (event.type === 'epoch') console.log(event.epoch, event.train.loss, event.validation?.loss);
}

import { optimizerFacts, rmsprop, sgd } from '../../../src/index.ts';

const careful = rmsprop({ learningRate: 0.002, clipNorm: 1, ema: 0.99 });
const classic = sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true });
for await (const event of fit(session, model, digits, { epochs: 1, optimizer: careful })) {
  if (event.type === 'done') console.log(careful.spec.kind, event.progress.history.length);
}
console.log(optimizerFacts.map(({ kind, options }) => `${kind}: ${options.length} options`));

const schedules = [
  { kind: 'cosine', duration: 2, warmup: 0.5 },
  (epoch: number, step: number) => (step < 3 ? 0.01 : 0.05 * 0.5 ** epoch),
];
for (const schedule of schedules) {
  const moving = { epochs: 2, optimizer: classic, schedule };
  for await (const event of fit(session, model, digits, moving)) {
    if (event.type === 'epoch') console.log(event.epoch, event.learningRate);
  }
}

const stopping = { epochs: 8, validationSplit: 0.2, patience: 2, monitor: 'accuracy' } as const;
for await (const event of fit(session, model, digits, { ...stopping, restoreBest: true })) {
  if (event.type === 'done') console.log(event.reason, 'weights of epoch', event.keptEpoch);
}

for await (const event of fit(session, model, digits, { epochs: 8 })) {
  if (event.type === 'epoch' && (event.train.accuracy ?? 0) > 0.5) break;
}

const treated = {
  epochs: 1,
  classWeights: 'balanced',
  labelSmoothing: 0.1,
  mixup: 0.2,
} as const;
for await (const event of fit(session, model, digits, treated)) {
  if (event.type === 'epoch') console.log('mixed', event.train.accuracy);
}

import type { LossFunction } from '../../../src/index.ts';

const own: LossFunction = (output, truth, build) =>
  build('categoricalCrossEntropy', [build('log', [output]), truth], {});
for await (const event of fit(session, model, digits, { epochs: 1, loss: own })) {
  if (event.type === 'epoch') console.log('own loss', event.train.loss);
}

import { parameterNames } from '../../../src/index.ts';

const trained = new Map();
const scope = session.scopeOf(model);
for (const { name, shape } of scope.states()) {
  trained.set(name, { shape, data: (await scope.readState(name)).slice() });
}
const tuned = structuredClone(model);
const tuning = { epochs: 1, initialWeights: trained, freeze: ['conv2d', 'conv2d_1'] };
for await (const event of fit(session, tuned, digits, tuning)) {
  if (event.type !== 'start') continue;
  console.log(event.weights?.taken.length, parameterNames(tuned).length);
}
await session.close();
