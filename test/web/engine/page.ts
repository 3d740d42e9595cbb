/** @file What the test page holds: the library, and one training whose every number is told. */
import * as fovea from '../../../src/web.ts';
import { bitsOf } from './bits.ts';

/** An epoch of LeNet-5 on digits; the weights as their bits. */
export async function trainInWorker(options: fovea.OpenOptions = {}) {
  const engine = await fovea.openWorkerSession(options);
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

const KEPT = { epochs: 2, batchSize: 50, validationSplit: 0.1, seed: 3 };

/** Trains a run that is kept, or goes on with one: to its end (its test accuracy), or to so many checkpoints. */
export async function trainKept(name: string, resumes: boolean, most: number) {
  const engine = await fovea.openWorkerSession({ threads: 1 });
  const data = await engine.loadDataset('digits', { trainCount: 160, testCount: 100 });
  const store = await fovea.openRunStore();
  const checkpointEvery = { batches: 1 };
  const events = resumes
    ? engine.resumeRun(await store.open(name).readSpec(), data, { name, checkpointEvery })
    : engine.trainRun(fovea.modelOf('lenet5'), data, { name, settings: KEPT, checkpointEvery });
  for (let seen = 0; ; ) {
    const { done, value: event } = await events.next();
    if (done) return 'over';
    // Nobody asks for the next event, and nobody says that it is over.
    if (event.type === 'checkpoint' && ++seen === most) return 'waits';
    if (event.type === 'result') return event.test.accuracy;
  }
}

/** Every run that is kept, and one as it comes out of its own zip: written by the page and not by the engine. */
export async function keptRuns(zipped: string) {
  const store = await fovea.openRunStore();
  const { name } = await store.openZip(await store.save(zipped));
  const runs = await store.list();
  const weights = async (run: string) => bitsOf((await store.open(run).readModel()).weights);
  return {
    name,
    runs: runs.map(({ name: run, record, fault }) => [run, record?.status, fault]),
    weights: [await weights(zipped), await weights(name), await weights('straight')],
  };
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
  trainKept,
  keptRuns,
  loseWorker,
  waitForWorker,
  litter,
  isWorkerThere,
});
