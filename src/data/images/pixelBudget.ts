/**
 * @file How many pixels may be decoded at the same time, over all reading threads.
 *
 * A decoder takes memory by the size of the picture, not of the file: four threads with four photographs of
 * 64 megapixels each would take 13 GB. One picture is always let through, however large it is.
 */

/** 64 megapixels, some 200 MB of colours. */
const MOST_PIXELS = 2 ** 26;

/** Keeps its count in shared memory; a thread makes its own from the words of another. */
export class PixelBudget {
  /** One word: the pixels that are being decoded. */
  readonly words: Int32Array;
  readonly #most: number;

  constructor(words: Int32Array = new Int32Array(new SharedArrayBuffer(4)), most = MOST_PIXELS) {
    this.words = words;
    this.#most = most;
  }

  /** Resolves when there is room for so many more. */
  async acquire(pixels: number): Promise<void> {
    for (;;) {
      const used = Atomics.load(this.words, 0);
      if (used === 0 || used + pixels <= this.#most) {
        if (Atomics.compareExchange(this.words, 0, used, used + pixels) === used) return;
        continue;
      }
      const waiting = Atomics.waitAsync(this.words, 0, used, 500);
      if (waiting.async) await waiting.value;
    }
  }

  release(pixels: number): void {
    Atomics.sub(this.words, 0, pixels);
    Atomics.notify(this.words, 0);
  }
}
