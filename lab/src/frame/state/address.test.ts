import { beforeEach, expect, it, vi } from 'vitest';
import type * as State from './address.ts';

/** A window as far as addresses go: a hash that changes, and its event when the test says so. */
let events: EventTarget;
let place: { hash: string };
let state: typeof State;

beforeEach(async () => {
  events = new EventTarget();
  place = { hash: '#/text' };
  vi.useFakeTimers();
  vi.stubGlobal('location', place);
  vi.stubGlobal('history', {
    state: null,
    replaceState: (_: unknown, __: string, hash: string) => {
      place.hash = hash;
    },
  });
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  vi.stubGlobal('removeEventListener', events.removeEventListener.bind(events));
  // Another copy for each test: it remembers the address.
  vi.resetModules();
  state = await import('./address.ts');
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

const follow = (hash: string): void => {
  place.hash = hash;
  events.dispatchEvent(new Event('hashchange'));
};

it('is heard by who watches, until it stops', () => {
  const heard: string[] = [];
  const stop = state.watchAddress(({ page, place }) => heard.push(`${page}/${place}`));
  follow('#/text/padding');
  stop();
  follow('#/networks');
  expect(heard).toEqual(['text/', 'text/padding']);
});

it('counts a link that was followed after a component was drawn and before it watches', () => {
  expect(state.currentAddress().place).toBe('');
  follow('#/text/pooling');
  const heard: string[] = [];
  state.watchAddress(({ place }) => heard.push(place));
  expect(heard).toEqual(['pooling']);
  expect(state.currentAddress().place).toBe('pooling');
});

it('is the same value while nothing changes, so that nobody draws again', () => {
  const before = state.currentAddress();
  state.watchAddress(() => undefined);
  expect(state.currentAddress()).toBe(before);
});

it('has changed fields at once, and writes the last of them once', () => {
  const written = vi.spyOn(history, 'replaceState');
  state.watchAddress(() => undefined);
  state.changeQuery('kernel=4');
  state.changeQuery('kernel=5');
  expect(state.currentAddress().query).toBe('kernel=5');
  expect(place.hash).toBe('#/text');
  vi.runAllTimers();
  expect(place.hash).toBe('#/text?kernel=5');
  expect(written).toHaveBeenCalledTimes(1);
  expect(state.currentAddress().query).toBe('kernel=5');
});

it('writes fields before the page is left', () => {
  state.watchAddress(() => undefined);
  state.changeQuery('kernel=4');
  events.dispatchEvent(new Event('pagehide'));
  expect(place.hash).toBe('#/text?kernel=4');
});

it('drops fields that were not written when a link is followed, even back to the same place', () => {
  state.watchAddress(() => undefined);
  state.changeQuery('kernel=4');
  follow('#/text');
  vi.runAllTimers();
  expect(place.hash).toBe('#/text');
  expect(state.currentAddress().query).toBe('');
});
