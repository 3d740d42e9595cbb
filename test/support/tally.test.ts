import { afterEach, describe, expect, it, vi } from 'vitest';
import { behindDoor, door } from './doors.ts';
import { formatTally } from './tally.ts';

describe('tally', () => {
  it('ends on one line of counts', () => {
    expect(formatTally({ passed: 3, failed: 1, skipped: new Map() })).toBe('3 passed, 1 failed');
  });

  it('names what was skipped under its reason, before the counts', () => {
    const skipped = new Map([
      ['FOVEA_DATA is not set', ['a.test.ts > mnist', 'b.test.ts > cifar']],
    ]);
    expect(formatTally({ passed: 1, failed: 0, skipped }).split('\n')).toEqual([
      'skipped, FOVEA_DATA is not set:',
      '  a.test.ts > mnist',
      '  b.test.ts > cifar',
      '1 passed, 0 failed, 2 skipped',
    ]);
  });
});

describe('door', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is closed when its variable is unset or empty', () => {
    vi.stubEnv('FOVEA_EVIL', '');
    expect(door('FOVEA_EVIL')).toBeUndefined();
  });

  it('gives an absolute folder', () => {
    vi.stubEnv('FOVEA_EVIL', 'test/support');
    expect(door('FOVEA_EVIL')).toBe(`${process.cwd()}/test/support`);
  });

  it('says which variable leads nowhere', () => {
    vi.stubEnv('FOVEA_EVIL', '/nowhere/at/all');
    expect(() => door('FOVEA_EVIL')).toThrow(/FOVEA_EVIL is "\/nowhere\/at\/all"/);
    expect(() => behindDoor('FOVEA_EVIL', 'x', () => {})).toThrow(/not a folder/);
  });
});
