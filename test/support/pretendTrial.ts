/**
 * @file What the tests of sweeps run in place of training: figures that follow from the words, and a line in a log.
 *
 * The best learning rate is 0.01; above 1 a run fails for good. Unless the file `.mended` is there, at 0.75 the disk is
 * full, at 0.5 the process ends, and at 0.25 a run goes on until it is stopped.
 */
import { appendFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { FoveaError } from '../../src/base/errors.ts';
import { answerTasks } from '../../src/processes/answerTasks.ts';
import type { TrialAnswer, TrialNews, TrialTask } from '../../src/sweeps/runSweep.ts';

answerTasks<{ readonly log: string }, TrialTask, TrialAnswer, TrialNews>(
  async ({ log }) =>
    async ({ words, folder, epochs }, tell, signal) => {
      const numberAfter = (name: string): number => Number(words[words.indexOf(name) + 1]);
      const rate = numberAfter('--learning-rate');
      appendFileSync(log, `${path.basename(folder)}@${epochs}\n`);
      tell({ epoch: 1, epochs });
      const mended = existsSync(path.join(path.dirname(log), '.mended'));
      if (rate > 1) return { kind: 'failed', why: 'the loss became NaN at step 3' };
      if (rate === 0.75 && !mended) throw new FoveaError('cannot write: the disk is full');
      if (rate === 0.5 && !mended) process.exit(9);
      if (rate === 0.25 && !mended) {
        await setTimeout(60_000, undefined, { signal }).catch(() => undefined);
        appendFileSync(log, `${path.basename(folder)} stopped\n`);
        return { kind: 'stopped' };
      }
      const accuracy = 0.9 - 0.1 * Math.abs(Math.log10(rate) + 2) + numberAfter('--seed') / 1000;
      const measured = { loss: 1 - accuracy, accuracy };
      const figures = {
        epochs,
        keptEpoch: epochs,
        train: measured,
        validation: measured,
        test: measured,
      };
      return { kind: 'done', figures, seconds: 1 };
    },
);
