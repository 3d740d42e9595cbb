/**
 * @file Names for layers that were given none: conv2d, conv2d_1, conv2d_2, ... as Keras numbers them.
 *
 * Asking for a name takes the same time however many are taken. Next stop: `sequential.ts`.
 */

/** averagePooling2d becomes average_pooling2d. */
export function baseNameOf(kind: string): string {
  return kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export class LayerNames {
  readonly #taken: Set<string>;
  /** Where to go on counting, by base name. */
  readonly #next = new Map<string, number>();

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** In the order they were taken. */
  all(): readonly string[] {
    return [...this.#taken];
  }

  take(name: string): string {
    this.#taken.add(name);
    return name;
  }

  /** The name itself, or the first number after it that is free. */
  takeFree(base: string): string {
    let next = this.#next.get(base) ?? 0;
    const name = (n: number) => (n === 0 ? base : `${base}_${n}`);
    while (this.#taken.has(name(next))) next++;
    this.#next.set(base, next + 1);
    return this.take(name(next));
  }
}
