import { describe, expect, it } from 'vitest';
import { differencesOf, identityOf } from './identity.ts';
import { loadDataset } from './index.ts';

const recorded = { classes: ['cat', 'dog', 'fish'], digests: { pictures: 'aaaa', x: 'b' } };

describe('what differs from a record', () => {
  it('is nothing where all is as it was', () => {
    expect(differencesOf(recorded, { ...recorded })).toEqual([]);
    expect(differencesOf({ ...recorded, digests: {} }, recorded)).toEqual([]);
  });

  it.each([
    [['cat', 'fish', 'dog'], /another order: class 1 is "fish", recorded is "dog"/],
    [['cat', 'dog', 'crab'], /renamed: class 2 is "crab", recorded is "fish"/],
    [['cat', 'dog'], /2 classes, 3 were recorded/],
  ])('is said of classes %j', (classes, message) => {
    const [first, ...more] = differencesOf(recorded, { ...recorded, classes });
    expect(first).toMatch(message);
    expect(more).toEqual([]);
  });

  it('is said of digests', () => {
    expect(differencesOf(recorded, { ...recorded, digests: { pictures: 'cccc' } })).toEqual([
      expect.stringMatching(/^pictures: not what was recorded.*cccc.*aaaa/),
      'x: recorded, and not there',
    ]);
  });

  it('is said of drawn digits, whatever their number', async () => {
    const of = async (seed: number, trainCount: number) =>
      identityOf(await loadDataset('digits', { seed, trainCount, testCount: 3 }));
    const first = await of(0, 5);
    expect(differencesOf(first, await of(0, 40))).toEqual([]);
    // The same seed draws the same pictures in every version and on every machine.
    expect(first.digests.drawing).toBe(
      '32ecbdb1354fc04efbf7926ca873d830f2da94846c6384a5528438293e497cd2',
    );
    expect(differencesOf(first, await of(1, 5))).toHaveLength(1);
  });
});
