import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../../test/docs/pages.ts';
import { rejectionOf } from '../../train/evaluation/rejection.ts';
import { printProfile } from '../bench/profile.ts';
import { printRejected } from '../measurements.ts';
import { parseScheduleWords } from '../options/options.ts';
import type { TrainingOptions } from '../options/trainingOptions.ts';
import { requestOf } from '../options/trainingRequest.ts';
import type { Output } from '../terminal/output.ts';
import { command as trainCommand } from './train.ts';

function listening() {
  const said: string[] = [];
  const output: Output = {
    json: false,
    text: (words) => said.push(words),
    data: () => undefined,
    note: () => undefined,
  };
  return { said, output };
}

describe('fovea train', () => {
  it('takes a table of rates, however many', () => {
    expect(parseScheduleWords('table,rates=0.01/0.001')).toEqual({
      kind: 'table',
      rates: [0.01, 0.001],
    });
    expect(parseScheduleWords('table,rates=0.01')).toEqual({ kind: 'table', rates: [0.01] });
    expect(() => parseScheduleWords('table')).toThrow('a table without rates');
  });

  it('hands on what is monitored and measured, and nothing that was not said', async () => {
    const settingsOf = async (...words: string[]) => {
      const command = trainCommand().action(() => undefined);
      await command.parseAsync(['lenet5', ...words], { from: 'user' });
      return requestOf(command.opts<TrainingOptions>(), {}, undefined, command).settings;
    };
    const asked = ['--patience', '2', '--monitor', 'top2Accuracy', '--min-delta', '0.1'];
    expect(await settingsOf(...asked, '--metrics', 'top2Accuracy')).toMatchObject({
      patience: 2,
      monitor: 'top2Accuracy',
      minDelta: 0.1,
      metrics: ['top2Accuracy'],
    });
    const { monitor, minDelta, metrics } = (await settingsOf()) ?? {};
    expect([monitor, minDelta, metrics]).toEqual([undefined, undefined, undefined]);
  });
});

describe('fovea evaluate --reject', () => {
  it('says which side of the limit is rejected', async () => {
    // Distances to two codes: a row that is far and wrong, one whose codes are close and wrong, and right ones.
    const far = rejectionOf(
      {
        classes: ['a', 'b'],
        labels: Uint8Array.of(0, 0, 1),
        logits: Float32Array.of(-1, -9, -2, -9, -7, -9),
      },
      'far',
    );
    const close = rejectionOf(
      {
        classes: ['a', 'b'],
        labels: Uint8Array.of(0, 0, 1),
        logits: Float32Array.of(-1, -9, -2, -9, -7, -7.5),
      },
      'close',
    );
    expect([far.limit, close.limit]).toEqual([2, 7]);
    const { said, output } = listening();
    await printRejected({ model: 'm', dataset: 'd', count: 3, far, close }, output, undefined);
    // The row at 7 is rejected, 7 > 2; the row with a margin of 0.5 is rejected, 0.5 < 7.
    expect(said).toContain(
      'An error of 0.5 % is left when 33.33 % are rejected: where the nearest code is farther than 2.00.',
    );
    expect(said).toContain(
      'An error of 0.5 % is left when 33.33 % are rejected: where the second nearest is farther than the nearest by less than 7.00.',
    );
  });
});

describe('fovea bench', () => {
  it('says "from cache" where a kernel is faster than memory', () => {
    const kernel = {
      family: 'add',
      name: 'y',
      medianMs: 1,
      share: 1,
      multiplyAdds: 1,
      bytes: 1,
      ofArithmetic: 0.5,
      plan: {},
    };
    const { said, output } = listening();
    const kernels = [4.15, 1, 0.5].map((ofMemory) => ({ ...kernel, ofMemory }));
    printProfile(output, { kernels, totalMs: 1, peakMultiplyAdds: 1, peakBytes: 1 }, 'one thread');
    const ends = said[0]?.split('\n').map((line) => line.trimEnd().split('  ').at(-1));
    expect(ends?.slice(1)).toEqual(
      ['from cache', '100 %', '50 %'].map((word) => expect.stringContaining(word)),
    );
    expect(said[0]).not.toContain('415');
  });

  it('names its peer where one is asked for alone', async () => {
    const timing = async (words: string) => {
      const { text } = await runCommand(
        `fovea bench pool3s2 --batch 1 --seconds 0.01 --threads 1 --json ${words}`,
      );
      return JSON.parse(text.split('\n').find((line) => line.startsWith('{')) ?? '{}');
    };
    expect(await timing('--peer ours')).toMatchObject({ event: 'timing', peer: 'ours' });
    expect(await timing('')).not.toHaveProperty('peer');
  });
});

describe('fovea data verify', () => {
  it('says how many files are missing and what fetches them', async () => {
    const home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-'));
    vi.stubEnv('FOVEA_DATA', home);
    try {
      const { text, failed } = await runCommand('fovea data verify mnist');
      expect(failed).toBe(true);
      expect(text).toContain('4 of 4 files of mnist are missing');
      expect(text).toContain('fovea data get mnist fetches what is missing');
      expect(await fs.readdir(home)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      await fs.rm(home, { recursive: true });
    }
  });
});
