/**
 * @file How many rows are worth answering together: a batch makes its first row wait for its last, so more rows must
 * spare work.
 *
 * Only the speed of answers depends on what is measured here, never a bit of them. Next stop: `batcher.ts`.
 */

/** A batch twice as large must take at most so much of the time that two take. */
const PAYS = 0.95;

/** 1, 2, 4, ... rows, at most `most`; `milliseconds` measures how long so many take. */
export async function batchThatPays(
  milliseconds: (rows: number) => Promise<number>,
  most: number,
): Promise<number> {
  let [rows, time] = [1, await milliseconds(1)];
  while (rows < most) {
    const more = Math.min(most, 2 * rows);
    const taken = await milliseconds(more);
    if (taken / more > (PAYS * time) / rows) break;
    [rows, time] = [more, taken];
  }
  return rows;
}
