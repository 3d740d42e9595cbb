import { describe, expect, it } from 'vitest';
import { commandWords } from './commandWords.ts';
import { ofShare, shareOf } from './share.ts';
import { axisOf, parseSpace } from './space.ts';
import type { SweepSpec } from './sweepSpec.ts';

const slurm = (id: number, min: number, max: number, count: number, step = 1) => ({
  SLURM_ARRAY_TASK_ID: String(id),
  SLURM_ARRAY_TASK_MIN: String(min),
  SLURM_ARRAY_TASK_MAX: String(max),
  SLURM_ARRAY_TASK_COUNT: String(count),
  SLURM_ARRAY_TASK_STEP: String(step),
});

describe('a share', () => {
  it('is that of a task of an array, wherever its numbers begin', () => {
    expect(shareOf(true, slurm(3, 0, 7, 8))).toEqual({ index: 3, of: 8 });
    expect(shareOf(true, slurm(1, 1, 4, 4))).toEqual({ index: 0, of: 4 });
    expect(shareOf(true, slurm(6, 2, 8, 4, 2))).toEqual({ index: 2, of: 4 });
    expect(shareOf('3/8', {})).toEqual({ index: 2, of: 8 });
  });

  it.each([
    [true, {}, /no task of a Slurm array/],
    [true, slurm(5, 1, 9, 3), /gaps/],
    [true, slurm(1, 1, 9, 3), /gaps/],
    [true, slurm(2, 1, 5, 3, 2), /gaps/],
    ['0/8', {}, /received "0\/8"/],
    ['9/8', {}, /received/],
    ['a', {}, /received/],
  ] as const)('is refused where it is none: %s %j', (said, environment, problem) => {
    expect(() => shareOf(said, environment)).toThrow(problem);
  });

  it('and the others are all of it, each once', () => {
    const all = Array.from({ length: 10 }, (_, i) => i);
    const parts = [0, 1, 2].map((index) => ofShare(all, { index, of: 3 }));
    expect(parts.flat().sort((a, b) => a - b)).toEqual(all);
    expect(parts.map(({ length }) => length)).toEqual([4, 3, 3]);
  });
});

describe('the words of a sweep', () => {
  const spec: SweepSpec = {
    model: 'lenet5',
    words: ['--data', 'mnist'],
    axes: [
      ...parseSpace('rate=1e-4..1e-1 filters=8..64:log share=0.0..1.0 batch-size=64,128'),
      axisOf('optimizer', ['adam', 'sgd,momentum=0.9']),
      axisOf('schedule', ['step,every=5']),
    ],
    ...{ random: 20, seeds: [1, 2, 3], seed: 7, halving: { from: 2, eta: 4 }, judge: 'loss' },
  };

  it('say the same sweep', () => {
    const words = commandWords(spec) ?? [];
    const wordAfter = (name: string) => words[words.indexOf(name) + 1];
    expect(parseSpace(wordAfter('--grid') ?? '')).toEqual(spec.axes);
    expect(words.slice(0, 3)).toEqual(['lenet5', '--data', 'mnist']);
    expect(words.slice(5)).toEqual([
      ...['--random', '20', '--seeds', '3', '--seed', '7', '--halving', '2', '--eta', '4'],
      ...['--judge', 'loss'],
    ]);
  });

  it('are silent where they cannot', () => {
    expect(commandWords({ ...spec, seeds: [5] })).toBeUndefined();
    expect(commandWords({ ...spec, seeds: [7] })).not.toContain('--seeds');
  });
});
