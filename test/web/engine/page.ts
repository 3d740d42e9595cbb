/** @file What the test page holds: the library, and one training whose every number is told. */
import * as fovea from '../../../src/web.ts';
import { bitsOf } from './bits.ts';

/** An epoch of LeNet-5 on digits; the weights as their bits. */
export async function trainInWorker(threads?: number) {
  const engine = await fovea.openWorkerSession(threads === undefined ? {} : { threads });
  const spec = fovea.modelOf('lenet5');
  const digits = await engine.loadDataset('digits', { trainCount: 320, testCount: 50 });
  const losses: number[] = [];
  for await (const event of engine.fit(spec, digits, { epochs: 1, batchSize: 128 })) {
    if (event.type === 'epoch') losses.push(event.train.loss);
  }
  const weights = await engine.weightsOf(spec);
  const { confusion } = await engine.evaluate(spec, digits.test, digits);
  const { plan } = engine;
  await engine.close();
  return { plan, losses, confusion, bits: bitsOf(weights) };
}

Object.assign(globalThis, { fovea, trainInWorker });
