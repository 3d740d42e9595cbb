/** @file `fovea train` under mpirun: equal to one process, killed, taken up again by other ranks, wrongly started. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { large } from '../support/doors.ts';
import { type Launcher, launch, launchAlone, launchers, processOf } from './launch.ts';

const MAIN = 'src/cli/main.ts';
const folder = mkdtempSync(path.join(os.tmpdir(), 'fovea-mpi-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const trainWords = (name: string, ...more: string[]) => [
  ...[MAIN, 'train', 'lenet5', '--json', '--threads', '1', '--out', path.join(folder, name)],
  ...['--batch-size', '64', '--train-count', '640', '--test-count', '100', '--seed', '3', ...more],
];

interface Epoch {
  readonly event: string;
  readonly epoch: number;
  readonly train: { readonly loss: number };
  readonly validation: { readonly loss: number; readonly accuracy: number };
}

const epochsOf = (out: string): Epoch[] =>
  out
    .split('\n')
    .filter((line) => line.startsWith('{"event":"epoch"'))
    .map((line) => JSON.parse(line) as Epoch);

/** Trains for long on 2 ranks, and kills one once there is something to go on from. */
function killed(launcher: Launcher, rank: number, name: string) {
  let isKilled = false;
  return launch(launcher, 2, trainWords(name, '--epochs', '5000'), {
    watch: (out) => {
      if (isKilled || epochsOf(out).length < 2) return;
      isKilled = true;
      process.kill(processOf(rank, path.join(folder, name)) ?? 0, 'SIGKILL');
    },
  });
}

for (const launcher of launchers) {
  const { library } = launcher;
  const first = launcher === launchers[0];
  // Ranks that wait keep their cores busy: one library is enough for every run of the tests.
  const group = first ? describe : large;
  group(`fovea train under ${library}`, () => {
    it('has the losses of one process over 20 steps, and says so once', async () => {
      const words = ['--epochs', '2', '--validation-split', '0.1'];
      const alone = await launchAlone(trainWords(`${library} alone`, ...words));
      const ranks = await launch(launcher, 2, trainWords(`${library} two`, ...words));
      expect(ranks.code).toBe(0);
      expect(ranks.err).toMatch(new RegExp(`^2 ranks by ${library} [\\d.]+: each takes its rows`));
      const [expected, received] = [epochsOf(alone.out), epochsOf(ranks.out)];
      expect(received).toHaveLength(2);
      received.forEach(({ train, validation }, i) => {
        expect(Math.abs(train.loss - expected[i].train.loss)).toBeLessThan(1e-5);
        expect(Math.abs(validation.loss - expected[i].validation.loss)).toBeLessThan(1e-5);
        expect(validation.accuracy).toBe(expected[i].validation.accuracy);
      });
    });

    // Ranks that wait keep their cores busy.
    large(`${library}: killed, or interrupted`, () => {
      it('stops after the same step on every rank when it is interrupted, and saves', async () => {
        let isAsked = false;
        const name = `${library} stopped`;
        const job = await launch(launcher, 2, trainWords(name, '--epochs', '5000'), {
          watch: (out, pid) => {
            if (isAsked || epochsOf(out).length < 2) return;
            isAsked = true;
            process.kill(pid, 'SIGINT');
          },
        });
        expect(job.out).toContain('"event":"stopped"');
        expect(job.code).not.toBe(0);
        expect(readdirSync(path.join(folder, name, 'checkpoint'))).toContain('last.safetensors');
      });

      // Open MPI loses rank 1, MPICH the rank that keeps the files; 4 ranks go on.
      it('ends when a rank is killed, and goes on with 4 ranks', async () => {
        const name = `${library} killed`;
        const job = await killed(launcher, first ? 1 : 0, name);
        expect(job.code).not.toBe(0);
        expect(job.out + job.err).toMatch(/signal 9|KILLED BY SIGNAL|EXIT CODE: 9/);
        const kept = epochsOf(job.out).length;
        const rest = await launch(
          launcher,
          4,
          trainWords(name, '--resume', '--epochs', String(kept + 2)),
        );
        expect(rest.err).toMatch(/4 ranks/);
        expect(rest.code).toBe(0);
        const epochs = epochsOf(rest.out).map(({ epoch }) => epoch);
        expect(epochs.at(-1)).toBe(kept + 2);
        expect(epochs[0]).toBeGreaterThanOrEqual(kept);
      });
    });
  });
}

describe.runIf(launchers.length > 0)('ranks started wrongly', () => {
  it('say what is wrong, once, and end', async () => {
    const [launcher] = launchers;
    const words = trainWords('wrong', '--epochs', '1');
    const other = trainWords('wrong', '--epochs', '2');
    const node = [process.execPath, '--no-warnings'];
    const job = await launch(launcher, 1, [...words, ':', '-n', '1', ...node, ...other]);
    expect(job.code).not.toBe(0);
    expect(job.err.match(/rank 1 has another set of options than rank 0/g)).toHaveLength(1);
    expect(readdirSync(folder)).not.toContain('wrong');
  });
});

it('a process that was started alone is no cluster', async () => {
  const { code, err } = await launchAlone(trainWords('single', '--cluster', 'mpi'));
  expect(code).not.toBe(0);
  expect(err).toMatch(/this process was started alone|no MPI library is installed/);
});
