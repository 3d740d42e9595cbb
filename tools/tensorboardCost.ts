/**
 * @file `npm run -s bench:tensorboard`: what telling TensorBoard costs a training run, interleaved with runs without.
 *
 *   npm run -s bench:tensorboard -- [--model lenet5] [--data digits] [--epochs 3] [--rounds 7] [--threads 2]
 *
 * Each round trains the same run twice, with and without, in turns as to which goes first; what is timed is from the first
 * step to the end of the last epoch, checkpoints included. What counts is the median of the rounds' ratios; that of
 * processor time stands where a machine does other things too. Apart from it
 * stands what is done once, before the first step: opening files, the first pictures, compiling the program of gradients.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { modelOf } from '../src/models/index.ts';
import { trainRun } from '../src/runs/trainRun.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'lenet5' },
    data: { type: 'string', default: 'digits' },
    epochs: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
  },
});

/** Seconds of the clock and of all processors. */
interface Spent {
  readonly clock: number;
  readonly processor: number;
}

const now = (): Spent => {
  const { user, system } = process.cpuUsage();
  return { clock: performance.now() / 1000, processor: (user + system) / 1e6 };
};

const between = (from: Spent, to: Spent): Spent => ({
  clock: to.clock - from.clock,
  processor: to.processor - from.processor,
});

async function timed(folder: string, isTold: boolean) {
  const request = {
    folder,
    overwrite: true,
    spec: modelOf(values.model),
    data: values.data,
    backend: { threads: Number(values.threads) },
    settings: { epochs: Number(values.epochs) },
    checkpointEvery: { seconds: 30 },
    ...(isTold ? { tensorboard: {} } : {}),
  };
  const places = new Map<string, Spent>();
  for await (const { type } of trainRun(request)) {
    if (!places.has(type)) places.set(type, now());
  }
  const at = (type: string): Spent => places.get(type) ?? { clock: Number.NaN, processor: 0 };
  return {
    opening: between(at('start'), at('checkpoint')),
    training: between(at('checkpoint'), at('done')),
  };
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const home = mkdtempSync(join(tmpdir(), 'fovea-cost-'));
try {
  await timed(join(home, 'warm'), true);
  const clock: number[] = [];
  const processor: number[] = [];
  const opening: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const first = await timed(join(home, 'run'), round % 2 === 0);
    const second = await timed(join(home, 'run'), round % 2 === 1);
    const [told, plain] = round % 2 === 0 ? [first, second] : [second, first];
    clock.push(told.training.clock / plain.training.clock);
    processor.push(told.training.processor / plain.training.processor);
    opening.push(told.opening.clock - plain.opening.clock);
    const ratios = [clock, processor].map((list) => list.at(-1)?.toFixed(4));
    console.log(
      `round ${round + 1}: ${plain.training.clock.toFixed(2)} s without, ${told.training.clock.toFixed(2)} s with; ratio ${ratios[0]}, of processor time ${ratios[1]}`,
    );
  }
  console.log(
    `${values.model} on ${values.data}: median ratio ${median(clock).toFixed(4)}, of processor time ${median(processor).toFixed(4)}; once, at the start: ${median(opening).toFixed(3)} s`,
  );
} finally {
  rmSync(home, { recursive: true, force: true });
}
