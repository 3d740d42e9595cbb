/**
 * @file A session's memory: which bytes are taken, which are free again, and growing when none fit.
 *
 * `Regions` is arithmetic alone. What is given back joins its free neighbours and is taken again by what fits
 * it best, so that programs and models that come and go leave memory as large as it was.
 * Next stop: `session.ts`, which keeps states and programs here.
 */
import { FoveaError } from '../../base/errors.ts';
import { formatBytes } from '../../base/units.ts';
import { align } from '../../compile/memoryPlan.ts';
import { PAGE_BYTES } from './assembler/module.ts';

/** 4 GiB, all that 32-bit addresses reach. */
export const MOST_PAGES = 65536;
/** Vectors may read past the end of a value; the last one in memory needs room for that too. */
export const SLACK_BYTES = 4096;

export interface Region {
  readonly address: number;
  readonly bytes: number;
}

/** Bytes from `start` on, handed out in whole cache lines. */
export class Regions {
  #top: number;
  /** By address; no two touch, and none touches the top. */
  #free: readonly Region[];

  constructor(start: number, free: readonly Region[] = []) {
    this.#top = start;
    this.#free = free;
  }

  /** Everything from here on is free. */
  get top(): number {
    return this.#top;
  }

  copy(): Regions {
    return new Regions(this.#top, this.#free);
  }

  /** The smallest free region that is large enough, the first of several; else bytes behind the top. */
  take(wanted: number): Region {
    const bytes = align(wanted);
    const fitting = this.#free.filter((region) => region.bytes >= bytes);
    if (fitting.length === 0) {
      const region = { address: this.#top, bytes };
      this.#top += bytes;
      return region;
    }
    const best = fitting.reduce((a, b) => (b.bytes < a.bytes ? b : a));
    const rest = { address: best.address + bytes, bytes: best.bytes - bytes };
    this.#free = this.#free.flatMap((region) =>
      region !== best ? [region] : rest.bytes === 0 ? [] : [rest],
    );
    return { address: best.address, bytes };
  }

  give(region: Region): void {
    const sorted = [...this.#free, region].sort((a, b) => a.address - b.address);
    const joined: Region[] = [];
    for (const { address, bytes } of sorted.filter((r) => r.bytes > 0)) {
      const before = joined.at(-1);
      if (before === undefined || before.address + before.bytes < address) {
        joined.push({ address, bytes });
      } else joined[joined.length - 1] = { address: before.address, bytes: before.bytes + bytes };
    }
    const last = joined.at(-1);
    if (last !== undefined && last.address + last.bytes === this.#top) {
      this.#top = last.address;
      joined.pop();
    }
    this.#free = joined;
  }
}

/** One `WebAssembly.Memory` that grows when a program or state needs it, and never while one runs. */
export class SessionMemory {
  readonly memory: WebAssembly.Memory;
  /** A memory that is not shared takes the numbers from all views of it when it grows. */
  readonly isShared: boolean;
  readonly #regions: Regions;
  /** Bytes from here on have never been taken, so they are zeros. */
  #untouched: number;

  constructor(memory: WebAssembly.Memory, start: number) {
    this.memory = memory;
    this.isShared = !(memory.buffer instanceof ArrayBuffer);
    this.#regions = new Regions(start);
    this.#untouched = start;
  }

  /** Zeroed bytes. */
  take(bytes: number): Region {
    const region = this.#regions.take(bytes);
    const end = region.address + region.bytes;
    const missing = end + SLACK_BYTES - this.memory.buffer.byteLength;
    try {
      if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE_BYTES));
    } catch {
      this.#regions.give(region);
      throw tooLarge(end);
    }
    const used = Math.min(end, this.#untouched) - region.address;
    if (used > 0) new Uint8Array(this.memory.buffer, region.address, used).fill(0);
    this.#untouched = Math.max(end, this.#untouched);
    return region;
  }

  give(region: Region): void {
    this.#regions.give(region);
  }

  /** The memory with regions of these sizes taken too, and the most there can be. */
  needOf(sizes: readonly number[]): { readonly bytes: number; readonly limit: number } {
    const regions = this.#regions.copy();
    for (const bytes of sizes) regions.take(bytes);
    return { bytes: regions.top, limit: MOST_PAGES * PAGE_BYTES - SLACK_BYTES };
  }
}

function tooLarge(bytes: number): FoveaError {
  return new FoveaError({
    problem: `the program needs ${formatBytes(bytes)} of memory, more than 32-bit addresses or this machine give`,
    expected: 'at most 4 GiB in all',
    fix: 'use a smaller batch, or free models that are done: session.scopeOf(spec).free()',
  });
}
