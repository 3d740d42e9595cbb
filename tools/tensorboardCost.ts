/**
 * @file `npm run -s bench:tensorboard`: what telling TensorBoard costs a training run, beside runs that tell nobody.
 *
 *   npm run -s bench:tensorboard -- [--model lenet5] [--data digits] [--epochs 3,10] [--rounds 9] [--threads 2]
 *
 * A round is two runs, with and without, in turns as to which goes first, each in a process of its own as a command is: what a
 * process does for the first time is slow, and a warmed-up one would hide it. Told are medians of the rounds' ratios, and
 * between which two the middle half of them lies:
 *
 *   training   from the first step to the end of the last epoch, checkpoints included
 *   the run    from its beginning to its result: loading what tells, opening files, first pictures, the program of gradients
 *
 * Beside the clock stands the time of all processors, for machines that do other things too.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'lenet5' },
    data: { type: 'string', default: 'digits' },
    epochs: { type: 'string', default: '3,10' },
    rounds: { type: 'string', default: '9' },
    threads: { type: 'string', default: '2' },
    /** Of a process that trains: the folder of its run, and whether it is told of. */
    folder: { type: 'string' },
    told: { type: 'boolean', default: false },
  },
});

/** Seconds of the clock and of all processors. */
interface Spent {
  readonly clock: number;
  readonly processor: number;
}

interface Timed {
  readonly training: Spent;
  readonly run: Spent;
}

const now = (): Spent => {
  const { user, system } = process.cpuUsage();
  return { clock: performance.now() / 1000, processor: (user + system) / 1e6 };
};

const between = (from: Spent, to: Spent): Spent => ({
  clock: to.clock - from.clock,
  processor: to.processor - from.processor,
});

/** Trains, in this process. */
async function train(folder: string): Promise<Timed> {
  const { modelOf } = await import('../src/models/index.ts');
  const { trainRun } = await import('../src/runs/trainRun.ts');
  const began = now();
  const request = {
    folder,
    overwrite: true,
    spec: modelOf(values.model),
    data: values.data,
    backend: { threads: Number(values.threads) },
    settings: { epochs: Number(values.epochs) },
    checkpointEvery: { seconds: 30 },
    ...(values.told ? { tensorboard: {} } : {}),
  };
  const places = new Map<string, Spent>();
  for await (const { type } of trainRun(request)) {
    if (!places.has(type)) places.set(type, now());
  }
  const at = (type: string): Spent => places.get(type) ?? { clock: Number.NaN, processor: 0 };
  return {
    training: between(at('checkpoint'), at('done')),
    run: between(began, at('result')),
  };
}

/** Trains, in a process that begins and ends with it. */
function timed(folder: string, epochs: string, isTold: boolean): Timed {
  const { model, data, threads } = values;
  const words = ['--model', model, '--data', data, '--epochs', epochs, '--threads', threads];
  const argv = ['--no-warnings', fileURLToPath(import.meta.url), ...words, '--folder', folder];
  const out = execFileSync(process.execPath, [...argv, ...(isTold ? ['--told'] : [])]);
  return JSON.parse(String(out)) as Timed;
}

/** The number below which a share of them lies. */
function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}

const percent = (ratio: number): string => `${(100 * (ratio - 1)).toFixed(1)} %`;

function words(ratios: readonly number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => percent(quantile(ratios, share)));
  return `${middle} (${low} to ${high})`;
}

function compare(home: string, epochs: string): void {
  const pairs = Array.from({ length: Number(values.rounds) }, (_, round) => {
    const isFirst = round % 2 === 0;
    const first = timed(join(home, 'run'), epochs, isFirst);
    const second = timed(join(home, 'run'), epochs, !isFirst);
    return isFirst ? { told: first, plain: second } : { told: second, plain: first };
  });
  console.log(
    `${values.model} on ${values.data}, ${epochs} epochs, ${values.rounds} pairs of runs`,
  );
  for (const part of ['training', 'run'] as const) {
    const of = (clock: keyof Spent): string =>
      words(pairs.map(({ told, plain }) => told[part][clock] / plain[part][clock]));
    const median = (of: (pair: { readonly told: Timed; readonly plain: Timed }) => number) =>
      quantile(pairs.map(of), 0.5);
    const seconds = median(({ plain }) => plain[part].clock);
    const more = median(({ told, plain }) => told[part].clock - plain[part].clock);
    const busy = median(({ told, plain }) => told[part].processor - plain[part].processor);
    const name = part === 'run' ? 'the run' : part;
    console.log(`  ${name.padEnd(8)} ${seconds.toFixed(2)} s`);
    console.log(`    told, by the clock       + ${of('clock')}, ${more.toFixed(3)} s`);
    console.log(`    told, of processor time  + ${of('processor')}, ${busy.toFixed(3)} s`);
  }
}

if (values.folder !== undefined) {
  console.log(JSON.stringify(await train(values.folder)));
} else {
  const home = mkdtempSync(join(tmpdir(), 'fovea-cost-'));
  try {
    for (const epochs of values.epochs.split(',')) compare(home, epochs);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
