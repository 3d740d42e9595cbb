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

/** What is said by whom where the worker is ended in the midst of training. */
export async function loseWorker(): Promise<string[]> {
  const workers: Worker[] = [];
  const Real = globalThis.Worker;
  globalThis.Worker = class extends Real {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      workers.push(this);
    }
  };
  const engine = await fovea.openWorkerSession();
  globalThis.Worker = Real;
  const words = (error: unknown): string => (error instanceof Error ? error.message : `${error}`);
  const spec = fovea.modelOf('lenet5');
  const digits = await engine.loadDataset('digits', { trainCount: 320, testCount: 50 });
  const training = engine.fit(spec, digits, { epochs: 1000 });
  await training.next();
  const failed = (asked: Promise<unknown>) => asked.then(() => 'answered', words);
  const trained = (async () => {
    for await (const _ of training);
  })();
  const answers = [engine.lost.then(words), failed(trained), failed(engine.weightsOf(spec))];
  for (const worker of workers) worker.terminate();
  return [...(await Promise.all(answers)), await failed(engine.weightsOf(spec))];
}

let waitedFor: WeakRef<fovea.WorkerSession> | undefined;

/** Begins a training that rests, and leaves nobody but the promise of its next event. */
export async function waitForWorker(): Promise<void> {
  const engine = await fovea.openWorkerSession({ threads: 1 });
  waitedFor = new WeakRef(engine);
  const digits = await engine.loadDataset('digits', { trainCount: 320, testCount: 50 });
  const training = engine.fit(fovea.modelOf('lenet5'), digits, { paused: true });
  for (let told = 0; told < 2; told++) await training.next();
  void training.next();
}

export async function litter(): Promise<void> {
  Array.from({ length: 300_000 }, (_, i) => ({
    i,
    element: i % 50 || document.createElement('p'),
  }));
  await new Promise((resolve) => setTimeout(resolve, 200));
}

const isWorkerThere = (): boolean => waitedFor?.deref() !== undefined;

Object.assign(globalThis, {
  fovea,
  trainInWorker,
  loseWorker,
  waitForWorker,
  litter,
  isWorkerThere,
});
