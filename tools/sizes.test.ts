/** @file What a page loads stays within its limits, and carries nothing twice. */
import { describe, expect, it } from 'vitest';
import { copiesOf, measureSizes } from './sizes.ts';

describe('sizes', () => {
  it('are within their limits, and counted at all', async () => {
    const sizes = await measureSizes();
    for (const { what, bytes, limit } of sizes) {
      expect(bytes, what).toBeLessThanOrEqual(limit);
      // A limit that is far above what it is about notices nothing; a count that is far below counts too little.
      expect(bytes, what).toBeGreaterThan(0.75 * limit);
    }
  });

  it('know zod once, and nothing that reads pictures from files', async () => {
    expect(await copiesOf('zod')).toBe(1);
    for (const name of ['sharp', 'fast-png', 'nanotar', 'hono', 'h5wasm'])
      expect(await copiesOf(name)).toBe(0);
  });
});
