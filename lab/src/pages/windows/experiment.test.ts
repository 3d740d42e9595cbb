import { poolDisturbed } from 'fovea/web';
import { expect, it } from 'vitest';
import { readFields } from '../../frame/state/fields.ts';
import { digitPicture, disturbanceOf, experimentFields, findings } from './experiment.ts';

function run(query: string) {
  const state = readFields(experimentFields, new URLSearchParams(query));
  const { digit, pool, poolStride } = state;
  const pooling = { window: [pool, pool], strides: [poolStride, poolStride] } as const;
  const results = poolDisturbed(digitPicture(digit), pooling, disturbanceOf(state));
  return { results, words: findings(results, state).join('\n') };
}

it('has a picture of every digit, each another', () => {
  const pictures = Array.from({ length: 10 }, (_, digit) => digitPicture(digit).data.join());
  expect(new Set(pictures).size).toBe(10);
});

it('says of a shift by the stride that the pooled picture moved along', () => {
  expect(run('density=0&shift=2').words).toMatch(/moved by exactly one cell/);
  expect(run('density=0&shift=4').words).toMatch(/exactly 2 cells/);
  expect(run('density=0&shift=3').words).toMatch(/no multiple of the stride 2/);
});

it('says what was measured, and which noise breaks which pooling', () => {
  const { results, words } = run('shift=0&density=0.1&noise=pepper');
  for (const { change } of results) expect(words).toContain(change.toFixed(1));
  expect(words).toMatch(/pepper breaks min pooling/);
  expect(run('shift=0&density=0.1').words).toMatch(/salt breaks max pooling/);
  expect(run('shift=0&density=0').words).toMatch(/Nothing happened/);
});
