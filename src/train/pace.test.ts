import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FitOptions } from './events.ts';
import { paceOf } from './pace.ts';
import type { Progress } from './progress.ts';
import { pauseEvery } from './turns.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** `step` may be set; nothing else of it is looked at. */
const pace = (options: Partial<FitOptions>, progress = { step: 1 }) =>
  paceOf(options as FitOptions, progress as Progress);

describe('a batch event', () => {
  it('is due every tenth of a second, or as often as was asked', () => {
    const usual = pace({});
    vi.advanceTimersByTime(99);
    expect(usual.turnIsOver()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(usual.turnIsOver()).toBe(true);
    expect(usual.turnIsOver()).toBe(false);
    vi.advanceTimersByTime(100);
    expect(usual.turnIsOver()).toBe(true);
    const slow = pace({ eventInterval: () => 2 });
    vi.advanceTimersByTime(1999);
    expect(slow.turnIsOver()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(slow.turnIsOver()).toBe(true);
  });

  it('comes with a checkpoint by the step', () => {
    const progress = { step: 5 };
    const byStep = pace({ checkpointEvery: { batches: 3 } }, progress);
    expect(byStep.turnIsOver() || byStep.checkpointIsDue()).toBe(false);
    progress.step = 6;
    expect(byStep.turnIsOver() && byStep.checkpointIsDue()).toBe(true);
  });
});

describe('a checkpoint by the clock', () => {
  it('is due after its seconds, counted from the end of the last', () => {
    const timed = pace({ checkpointEvery: { seconds: 30 } });
    vi.advanceTimersByTime(29_999);
    expect(timed.checkpointIsDue()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(timed.checkpointIsDue()).toBe(true);
    timed.saving();
    vi.advanceTimersByTime(100);
    timed.saved();
    vi.advanceTimersByTime(29_999);
    expect(timed.checkpointIsDue()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(timed.checkpointIsDue()).toBe(true);
  });

  it('waits until saving took no more than a twentieth of the time', () => {
    const large = pace({ checkpointEvery: { seconds: 1 } });
    large.saving();
    vi.advanceTimersByTime(400);
    large.saved();
    vi.advanceTimersByTime(7999);
    expect(large.checkpointIsDue()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(large.checkpointIsDue()).toBe(true);
  });

  it('is never due where none was asked for', () => {
    const none = pace({}, { step: 0 });
    vi.advanceTimersByTime(1e9);
    expect(none.checkpointIsDue()).toBe(false);
  });
});

it('a pause is due again its time after it was taken', async () => {
  const pause = pauseEvery(0.1);
  expect(pause.due()).toBe(false);
  vi.advanceTimersByTime(100);
  expect(pause.due()).toBe(true);
  const taken = pause.take();
  await vi.runAllTimersAsync();
  await taken;
  expect(pause.due()).toBe(false);
  vi.advanceTimersByTime(99);
  expect(pause.due()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(pause.due()).toBe(true);
});
