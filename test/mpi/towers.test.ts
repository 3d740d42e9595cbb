/** @file `fovea train --towers mpi` under mpirun: equal to one process, gone on with by one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { layers } from '../../src/nn/layers/index.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { towerPlan } from '../../src/nn/towers/towerPlan.ts';
import { bytesOf, towerTraffic } from '../../src/nn/towers/towerTraffic.ts';
import { large } from '../support/doors.ts';
import { launch, launchAlone, launchers, processOf } from './launch.ts';

const { conv2d, dense, dropout, flatten, localResponseNormalization, maxPooling2d } = layers;
const folder = mkdtempSync(path.join(os.tmpdir(), 'fovea-towers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BATCH = 32;
const spec = sequential({ name: 'small-towers', inputShape: [28, 28, 1] }, [
  conv2d({ name: 'conv1', filters: 8, kernelSize: 5, strides: 2, activation: 'relu' }),
  localResponseNormalization({ name: 'norm1' }),
  maxPooling2d({ name: 'pool1', poolSize: 3, strides: 2 }),
  conv2d({ name: 'conv2', filters: 8, kernelSize: 3, groups: 2, activation: 'relu' }),
  conv2d({ name: 'conv3', filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' }),
  flatten({ name: 'flat' }),
  dense({ name: 'fc6', units: 32, activation: 'relu' }),
  dropout({ name: 'dropout6', rate: 0.5, mode: '2012' }),
  dense({ name: 'fc8', units: 10, activation: 'softmax' }),
]);
const model = path.join(folder, 'model.json');
writeFileSync(model, JSON.stringify(spec));

const words = (name: string, ...more: string[]) => [
  ...['src/cli/main.ts', 'train', model, '--json', '--threads', '1'],
  ...['--out', path.join(folder, name), '--batch-size', String(BATCH), '--seed', '3'],
  ...['--train-count', '320', '--test-count', '64', '--validation-split', '0.1'],
  ...['--optimizer', 'sgd', '--learning-rate', '0.05', ...more],
];

interface Event {
  readonly event: string;
  readonly train?: { readonly loss: number };
  readonly validation?: { readonly loss: number };
  readonly test?: { readonly loss: number };
  readonly sent?: Readonly<Record<string, number>>;
}

const eventsOf = (out: string): Event[] =>
  out
    .split('\n')
    .filter((line) => line.startsWith('{"event"'))
    .map((line) => JSON.parse(line) as Event);

const lossesOf = (events: readonly Event[]) =>
  events.flatMap(({ train, validation, test }) =>
    [train, validation, test].flatMap((metrics) => (metrics === undefined ? [] : [metrics.loss])),
  );

function expectClose(received: readonly number[], expected: readonly number[]): void {
  expect(received.length).toBe(expected.length);
  received.forEach((loss, i) => {
    expect(Math.abs(loss / expected[i] - 1)).toBeLessThan(1e-5);
  });
}

for (const launcher of launchers) {
  const { library } = launcher;
  const group = launcher === launchers[0] ? describe : large;
  group(`two towers under ${library}`, () => {
    it('have the losses of one process, send what shapes say, and one process goes on', async () => {
      const alone = eventsOf((await launchAlone(words(`${library} alone`, '--epochs', '2'))).out);
      const name = `${library} towers`;
      const job = await launch(launcher, 2, words(name, '--epochs', '1', '--towers', 'mpi'));
      expect(job.err).toMatch(new RegExp(`^2 ranks by ${library} [\\d.]+: each holds one tower`));
      expect(job.code).toBe(0);
      const towers = eventsOf(job.out);
      const epochs = (events: readonly Event[]) => events.filter(({ event }) => event === 'epoch');
      expectClose(lossesOf(epochs(towers)), lossesOf(epochs(alone).slice(0, 1)));
      const sent = towers.find(({ event }) => event === 'exchanged')?.sent ?? {};
      const traffic = towerTraffic(towerPlan(spec));
      const onPaper = traffic.reduce((sum, each) => sum + bytesOf(each, BATCH), 8);
      expect(Object.values(sent).reduce((sum, bytes) => sum + bytes, 0)).toBe(onPaper);
      const rest = await launchAlone(words(name, '--resume', '--epochs', '2'));
      const went = eventsOf(rest.out);
      expectClose(lossesOf(went), lossesOf(alone.slice(1)));
    });
  });
}

for (const launcher of launchers) {
  large(`two pairs of towers under ${launcher.library}`, () => {
    it('have the losses of one process', async () => {
      const { library } = launcher;
      const alone = eventsOf((await launchAlone(words(`${library} one`, '--epochs', '1'))).out);
      const job = await launch(
        launcher,
        4,
        words(`${library} pairs`, '--epochs', '1', '--towers', 'mpi'),
      );
      expect(job.code, job.err).toBe(0);
      expect(job.err).toMatch(/^4 ranks by .*each pair takes its rows/);
      expectClose(lossesOf(eventsOf(job.out)), lossesOf(alone));
    });
  });

  // Ranks that wait keep their cores busy.
  large(`two towers under ${launcher.library}: killed, or interrupted`, () => {
    const trained = (name: string, act: (pid: number) => void) => {
      let isDone = false;
      return launch(launcher, 2, words(name, '--epochs', '5000', '--towers', 'mpi'), {
        watch: (out, pid) => {
          if (isDone || lossesOf(eventsOf(out)).length < 4) return;
          isDone = true;
          act(pid);
        },
      });
    };

    const goesOn = async (name: string, out: string) => {
      const epochs = lossesOf(eventsOf(out)).length / 2 + 2;
      // The launcher may be gone before the rank that holds the folder is.
      const place = path.join(folder, name);
      for (let i = 0; i < 100 && processOf(0, place) !== undefined; i++) await setTimeout(100);
      const rest = await launchAlone(words(name, '--resume', '--epochs', String(epochs)));
      expect(rest.code, rest.err).toBe(0);
    };

    it.each([0, 1])('end without rank %i, and one process goes on', async (rank) => {
      const name = `${launcher.library} without ${rank}`;
      const job = await trained(name, () => {
        process.kill(processOf(rank, path.join(folder, name)) ?? 0, 'SIGKILL');
      });
      expect(job.code).not.toBe(0);
      await goesOn(name, job.out);
    });

    it('stop after the same step when they are interrupted, and save', async () => {
      const name = `${launcher.library} stopped`;
      const job = await trained(name, (pid) => process.kill(pid, 'SIGINT'));
      expect(job.out).toContain('"event":"stopped"');
      await goesOn(name, job.out);
    });
  });
}

it('one process alone holds no tower', async () => {
  const { code, err } = await launchAlone(words('single', '--towers', 'mpi'));
  expect(code).not.toBe(0);
  expect(err).toMatch(/this process was started alone|no MPI library is installed/);
});
