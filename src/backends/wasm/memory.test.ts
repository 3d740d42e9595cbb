/** @file Regions of memory: taken, given back, taken again. */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random.ts';
import { MOST_PAGES, type Region, Regions, SessionMemory } from './memory.ts';

describe('regions', () => {
  it('never overlap, whatever comes and goes, and leave nothing taken in the end', () => {
    const random = new RandomStream(1, 'regions');
    const regions = new Regions(512);
    const taken: Region[] = [];
    let most = 0;
    for (let i = 0; i < 2000; i++) {
      if (taken.length > 0 && random.uniform(0, 1) < 0.5) {
        regions.give(taken.splice(random.integer(taken.length), 1)[0]);
        continue;
      }
      const region = regions.take(random.integer(5000));
      const end = region.address + region.bytes;
      expect(region.address % 64).toBe(0);
      for (const other of taken) {
        const overlap =
          Math.min(end, other.address + other.bytes) - Math.max(region.address, other.address);
        expect(overlap).toBeLessThanOrEqual(0);
      }
      taken.push(region);
      most = Math.max(most, end);
      expect(end).toBeLessThanOrEqual(regions.top);
    }
    for (const region of taken) regions.give(region);
    expect(regions.top).toBe(512);
    expect(most).toBeGreaterThan(50_000);
  });

  it('take the free region that fits best, and the rest of it later', () => {
    const regions = new Regions(0);
    const [large, , small, , last] = [640, 64, 128, 64, 64].map((bytes) => regions.take(bytes));
    regions.give(large);
    regions.give(small);
    expect(regions.take(100)).toEqual(small);
    expect(regions.take(128)).toEqual({ address: 0, bytes: 128 });
    expect(regions.take(512)).toEqual({ address: 128, bytes: 512 });
    expect(regions.take(64).address).toBe(last.address + 64);
  });
});

describe('the memory of a session', () => {
  const open = () =>
    new SessionMemory(new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true }), 0);

  it('gives zeros, also where others wrote before', () => {
    const session = open();
    const bytesOf = ({ address, bytes }: Region) =>
      new Uint8Array(session.memory.buffer, address, bytes);
    const first = session.take(1000);
    bytesOf(first).fill(7);
    session.give(first);
    const again = session.take(70_000);
    expect(again.address).toBe(first.address);
    expect(bytesOf(again).every((byte) => byte === 0)).toBe(true);
  });

  it('counts free regions as room, and reserves nothing by counting', () => {
    const session = open();
    const first = session.take(6400);
    session.take(64);
    session.give(first);
    expect(session.needOf([6400]).bytes).toBe(6464);
    expect(session.needOf([6400, 64]).bytes).toBe(6528);
    expect(session.take(6400).address).toBe(first.address);
  });

  it('says what to do when there is no more, and stays of use', () => {
    const session = open();
    expect(() => session.take(2 ** 32)).toThrow(/needs 4.00 GiB.*\n.*4 GiB in all\n.*free models/);
    expect(session.take(64).address).toBe(0);
  });
});
